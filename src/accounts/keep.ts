import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { placeLeads } from './place.ts'
import { rollUp } from './roll-up.ts'

const atOnce = 2_000
const dueAtOnce = 500

/** One at a time changes who belongs where, so that nobody counts half of another's work. */
export async function lockAccounts(tx: Transaction): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('accounts'))")
}

/**
 * Keeps accounts beside their people: whoever was marked is placed, and the accounts he left or came to are counted anew; those
 * whose numbers change by waiting alone when their time has come. Nothing else is looked at.
 * @returns true when there is more to do at once
 */
export async function keepAccounts(house: House): Promise<boolean> {
  return tryTransaction(house.db, async (tx) => {
    const [free] = await tx.query<{ free: boolean }>("SELECT pg_try_advisory_xact_lock(hashtext('accounts')) AS free")
    if (!free?.free) return false
    const marked = await tx.query<{ leadId: string }>(
      `DELETE FROM account_marks WHERE id IN (SELECT id FROM account_marks ORDER BY id LIMIT ${atOnce}) RETURNING lead_id AS "leadId"`,
    )
    const touched = await placeLeads(
      tx,
      house,
      marked.map(({ leadId }) => leadId),
    )
    const due = await tx.query<{ id: string }>(
      `SELECT id FROM accounts WHERE due_at <= $1 ORDER BY due_at LIMIT ${dueAtOnce}`,
      [house.clock.now()],
    )
    // Whoever became an alias has nothing to wait for.
    await tx.query('UPDATE accounts SET due_at = NULL WHERE id = ANY($1) AND merged_into IS NOT NULL', [
      due.map(({ id }) => id),
    ])
    const changed = [...touched, ...due.map(({ id }) => id)]
    await rollUp(tx, house, changed)
    if (changed.length > 0) tx.afterCommit(() => house.wake.up('evaluate-segments'))
    return marked.length === atOnce || due.length === dueAtOnce
  })
}
