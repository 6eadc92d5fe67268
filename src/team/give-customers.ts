import type { Actor } from '../actor.ts'
import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { askTransfer } from '../transfers/ask.ts'
import { transferLine } from '../transfers/line.ts'

/** A customer who is a member's friend in WeCom. */
export interface Friend {
  externalUserId: string
  leadId: string
}

/** A member's friends by their id in WeCom, a page. */
export const friendsOf = (sql: Sql, userid: string, after: string | null, limit: number): Promise<Friend[]> =>
  sql.query<Friend>(
    `SELECT external_userid AS "externalUserId", lead_root(lead_id) AS "leadId" FROM follows
     WHERE userid = $1 AND state = 'full' AND ($2::text IS NULL OR external_userid > $2) ORDER BY external_userid LIMIT $3`,
    [userid, after, limit],
  )

export async function countFriends(sql: Sql, userid: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM follows WHERE userid = $1 AND state = 'full'",
    [userid],
  )
  return row?.count ?? 0
}

/**
 * Has WeCom hand one of them over to a colleague, within its limits for the customer; where the colleague is his friend already,
 * only the work goes. WeCom is asked afterwards, for a hundred at a time.
 * @throws Refused 409 transfer_running | transfer_budget, 422 takeover_unknown
 */
export async function giveFriend(
  house: House,
  { leadId, from, to, note, by }: { leadId: string; from: string; to: string; note: string | undefined; by: Actor },
  inSame: (tx: Transaction) => Promise<boolean>,
): Promise<boolean> {
  const line = await transferLine(house, { leadId, takeover: to, own: undefined, by: by.id })
  return house.db.transaction(async (tx) => {
    if (!(await inSame(tx))) return false
    await askTransfer(tx, house, { leadId, handover: from, takeover: to, note, line, by: by.id })
    return true
  })
}
