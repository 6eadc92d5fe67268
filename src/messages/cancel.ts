import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'

/**
 * Takes back what was planned for a lead and has not gone: planned messages are cancelled; of those a member still has to
 * confirm, the task is withdrawn at the next look and given anew to the others. `purpose` absent: every purpose but notices.
 * @param why read by people
 */
export function cancelMessages(
  tx: Transaction,
  house: House,
  leadId: string,
  why: string,
  purpose?: string,
): Promise<void> {
  const which = `lead_id IN (SELECT lead_family($1)) AND ($3::text IS NULL AND purpose <> 'notice' OR purpose = $3)`
  return cancelWhere(tx, house, which, [leadId, reasonOf(why), purpose ?? null], why)
}

/** The same for some messages by their ids. */
export function cancelPlanned(
  tx: Transaction,
  house: House,
  messageIds: readonly string[],
  why: string,
): Promise<void> {
  return cancelWhere(tx, house, 'id = ANY($1) AND $3::text IS NULL', [messageIds, reasonOf(why), null], why)
}

const reasonOf = (why: string): string => JSON.stringify({ id: 'cancelled', message: why })

async function cancelWhere(
  tx: Transaction,
  house: House,
  which: string,
  values: readonly unknown[],
  why: string,
): Promise<void> {
  await tx.query(
    `UPDATE messages SET state = 'cancelled', reason = $2, waits_for = NULL, batch_id = NULL 
     WHERE (state = 'planned' OR state = 'waiting' AND batch_id IS NULL) AND ${which}`,
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
