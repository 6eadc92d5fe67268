import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { record } from '../leads/record.ts'
import { lockAccounts } from './keep.ts'
import { countAnew } from './place.ts'
import { rollUp } from './roll-up.ts'
import { accountFamily } from './surge.ts'

/**
 * Makes `loser` an alias of `winner`: its people and names stay with it, reads follow; their caps are one.
 * @returns the id of the merge, by which it can be undone
 * @throws Refused 404 account_unknown, 409 same_account
 */
export async function mergeAccounts(
  tx: Transaction,
  house: House,
  winner: string,
  loser: string,
  by: string,
): Promise<string> {
  await lockAccounts(tx)
  const [keep, alias] = [await rootOf(tx, winner), await rootOf(tx, loser)]
  if (keep === alias) throw new Refused(409, 'same_account', '这两家已经是同一家公司')
  const now = house.clock.now()
  const id = newId(house.clock)
  const people = await peopleOf(tx, alias)
  await holdCaps(tx, [keep, alias])
  await tx.query('UPDATE accounts SET merged_into = $2, updated_at = $3, due_at = NULL WHERE id = $1', [
    alias,
    keep,
    now,
  ])
  await tx.query('INSERT INTO account_merges (id, winner, loser, by, at) VALUES ($1, $2, $3, $4, $5)', [
    id,
    keep,
    alias,
    by,
    now,
  ])
  await tx.query(
    "UPDATE account_suggestions SET state = 'merged' WHERE state = 'open' AND account_root(a) = $1 AND account_root(b) = $1",
    [keep],
  )
  await countAnew(tx, house, people)
  await rollUp(tx, house, [keep])
  return id
}

/**
 * Undoes the last merge of `loser`: both are what they would be without it.
 * @returns the account that stands by itself again
 * @throws Refused 404 account_unknown, 409 not_merged
 */
export async function splitAccount(tx: Transaction, house: House, id: string, by: string): Promise<string> {
  await lockAccounts(tx)
  const root = await rootOf(tx, id)
  // Given the account that speaks, the one that came to it last goes.
  const [merge] = await tx.query<{ id: string; winner: string; loser: string }>(
    `SELECT id, winner, loser FROM account_merges WHERE undone_at IS NULL AND ${root === id ? 'winner' : 'loser'} = $1 ORDER BY at DESC, id DESC LIMIT 1`,
    [id],
  )
  if (!merge) throw new Refused(409, 'not_merged', '这家公司没有合并可以撤销')
  const now = house.clock.now()
  await holdCaps(tx, [root, merge.loser])
  await tx.query('UPDATE account_merges SET undone_at = $2, undone_by = $3 WHERE id = $1', [merge.id, now, by])
  await tx.query('UPDATE accounts SET merged_into = NULL, updated_at = $2 WHERE id = $1', [merge.loser, now])
  await countAnew(tx, house, await peopleOf(tx, merge.loser))
  await rollUp(tx, house, [root, merge.loser])
  return merge.loser
}

/**
 * Puts a person into another account, or into none. What a person said holds against whatever the machine learns later.
 * @throws Refused 404 account_unknown
 */
export async function movePerson(
  tx: Transaction,
  house: House,
  { leadId, to, by }: { leadId: string; to: string | null; by: string },
): Promise<void> {
  await lockAccounts(tx)
  const target = to === null ? null : await rootOf(tx, to)
  const now = house.clock.now()
  const [before] = await tx.query<{ account: string | null }>(
    'SELECT account_id AS account FROM account_people WHERE lead_id = $1 FOR UPDATE',
    [leadId],
  )
  await tx.query(
    `INSERT INTO account_people (lead_id, account_id, how, by, at) VALUES ($1, $2, 'hand', $3, $4)
     ON CONFLICT (lead_id) DO UPDATE SET account_id = excluded.account_id, how = 'hand', key = NULL, by = excluded.by, at = excluded.at`,
    [leadId, target, by, now],
  )
  await tx.query('INSERT INTO account_marks (lead_id) VALUES ($1)', [leadId])
  await countAnew(tx, house, [leadId])
  await record(tx, [
    {
      leadId,
      at: now,
      kind: 'account',
      actor: by,
      key: now.toISOString(),
      data: { account: target, from: before?.account ?? null },
    },
  ])
  await rollUp(
    tx,
    house,
    [before?.account, target].filter((id) => typeof id === 'string'),
  )
}

/** The account that speaks for one. @throws Refused 404 */
export async function rootOf(tx: Pick<Transaction, 'query'>, id: string): Promise<string> {
  const [row] = await tx.query<{ id: string | null }>('SELECT account_root($1) AS id', [id])
  if (!row?.id) throw new Refused(404, 'account_unknown', '没有这家客户公司')
  return row.id
}

async function peopleOf(tx: Transaction, root: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT lead_id AS id FROM account_people WHERE account_id IN (${accountFamily('$1')})`,
    [root],
  )
  return rows.map(({ id }) => id)
}

/** Whoever counts a cap of one of these is waited for. */
async function holdCaps(tx: Transaction, accounts: readonly string[]): Promise<void> {
  for (const account of [...accounts].sort())
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('account:' || $1, 0))", [account])
}
