import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Condition, Leaf } from '../playbook/condition.ts'
import { type Edge, edgesOf, scoreLeaves } from './depends.ts'
import { earlier, type Moment, scoreAnswer } from './sql.ts'

/** The change that nobody makes: time passes. A mark of it names its segment. */
export const passing = (segment: string): string => `segment:${segment}`

interface Swept {
  segment: string
  condition: Condition
  sweptTo: Date
  day: string
}

/**
 * Marks the leads whose answer may have turned by the passing of time since the last look: those of whose moments one crossed
 * the edge of a window, found by an index on when it happened; and, on a new business day, those whose score now answers
 * otherwise. The marks and how far was looked are written together, so that no moment is passed over or looked at twice.
 */
export async function sweep(house: House): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const today = calendar.dayOf(now)
  const due = await house.db.query<{ segment: string }>('SELECT segment FROM segment_sweeps WHERE swept_to < $1', [now])
  for (const { segment } of due)
    await house.db.transaction(async (tx) => {
      const [swept] = await tx.query<Swept>(
        `SELECT w.segment, w.swept_to AS "sweptTo", to_char(w.day, 'YYYY-MM-DD') AS day, s.condition
         FROM segment_sweeps w JOIN segments s ON s.id = w.segment WHERE w.segment = $1 AND w.swept_to < $2 FOR UPDATE OF w SKIP LOCKED`,
        [segment, now],
      )
      if (!swept) return
      for (const edge of edgesOf(swept.condition, playbook)) await markCrossing(tx, swept, edge, now)
      if (swept.day !== today) await markFallen(tx, swept, { now, playbook, calendar })
      await tx.query('UPDATE segment_sweeps SET swept_to = $2, day = $3 WHERE segment = $1', [segment, now, today])
    })
}

async function markCrossing(tx: Transaction, { segment, sweptTo }: Swept, edge: Edge, now: Date): Promise<void> {
  const { rows, column, kind, offset } = edge
  const at = (moment: Date): Date | string => {
    if (offset === null) return moment
    return offset.sign === '-' ? earlier(moment.getTime(), offset.duration) : ahead(moment, offset.duration)
  }
  const lead = rows === 'leads' ? 'id' : 'lead_id'
  const which = { timeline: 'AND kind = $4', messages: "AND state = 'sent' AND content_id IS NOT NULL", leads: '' }[
    rows
  ]
  await tx.query(
    `INSERT INTO segment_marks (lead_id, want) SELECT DISTINCT ${lead}, $1 FROM ${rows}
     WHERE ${column} > $2::timestamptz AND ${column} <= $3::timestamptz AND ${lead} IS NOT NULL ${which}`,
    [passing(segment), at(sweptTo), at(now), ...(kind === null ? [] : [kind])],
  )
}

const ahead = (moment: Date, duration: string): Date | string => {
  const past = earlier(0, duration)
  return typeof past === 'string' ? 'infinity' : new Date(moment.getTime() - past.getTime())
}

/** One pass over the narrow table of scores a day and segment: whoever's score answers today as it did then is left alone. */
async function markFallen(tx: Transaction, { segment, condition, sweptTo }: Swept, at: Moment): Promise<void> {
  const parts = scoreLeaves(condition)
  if (parts.length === 0) return
  const values: unknown[] = []
  const answer = (part: Leaf, moment: Moment): string => {
    const { sql, values: own } = scoreAnswer(part, moment, 2 + values.length)
    values.push(...own)
    return sql
  }
  const turned = parts.map((part) => `${answer(part, { ...at, now: sweptTo })} <> ${answer(part, at)}`)
  await tx.query(
    `INSERT INTO segment_marks (lead_id, want) SELECT s.lead_id, $1 FROM scores s WHERE s.s <> 0 AND (${turned.join(' OR ')})`,
    [passing(segment), ...values],
  )
}
