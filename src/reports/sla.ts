import type { House } from '../house.ts'
import { type Asked, type Bound, binding, rounded } from './ask.ts'

/** What we promise ourselves: to judge in time, to answer an offer, to speak to the customer first. */
export const promises = ['review', 'accept', 'contact'] as const
export type PromiseMade = (typeof promises)[number]
/** `running`: there is time left. */
export const outcomes = ['met', 'late', 'running'] as const
export type Outcome = (typeof outcomes)[number]

export interface SlaRow {
  promise: PromiseMade
  /** Who had to keep it; null: all together. */
  who: string | null
  /** Leads, each once per outcome. */
  met: number
  late: number
  running: number
  /** Met ÷ (met + late). */
  rate: number | null
  /** Half of what was done was done within this many minutes, office hours or not. */
  medianMinutes: number | null
}

/**
 * Promises of the period: reviews that were given in it or ran out in it, offers that were made in it, first contacts owed since it.
 * Columns promise, lead_id, who, outcome, minutes.
 */
export function promisesSql(asked: Asked, now: Date, bound: Bound): string {
  const [from, to, at] = [bound.bind(asked.from), bound.bind(asked.to), bound.bind(now)]
  const inPeriod = (column: string) => `${column} >= ${from}::timestamptz AND ${column} < ${to}::timestamptz`
  return `SELECT p.promise, p.lead_id, p.who,
      CASE WHEN coalesce(p.done, ${at}::timestamptz) > p.due THEN 'late' WHEN p.done IS NULL THEN 'running' ELSE 'met' END AS outcome,
      extract(epoch FROM p.done - p.begun) / 60 AS minutes
    FROM (
      SELECT 'review' AS promise, lead_id, by AS who, (before -> 'item' ->> 'queuedAt')::timestamptz AS begun, (before -> 'item' ->> 'dueAt')::timestamptz AS due, at AS done
        FROM verdicts WHERE state <> 'undone' AND jsonb_typeof(before -> 'item') = 'object' AND ${inPeriod('at')}
      UNION ALL SELECT 'review', lead_id, claimed_by, queued_at, due_at, NULL FROM review_queue WHERE ${inPeriod('due_at')}
      UNION ALL SELECT 'accept', lead_id, userid, offered_at, due_at, CASE state WHEN 'lapsed' THEN NULL ELSE answered_at END FROM offers WHERE state <> 'cancelled' AND ${inPeriod('offered_at')}
      UNION ALL SELECT 'contact', lead_id, userid, answered_at, first_contact_due, first_contact_at FROM offers
        WHERE state = 'accepted' AND first_contact_due IS NOT NULL AND ${inPeriod('answered_at')}
    ) p JOIN leads l ON l.id = p.lead_id WHERE l.merged_into IS NULL AND ${bound.within(asked.within)}`
}

/** How promises were kept: all together, and by whoever had to keep them. */
export async function readSla(house: House, asked: Asked): Promise<SlaRow[]> {
  const bound = binding()
  const made = promisesSql(asked, house.clock.now(), bound)
  const count = (outcome: Outcome) => `count(DISTINCT lead_id) FILTER (WHERE outcome = '${outcome}') AS ${outcome}`
  const rows = await house.db.query<Omit<SlaRow, 'rate'> & { whole: number }>(
    `SELECT promise, who, grouping(who) AS whole, ${outcomes.map(count).join(', ')}, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS "medianMinutes"
     FROM (${made}) m GROUP BY GROUPING SETS ((promise), (promise, who)) ORDER BY promise, whole DESC, who`,
    bound.values,
  )
  return rows
    .filter(({ who, whole }) => whole === 1 || who !== null)
    .map(({ whole: _, ...row }) => {
      const ended = row.met + row.late
      const rate = ended > 0 ? rounded(row.met / ended) : null
      return { ...row, rate, medianMinutes: rounded(row.medianMinutes, 1) }
    })
    .sort((a, b) => promises.indexOf(a.promise) - promises.indexOf(b.promise))
}
