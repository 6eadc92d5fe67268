import type { Sql } from '../db.ts'
import { GiveUp, OutcomeUnknown, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import type { Reason } from './channel.ts'
import type { MessageRow, MessageState } from './row.ts'

/** What became of a message that was in our hands. */
export type Fate =
  | { state: 'sent'; at: Date; wecomId?: string | undefined }
  | { state: 'failed' | 'unknown' | 'expired' | 'refused' | 'cancelled'; reason: Reason }
  | { state: 'planned'; dueAt: Date; reason: Reason | null; waitsFor: 'time' | 'slot' }

type Known = Pick<MessageRow, 'id' | 'leadId' | 'channel'>

/**
 * Writes fates where the messages still are where we left them: what somebody else decided meanwhile (a cancel, a failure told
 * by WeCom) stays. `from` is the state we left them in.
 * @returns the ids that were written
 */
export async function settle(
  sql: Sql,
  house: Pick<House, 'clock' | 'metrics' | 'log'>,
  fates: readonly { row: Known; fate: Fate }[],
  from: MessageState,
): Promise<ReadonlySet<string>> {
  if (fates.length === 0) return new Set()
  const rows = await sql.query<{ id: string }>(
    `UPDATE messages m SET state = t.state, reason = t.reason, sent_at = coalesce(t.sent_at, m.sent_at), wecom_id = coalesce(t.wecom_id, m.wecom_id),
       due_at = coalesce(t.due_at, m.due_at), waits_for = t.waits_for, claimed_until = NULL, held = NULL,
       batch_id = CASE WHEN t.state = 'planned' THEN NULL ELSE m.batch_id END
     FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::jsonb[])
       AS t(id, state, reason, sent_at, wecom_id, due_at, waits_for)
     WHERE m.id = t.id AND m.state = $8 RETURNING m.id`,
    [
      fates.map(({ row }) => row.id),
      fates.map(({ fate }) => fate.state),
      fates.map(({ fate }) => ('reason' in fate && fate.reason ? JSON.stringify(fate.reason) : null)),
      fates.map(({ fate }) => (fate.state === 'sent' ? fate.at : null)),
      fates.map(({ fate }) => (fate.state === 'sent' ? (fate.wecomId ?? null) : null)),
      fates.map(({ fate }) => (fate.state === 'planned' ? fate.dueAt : null)),
      fates.map(({ fate }) =>
        fate.state === 'planned' ? JSON.stringify({ kind: fate.waitsFor, until: fate.dueAt }) : null,
      ),
      from,
    ],
  )
  const written = new Set(rows.map(({ id }) => id))
  const done = fates.filter(({ row }) => written.has(row.id))
  for (const { row, fate } of done) {
    house.metrics.messages.inc({ channel: row.channel, state: fate.state })
    if (fate.state === 'failed' || fate.state === 'unknown')
      house.log.warn({ messageId: row.id, channel: row.channel, reason: fate.reason.id }, `message ${fate.state}`)
  }
  await tellTimeline(
    sql,
    house,
    done.flatMap(({ row, fate }) =>
      fate.state === 'planned' ? [] : [{ row, state: fate.state, reason: 'reason' in fate ? fate.reason : null }],
    ),
  )
  return written
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
