import type { House } from '../house.ts'
import type { Reason } from './channel.ts'
import type { MessageRow } from './row.ts'
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
      `UPDATE batches b SET state = 'unknown', reason = $2, claimed_until = NULL
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
