import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

/** A lead that waits for an MDR. */
export interface QueueRow {
  leadId: string
  handRaised: boolean
  queuedAt: Date
  dueAt: Date
  why: { rule: string; text: string }[]
  playbookVersion: number
  claimedBy: string | null
  claimedUntil: Date | null
  /** With `handRaised` and `leadId`: where the row stands. `due` is the database's own spelling of the time. */
  due: string
  s: number
}

/** Where a page of the queue ended. */
export interface QueuePlace {
  handRaised: boolean
  due: string
  s: number
  leadId: string
}

type Within = (first: number) => { sql: string; values: readonly unknown[] }

const columns = `q.lead_id AS "leadId", q.hand_raised AS "handRaised", q.queued_at AS "queuedAt", q.due_at AS "dueAt", q.due_at::text AS due,
  q.s, q.why, q.playbook_version AS "playbookVersion", q.claimed_by AS "claimedBy", q.claimed_until AS "claimedUntil"`
const order = (q: string) => `${q}hand_raised DESC, ${q}due_at, ${q}s DESC, ${q}lead_id`

/**
 * One page of the queue, most urgent first: hand-raises, then due time, then intent. The index's mixed directions have no row
 * comparison, so what comes after a place is the four ranges below, each a walk along the index; a page deep down costs what
 * the first one costs.
 */
export async function readQueue(
  sql: Sql,
  { within, after, limit }: { within: Within; after: QueuePlace | null; limit: number },
): Promise<QueueRow[]> {
  const scope = within(after ? 6 : 2)
  const from =
    scope.sql === 'true' ? 'review_queue q' : `review_queue q JOIN leads l ON l.id = q.lead_id AND ${scope.sql}`
  if (!after) {
    return sql.query(`SELECT ${columns} FROM ${from} ORDER BY ${order('q.')} LIMIT $1`, [limit, ...scope.values])
  }
  const ranges = [
    'q.hand_raised = $2 AND q.due_at = $3::timestamptz AND q.s = $4 AND q.lead_id > $5::uuid',
    'q.hand_raised = $2 AND q.due_at = $3::timestamptz AND q.s < $4',
    'q.hand_raised = $2 AND q.due_at > $3::timestamptz',
    'q.hand_raised < $2',
  ].map((range) => `(SELECT q.* FROM ${from} WHERE ${range} ORDER BY ${order('q.')} LIMIT $1)`)
  return sql.query(`SELECT ${columns} FROM (${ranges.join(' UNION ALL ')}) q ORDER BY ${order('q.')} LIMIT $1`, [
    limit,
    after.handRaised,
    after.due,
    after.s,
    after.leadId,
    ...scope.values,
  ])
}

/** The row of one lead, where it waits. */
export async function readQueued(house: Pick<House, 'db'>, leadId: string): Promise<QueueRow | null> {
  const [row] = await house.db.query<QueueRow>(`SELECT ${columns} FROM review_queue q WHERE q.lead_id = $1`, [leadId])
  return row ?? null
}
