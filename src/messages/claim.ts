import type { House } from '../house.ts'
import { notPaused } from './outgoing.ts'
import { type MessageRow, messageColumns } from './row.ts'

/** How long a claim or a call holds when its worker says nothing more. */
export const claimMs = 60_000

/** A message in our hands: still planned, but nobody else will take it until then. */
export type Claimed = MessageRow & { claimedUntil: Date }

/**
 * Takes planned messages whose time has come, each once, whatever runs beside us. The plug is read in the same statement.
 * @param one only this message
 */
export async function claimDue(
  house: Pick<House, 'db' | 'clock'>,
  channels: readonly string[],
  limit: number,
  one: string | null = null,
): Promise<Claimed[]> {
  const now = house.clock.now()
  const rows = await house.db.query<Claimed>(
    `UPDATE messages m SET claimed_until = $3
     FROM (SELECT id FROM messages p WHERE p.state = 'planned' AND p.batch_id IS NULL AND p.channel = ANY($1) AND p.due_at <= $2
             AND (p.claimed_until IS NULL OR p.claimed_until < $2) AND ($5::uuid IS NULL OR p.id = $5) AND ${notPaused('p.channel')}
           ORDER BY p.due_at, p.id LIMIT $4 FOR UPDATE SKIP LOCKED) c
     WHERE m.id = c.id RETURNING ${messageColumns('m')}`,
    [channels, now, new Date(now.getTime() + claimMs), limit, one],
  )
  return rows.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1))
}

/** Messages whose deadline passed before they could go; a plug that held them is named. */
export async function expireLate(house: Pick<House, 'db' | 'clock' | 'metrics'>): Promise<void> {
  const rows = await house.db.query<{ channel: string }>(
    `UPDATE messages m SET state = 'expired', waits_for = NULL, claimed_until = NULL, batch_id = NULL, reason = CASE
         WHEN ${notPaused('m.channel')} THEN coalesce(m.reason, '{"id": "late", "message": "已过时限，没有发出"}')
         ELSE '{"id": "paused", "message": "外发已暂停，恢复之前已过时限"}' END
     WHERE m.state = 'planned' AND m.expires_at <= $1 RETURNING m.channel`,
    [house.clock.now()],
  )
  for (const { channel } of rows) house.metrics.messages.inc({ channel, state: 'expired' })
}
