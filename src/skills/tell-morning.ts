import type { House } from '../house.ts'
import { readReacher } from '../leads/reach.ts'
import { tellRoles } from '../messages/tell.ts'
import { sinceMorning } from '../playbook/morning.ts'
import { cardWords, templateCard } from './card.ts'
import { dayCard, thingsOf } from './day-card.ts'
import { pagesOf, readDay } from './read-day.ts'

/** After so long it is no morning any more. */
const lateMs = 3 * 3_600_000
const atOnce = 50

/**
 * Every working morning each member hears what waits for him, as one card; who has nothing to do, or is away, hears nothing.
 * @returns true when there are more to be told
 */
export async function tellMorning(house: House): Promise<boolean> {
  const rules = await house.playbook.current()
  const now = house.clock.now()
  const today = rules.calendar.dayOf(now)
  const since = sinceMorning(rules, now)
  if (since === null || since > lateMs) return false
  const people = await house.db.query<{ userid: string }>(
    `SELECT userid FROM staff WHERE active AND in_scope AND cardinality(roles) > 0 AND (absent_until IS NULL OR absent_until <= $2)
       AND briefed_on IS DISTINCT FROM $1::date ORDER BY userid LIMIT ${atOnce}`,
    [today, now],
  )
  const pages = pagesOf(house)
  for (const { userid } of people) {
    const me = await readReacher(house.db, userid)
    if (!me) continue
    const day = await readDay(house, me, userid)
    const card = dayCard(day, { ...pages, userid }, '早上好，')
    await house.db.transaction(async (tx) => {
      const mine = await tx.query(
        'UPDATE staff SET briefed_on = $2::date WHERE userid = $1 AND briefed_on IS DISTINCT FROM $2::date RETURNING 1',
        [userid, today],
      )
      if (mine.length === 0 || thingsOf(day, pages) === 0) return
      await tellRoles(tx, house, [], {
        ...{ key: `morning:${today}`, words: 'morning', leadId: null, userids: [userid], within: '6h' },
        variables: { lines: cardWords(card).split('\n') },
        card: templateCard(card),
      })
    })
  }
  return people.length === atOnce
}
