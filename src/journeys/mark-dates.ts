import type { House } from '../house.ts'
import type { Calendar } from '../playbook/hours.ts'
import { dated } from './enrol-marked.ts'
import { listJourneys } from './library.ts'
import { dayAway, daysOf, minutesOf } from './step.ts'

/** The columns a date may be read from; anything else is an attribute. */
const columns: Record<string, string> = {
  createdAt: 'created_at',
  stageAt: 'stage_at',
  updatedAt: 'updated_at',
  coolUntil: 'cool_until',
}
/** Days looked back at when nobody was there to look. */
const mostDays = 7

/**
 * Marks leads whose date has come, once for each journey and business day, at the trigger's time of the day. One statement a day
 * over the leads; the day and its marks are written together.
 */
export async function markDates(house: House): Promise<boolean> {
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  const today = calendar.dayOf(now)
  for (const { id, paused, trigger } of dated(await listJourneys(house.db))) {
    const ripe = now >= calendar.timeOn(today, minutesOf(trigger.at)) ? today : dayAway(today, -1)
    await house.db.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO journey_states (journey, dated, by, at) VALUES ($1, $2, 'system', $3) ON CONFLICT (journey) DO NOTHING`,
        [id, dayAway(today, -1), now],
      )
      const [state] = await tx.query<{ dated: string | null }>(
        `SELECT to_char(dated, 'YYYY-MM-DD') AS dated FROM journey_states WHERE journey = $1 FOR UPDATE`,
        [id],
      )
      const last = state?.dated ?? dayAway(today, -1)
      if (last >= ripe) return
      const from = [last, dayAway(ripe, -mostDays)].sort().at(-1) as string
      for (let day = dayAway(from, 1); !paused && day <= ripe; day = dayAway(day, 1)) {
        const { where, values } = fallsOn(trigger.date, dayAway(day, -daysOf(trigger)), calendar)
        const marked = await tx.query(
          `INSERT INTO journey_marks (due_at, lead_id, kind, what, by, at)
           SELECT $1, l.id, 'date', $2::jsonb, 'system', $1 FROM leads l WHERE l.merged_into IS NULL AND ${where} RETURNING 1`,
          [now, JSON.stringify({ journey: id, day }), ...values],
        )
        if (marked.length > 0) tx.afterCommit(() => house.wake.up('enrol-marked'))
      }
      await tx.query('UPDATE journey_states SET dated = $2 WHERE journey = $1', [id, ripe])
    })
  }
  return false
}

/** A condition for leads whose field names that business day. */
function fallsOn(field: string, day: string, calendar: Calendar): { where: string; values: unknown[] } {
  const column = columns[field]
  if (column)
    return {
      where: `l.${column} >= $3 AND l.${column} < $4`,
      values: [calendar.dayStart(day), calendar.dayStart(dayAway(day, 1))],
    }
  // Written as text by whoever told us; compared as text, so that nothing anybody wrote breaks the look.
  return { where: `left(l.attributes ->> $3, 10) = $4`, values: [field.slice('attributes.'.length), day] }
}
