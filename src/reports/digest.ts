import type { House } from '../house.ts'
import { leadsWithin, readReacher } from '../leads/reach.ts'
import { tellRoles } from '../messages/tell.ts'
import { readFunnel } from './funnel.ts'
import { readReasons } from './stages.ts'
import { readToday } from './today.ts'

const day = 86_400_000
const hour = 3_600_000
/** From this hour of Monday on; quiet hours and holidays put it off further. */
const fromHour = 9
/** After so many days it is no news. */
const lateDays = 3
const mostReasons = 3

/**
 * Tells every manager on Monday how last week was with his leads, beside the week before, and what waits for him. Each gets it
 * once a week, whoever asks how often.
 */
export async function tellWeek(house: House): Promise<boolean> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const today = calendar.dayStart(calendar.dayOf(now))
  const weekday = (new Date(`${calendar.dayOf(now)}T00:00:00Z`).getUTCDay() + 6) % 7
  const monday = calendar.dayStart(calendar.dayOf(new Date(today.getTime() - weekday * day + hour)))
  const late = now.getTime() - monday.getTime()
  if (late < fromHour * hour || late > lateDays * day) return false
  const name = calendar.dayOf(monday)
  const managers = await house.db.query<{ userid: string }>(
    `SELECT s.userid FROM staff s WHERE s.active AND s.in_scope AND 'manager' = ANY(s.roles)
       AND NOT EXISTS (SELECT FROM messages m WHERE m.key = 'week:' || $1 || ':' || s.userid) ORDER BY 1`,
    [name],
  )
  const back = (days: number) => calendar.dayStart(calendar.dayOf(new Date(monday.getTime() - days * day + hour)))
  for (const { userid } of managers) {
    const reader = await readReacher(house.db, userid)
    if (!reader) continue
    const within = (first: number) => leadsWithin(reader, first)
    const asked = { from: back(7), to: monday, within }
    const [[week], [before], reasons, chores] = await Promise.all([
      readFunnel(house, asked, null),
      readFunnel(house, { from: back(14), to: back(7), within }, null),
      readReasons(house, asked),
      readToday(house, within),
    ])
    const stages = (week?.stages ?? []).flatMap(({ stage, entered }) => {
      const then = before?.stages.find((row) => row.stage === stage)?.entered ?? 0
      return entered + then > 0 && !playbook.stages[stage]?.closed ? [{ stage, now: entered, then }] : []
    })
    const ended = (kind: string) => {
      const mine = reasons.filter((row) => row.kind === kind)
      const words = mine.slice(0, mostReasons).map(({ name: why, leads }) => `${why} ${leads}`)
      return { count: mine.reduce((sum, { leads }) => sum + leads, 0), words: words.join('，') }
    }
    const waiting = Object.fromEntries(chores.map(({ chore, count }) => [chore.replaceAll('-', '_'), count]))
    const variables = {
      week: { from: calendar.dayOf(back(7)), to: calendar.dayOf(back(1)) },
      ...{
        stages,
        returned: ended('returned'),
        lost: ended('lost'),
        waiting,
        url: `${house.config.publicUrl}/console/dashboard?days=7`,
      },
    }
    await house.db.transaction((tx) =>
      tellRoles(tx, house, [], {
        key: `week:${name}`,
        words: 'weekly-digest',
        leadId: null,
        userids: [userid],
        variables,
      }),
    )
  }
  return false
}
