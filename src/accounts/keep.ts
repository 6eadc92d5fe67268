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
    const rested = await putOff(tx, touched, house.clock.now())
    const due = await tx.query<{ id: string }>(
      `SELECT id FROM accounts WHERE due_at <= $1 ORDER BY due_at LIMIT ${dueAtOnce}`,
      [house.clock.now()],
    )
    // Whoever became an alias has nothing to wait for.
    await tx.query('UPDATE accounts SET due_at = NULL WHERE id = ANY($1) AND merged_into IS NOT NULL', [
      due.map(({ id }) => id),
    ])
    const changed = [...rested, ...due.map(({ id }) => id)]
    await rollUp(tx, house, changed)
    if (changed.length > 0) tx.afterCommit(() => house.wake.up('evaluate-segments'))
    return marked.length === atOnce || due.length === dueAtOnce
  })
}

/**
 * A company of hundreds whose people come in by the thousand would be counted as often: beyond twenty people it rests after each
 * count, the longer the more people, and is counted once for all that happened meanwhile.
 * @returns those that need not rest
 */
async function putOff(tx: Transaction, touched: Iterable<string>, now: Date): Promise<string[]> {
  const rested = await tx.query<{ id: string }>(
    `WITH roots AS (SELECT DISTINCT account_root(id) AS id FROM unnest($1::uuid[]) AS id),
     resting AS (
       SELECT id, updated_at + least(60, greatest(0, people - 20) * 0.1) * interval '1 second' AS until FROM accounts WHERE id IN (SELECT id FROM roots)),
     put_off AS (UPDATE accounts a SET due_at = least(a.due_at, r.until) FROM resting r WHERE a.id = r.id AND r.until > $2 RETURNING a.id)
     SELECT id FROM roots EXCEPT SELECT id FROM put_off`,
    [[...touched], now],
  )
  return rested.map(({ id }) => id)
}
