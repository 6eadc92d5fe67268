import type { House } from '../house.ts'
import { type BatchRow, batchColumns, batchFor } from './batch.ts'
import type { Reason } from './channel.ts'
import { recordTask } from './record-task.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { type Fate, settle } from './settle.ts'

const batchesAtOnce = 20
const messagesAtOnce = 20_000
const unknown: Reason = { id: 'unknown', message: '发送途中程序中断，是否送达无法确认，请人工核实后再决定是否重发' }

/**
 * Calls whose worker died. What WeCom recognises when it comes twice goes out again under the same id; anything else is shown to
 * a person: when in doubt, nobody is spoken to twice.
 * @returns true when there may be more
 */
export async function recoverSending(house: House): Promise<boolean> {
  const now = house.clock.now()
  const count = await house.db.transaction(async (tx) => {
    const batches = await tx.query<{ id: string }>(
      `UPDATE batches b SET state = 'unknown', reason = $2, poll_at = $1, claimed_until = NULL
       FROM (SELECT id FROM batches WHERE state = 'sending' AND claimed_until < $1 ORDER BY claimed_until LIMIT ${batchesAtOnce} FOR UPDATE SKIP LOCKED) c
       WHERE b.id = c.id RETURNING b.id`,
      [now, JSON.stringify(unknown)],
    )
    const rows = await tx.query<Pick<MessageRow, 'id' | 'leadId' | 'channel' | 'extra'>>(
      `SELECT m.id, m.lead_id AS "leadId", m.channel, m.extra FROM messages m
       WHERE m.state = 'sending' AND (m.batch_id = ANY($2) OR m.batch_id IS NULL AND m.claimed_until < $1)
       ORDER BY m.id LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [now, batches.map(({ id }) => id), messagesAtOnce],
    )
    const fates = rows.map((row): { row: typeof row; fate: Fate } => ({
      row,
      fate: house.shelves.channels.get(row.channel)?.repeats?.(row)
        ? { state: 'planned', dueAt: now, reason: null, waitsFor: 'time' }
        : { state: 'unknown', reason: unknown },
    }))
    await settle(tx, house, fates, 'sending')
    if (fates.some(({ fate }) => fate.state === 'planned')) {
      tx.afterCommit(() => {
        house.wake.up('deliver')
        house.wake.up('deliver-welcome')
      })
    }
    return batches.length
  })
  return count === batchesAtOnce
}

/** A task that was made is in WeCom's list within minutes. */
const findableMs = 3_600_000
const nextFindMs = 60_000

/**
 * Tasks whose making is unknown, because the answer got lost or the worker died: WeCom's own list tells whether they were made.
 * One that was goes on waiting for its member. One that is not in the list stays unknown; nothing is made a second time.
 */
export async function findUnknown(house: House): Promise<void> {
  const now = house.clock.now()
  const batches = await house.db.query<BatchRow>(
    `UPDATE batches b SET poll_at = $2
     FROM (SELECT id FROM batches WHERE state = 'unknown' AND poll_at <= $1 AND created_at > $3 ORDER BY poll_at LIMIT 10 FOR UPDATE SKIP LOCKED) c
     WHERE b.id = c.id RETURNING ${batchColumns}`,
    [now, new Date(now.getTime() + nextFindMs), new Date(now.getTime() - findableMs)],
  )
  for (const batch of batches) {
    const rows = await house.db.query<MessageRow>(
      `SELECT ${messageColumns('m')} FROM messages m WHERE m.batch_id = $1 AND m.state = 'unknown' ORDER BY m.id`,
      [batch.id],
    )
    if (rows.length === 0) continue
    try {
      const wecomId = await house.shelves.channels.get(batch.channel)?.find?.(batchFor(batch, rows), house)
      if (wecomId)
        await house.db.transaction((tx) =>
          recordTask(tx, house, batch, { state: 'waiting', wecomId, reason: null, waits: rows, from: 'unknown' }),
        )
    } catch (error) {
      house.log.warn({ err: error, batchId: batch.id }, 'task not looked for; tried again')
    }
  }
}
