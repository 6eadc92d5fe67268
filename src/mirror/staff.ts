import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { askWork } from './work.ts'

/** The look at whose customers WeCom lists as unassigned. */
export const leaverWork = 'leavers'
const listedAfterMs = 120_000

/**
 * The registered spelling of userids, which WeCom compares without case and may echo in lower case. Members we have not met
 * are registered without roles; their names come with the staff list.
 */
export async function registered(
  sql: Sql,
  house: House,
  userids: readonly string[],
): Promise<(userid: string) => string> {
  const wanted = new Map(userids.map((userid) => [userid.toLowerCase(), userid]))
  const read = () =>
    sql.query<{ userid: string }>('SELECT userid FROM staff WHERE lower(userid) = ANY($1)', [[...wanted.keys()]])
  let known = wanted.size === 0 ? [] : await read()
  if (known.length < wanted.size) {
    const now = house.clock.now()
    const met = new Set(known.map((row) => row.userid.toLowerCase()))
    const strangers = [...wanted].filter(([key]) => !met.has(key)).map(([, userid]) => userid)
    await sql.query(
      'INSERT INTO staff (userid, created_at, updated_at) SELECT userid, $2, $2 FROM unnest($1::text[]) AS userid ORDER BY userid ON CONFLICT DO NOTHING',
      [strangers, now],
    )
    await askWork(sql, ['staff'], now)
    known = await read()
  }
  const spelled = new Map(known.map((row) => [row.userid.toLowerCase(), row.userid]))
  return (userid) => spelled.get(userid.toLowerCase()) ?? userid
}

/** Members came into the app's visible scope or left it; leaving the company looks the same. */
export async function staffChanged(
  tx: Transaction,
  house: House,
  rows: readonly { userid: string; inScope: boolean }[],
): Promise<void> {
  if (rows.length === 0) return
  const spell = await registered(
    tx,
    house,
    rows.map((row) => row.userid),
  )
  const last = new Map(rows.map((row) => [spell(row.userid), row.inScope]))
  for (const [userid, inScope] of [...last].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (inScope) await staffCame(tx, house, userid)
    else await staffLeft(tx, house, userid)
  }
}

async function staffCame(tx: Transaction, house: House, userid: string): Promise<void> {
  const now = house.clock.now()
  const came = await tx.query(
    'UPDATE staff SET in_scope = true, updated_at = $2 WHERE userid = $1 AND NOT in_scope RETURNING 1',
    [userid, now],
  )
  // What became of his relations meanwhile is asked of WeCom, each once.
  await tx.query("UPDATE follows SET stale_since = $2 WHERE userid = $1 AND state = 'out_of_scope'", [userid, now])
  await askWork(tx, came.length > 0 ? ['staff', `reconcile:${userid}`] : ['staff'], now)
}

/**
 * A member is gone from the visible scope: nothing can be done through his relations, he is signed out, leads he was looking
 * at or was offered go on at once, and those he owns are routed anew by the job `re-route`.
 */
export async function staffLeft(tx: Transaction, house: House, userid: string): Promise<void> {
  const now = house.clock.now()
  await tx.query('UPDATE staff SET in_scope = false, updated_at = $2 WHERE lower(userid) = lower($1) AND in_scope', [
    userid,
    now,
  ])
  await tx.query(
    `UPDATE follows SET state = 'out_of_scope', wish_at = NULL, stale_since = NULL
     WHERE userid = $1 AND state IN ('half', 'full', 'deleted_by_customer')`,
    [userid],
  )
  await tx.query('DELETE FROM sessions WHERE lower(userid) = lower($1)', [userid])
  // WeCom lists a leaver's customers a while after he left.
  await askWork(tx, [leaverWork], new Date(now.getTime() + listedAfterMs))
  await freeHands(tx, house, userid)
}

/** Leads a member was looking at or was offered go on at once; those he owns are routed anew by the job `re-route`. */
export async function freeHands(tx: Transaction, house: House, userid: string): Promise<void> {
  const now = house.clock.now()
  await tx.query(
    'UPDATE review_queue SET claimed_by = NULL, claimed_until = NULL WHERE lower(claimed_by) = lower($1)',
    [userid],
  )
  await tx.query("UPDATE offers SET due_at = $2 WHERE lower(userid) = lower($1) AND state = 'open' AND due_at > $2", [
    userid,
    now,
  ])
  tx.afterCommit(() => {
    for (const job of ['lapse-offers', 're-route']) house.wake.up(job)
  })
}
