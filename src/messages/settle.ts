import type { Sql } from '../db.ts'
import { GiveUp, OutcomeUnknown, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import type { Reason, Rendered } from './channel.ts'
import type { MessageRow, MessageState, WaitsFor } from './row.ts'

/** What became of a message that was in our hands. */
export type Fate =
  | { state: 'sent'; at: Date; wecomId?: string | undefined }
  | { state: 'failed' | 'unknown' | 'expired' | 'refused' | 'cancelled'; reason: Reason }
  | { state: 'planned'; dueAt: Date; reason: Reason | null; waitsFor: 'time' | 'slot'; way?: Way | undefined }
  /** A member has it in his hands. */
  | { state: 'waiting'; waitsFor: WaitsFor; reason: Reason | null }

/** Another way out. */
export interface Way {
  channel: string
  sender: string | null
  recipient: string | null
  ways: readonly string[]
  body: Rendered
}

type Known = Pick<MessageRow, 'id' | 'leadId' | 'channel'>

/** These say that nothing was delivered and that it was the channel's fault: another may carry it. */
const nextWayAfter = ['not_reachable', 'cap']

/**
 * Writes fates where the messages still are where we left them: what somebody else decided meanwhile (a cancel, a failure told
 * by WeCom) stays. `from` is the state we left them in. What a channel gave back undelivered goes to the next of its ways.
 * @returns the ids that were written
 */
export async function settle(
  sql: Sql,
  house: Pick<House, 'clock' | 'metrics' | 'log' | 'wake'>,
  fates: readonly { row: Known; fate: Fate }[],
  from: MessageState,
): Promise<ReadonlySet<string>> {
  if (fates.length === 0) return new Set()
  const rows = await sql.query<{ id: string; state: MessageState }>(
    `UPDATE messages m SET state = CASE WHEN t.next THEN 'planned' ELSE t.state END, reason = t.reason,
       sent_at = coalesce(t.sent_at, m.sent_at), wecom_id = CASE WHEN t.next THEN NULL ELSE coalesce(t.wecom_id, m.wecom_id) END,
       due_at = CASE WHEN t.next THEN $9::timestamptz ELSE coalesce(t.due_at, m.due_at) END, claimed_until = NULL, held = NULL,
       waits_for = CASE WHEN t.next THEN jsonb_build_object('kind', 'time', 'until', $9::timestamptz) ELSE t.waits_for END,
       batch_id = CASE WHEN t.next OR t.state = 'planned' THEN NULL ELSE m.batch_id END,
       channel = CASE WHEN t.next THEN m.ways[1] ELSE coalesce(t.way ->> 'channel', m.channel) END,
       ways = CASE WHEN t.next THEN m.ways[2:] WHEN t.way IS NULL THEN m.ways ELSE ARRAY(SELECT jsonb_array_elements_text(t.way -> 'ways')) END,
       sender = CASE WHEN t.way IS NULL THEN m.sender ELSE t.way ->> 'sender' END,
       recipient = CASE WHEN t.next THEN NULL WHEN t.way IS NULL THEN m.recipient ELSE t.way ->> 'recipient' END,
       body = coalesce(t.way -> 'body', m.body),
       extra = CASE WHEN t.next OR t.way IS NOT NULL AND t.way ->> 'channel' <> m.channel THEN m.extra || jsonb_build_object('tried',
         coalesce(m.extra -> 'tried', '[]') || jsonb_build_object('channel', m.channel, 'reason', t.reason)) ELSE m.extra END
     FROM (SELECT u.*, u.state = 'failed' AND u.reason ->> 'id' = ANY($10) AND cardinality(o.ways) > 0 AND (o.expires_at IS NULL OR o.expires_at > $9::timestamptz) AS next
       FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::jsonb[], $11::jsonb[])
         AS u(id, state, reason, sent_at, wecom_id, due_at, waits_for, way) JOIN messages o ON o.id = u.id) t
     WHERE m.id = t.id AND m.state = $8 RETURNING m.id, m.state`,
    [
      fates.map(({ row }) => row.id),
      fates.map(({ fate }) => fate.state),
      fates.map(({ fate }) => ('reason' in fate && fate.reason ? JSON.stringify(fate.reason) : null)),
      fates.map(({ fate }) => (fate.state === 'sent' ? fate.at : null)),
      fates.map(({ fate }) => (fate.state === 'sent' ? (fate.wecomId ?? null) : null)),
      fates.map(({ fate }) => (fate.state === 'planned' ? fate.dueAt : null)),
      fates.map(({ fate }) => waitsForOf(fate)),
      from,
      house.clock.now(),
      nextWayAfter,
      fates.map(({ fate }) => (fate.state === 'planned' && fate.way ? JSON.stringify(fate.way) : null)),
    ],
  )
  const written = new Map(rows.map(({ id, state }) => [id, state]))
  const done = fates.filter(({ row }) => written.has(row.id))
  for (const { row, fate } of done) {
    house.metrics.messages.inc({ channel: row.channel, state: fate.state })
    if (fate.state === 'failed' || fate.state === 'unknown')
      house.log.warn({ messageId: row.id, channel: row.channel, reason: fate.reason.id }, `message ${fate.state}`)
  }
  if (done.some(({ row, fate }) => fate.state === 'failed' && written.get(row.id) === 'planned'))
    house.wake.up('deliver')
  await tellTimeline(
    sql,
    house,
    done.flatMap(({ row, fate }) =>
      fate.state === 'planned' ? [] : [{ row, state: fate.state, reason: 'reason' in fate ? fate.reason : null }],
    ),
  )
  return new Set(written.keys())
}

function waitsForOf(fate: Fate): string | null {
  if (fate.state === 'waiting') return JSON.stringify(fate.waitsFor)
  return fate.state === 'planned' ? JSON.stringify({ kind: fate.waitsFor, until: fate.dueAt }) : null
}

/** A line on the lead's timeline for what became of each message. */
export function tellTimeline(
  sql: Sql,
  house: Pick<House, 'clock'>,
  told: readonly { row: Known; state: MessageState; reason: Reason | null }[],
): Promise<void> {
  const at = house.clock.now()
  return record(
    sql,
    told.flatMap(({ row, state, reason }) =>
      row.leadId === null
        ? []
        : [
            {
              leadId: row.leadId,
              at,
              kind: 'message',
              key: `${row.id}\0${state}`,
              data: { message: row.id, channel: row.channel, state, ...(reason ? { reason: reason.id } : {}) },
            },
          ],
    ),
  )
}

const longestPauseMs = 30 * 60_000

/**
 * What a failure of the call means for the message. Only what is recognised twice by WeCom is tried after an unknown outcome:
 * when in doubt, nobody is spoken to twice.
 */
export function fateOf(
  failure: unknown,
  row: Pick<MessageRow, 'attempts' | 'expiresAt'>,
  { now, repeats }: { now: Date; repeats: boolean },
): Fate {
  const message = failure instanceof Error ? failure.message : String(failure)
  if (failure instanceof GiveUp) return { state: 'failed', reason: { id: failure.reason, message } }
  const retry = failure instanceof RetryLater || (failure instanceof OutcomeUnknown && repeats)
  if (!retry) {
    return {
      state: 'unknown',
      reason: { id: 'unknown', message: `是否送达无法确认，请人工核实后再决定是否重发。${message}` },
    }
  }
  const backOff = Math.min(2_000 * 2 ** Math.max(0, row.attempts - 1), longestPauseMs)
  const dueAt = new Date(now.getTime() + Math.max(failure instanceof RetryLater ? failure.afterMs : 0, backOff))
  if (row.expiresAt && dueAt >= row.expiresAt)
    return { state: 'expired', reason: { id: 'late', message: `时限内没有发出。${message}` } }
  return { state: 'planned', dueAt, reason: { id: 'retry', message }, waitsFor: 'time' }
}
