import type { House } from '../house.ts'
import type { Batch, Reason } from './channel.ts'
import { claimMs } from './claim.ts'
import { notPaused } from './outgoing.ts'
import { forChannel, type MessageRow } from './row.ts'

/** A task as the database keeps it. */
export interface BatchRow {
  id: string
  channel: string
  sender: string
  state: 'gathering' | 'sending' | 'waiting' | 'done' | 'failed' | 'expired' | 'unknown'
  wecomId: string | null
  reminded: number
  remindedAt: Date | null
  expiresAt: Date | null
  /** `withdrawn`: taken back; what was sent before is still being asked for. */
  reason: Reason | null
  claimedUntil: Date
  createdAt: Date
}

/** The columns of a BatchRow, of the table as `b`. */
export const batchColumns = `b.id, b.channel, b.sender, b.state, b.wecom_id AS "wecomId", b.reminded, b.reminded_at AS "remindedAt",
  b.expires_at AS "expiresAt", b.reason, b.claimed_until AS "claimedUntil", b.created_at AS "createdAt"`

const dueBy = { gathering: 'closes_at', waiting: 'poll_at' }

/** Takes tasks whose time has come, each in one pair of hands. Nothing new leaves while the plug is out; results still come in. */
export function claimBatches(
  house: Pick<House, 'db' | 'clock'>,
  state: keyof typeof dueBy,
  limit: number,
): Promise<BatchRow[]> {
  const now = house.clock.now()
  return house.db.query<BatchRow>(
    `UPDATE batches b SET claimed_until = $3
     FROM (SELECT id FROM batches p WHERE p.state = $1 AND p.${dueBy[state]} <= $2 AND (p.claimed_until IS NULL OR p.claimed_until < $2)
             ${state === 'gathering' ? `AND ${notPaused('p.channel')}` : ''}
           ORDER BY p.${dueBy[state]} LIMIT $4 FOR UPDATE SKIP LOCKED) c
     WHERE b.id = c.id RETURNING ${batchColumns}`,
    [state, now, new Date(now.getTime() + claimMs), limit],
  )
}

/** A task and its messages as the channel sees them. */
export const batchFor = (row: BatchRow, messages: readonly MessageRow[]): Batch => ({
  id: row.id,
  sender: row.sender || null,
  wecomId: row.wecomId,
  createdAt: row.createdAt,
  reminded: row.reminded,
  remindedAt: row.remindedAt,
  messages: messages.map(forChannel),
})
