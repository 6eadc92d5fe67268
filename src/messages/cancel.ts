import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'

/**
 * Takes back what was planned for a lead and has not gone: planned messages are cancelled; of those a member still has to
 * confirm, the task is withdrawn at the next look and given anew to the others. `purpose` absent: every purpose but notices.
 * @param why read by people
 */
export async function cancelMessages(
  tx: Transaction,
  house: House,
  leadId: string,
  why: string,
  purpose?: string,
): Promise<void> {
  const values = [leadId, JSON.stringify({ id: 'cancelled', message: why }), purpose ?? null]
  const which = `lead_id IN (SELECT lead_family($1)) AND ($3::text IS NULL AND purpose <> 'notice' OR purpose = $3)`
  await tx.query(
    `UPDATE messages SET state = 'cancelled', reason = $2, waits_for = NULL, batch_id = NULL WHERE state = 'planned' AND ${which}`,
    values,
  )
  const held = await tx.query<{ batchId: string }>(
    `UPDATE messages SET held = $4, reason = $2 WHERE state = 'waiting' AND held IS NULL AND ${which} RETURNING batch_id AS "batchId"`,
    [...values, why],
  )
  if (held.length === 0) return
  await tx.query('UPDATE batches SET poll_at = $2 WHERE id = ANY($1) AND state = $3', [
    [...new Set(held.map((row) => row.batchId))],
    house.clock.now(),
    'waiting',
  ])
  tx.afterCommit(() => house.wake.up('poll-batches'))
}
