import type { Sql } from '../db.ts'

/** Whether a member and the customer are each other's friends in WeCom. */
export async function isFriend(sql: Sql, leadId: string, userid: string): Promise<boolean> {
  const rows = await sql.query(
    "SELECT 1 FROM follows WHERE lead_id IN (SELECT lead_family($1)) AND state = 'full' AND lower(userid) = lower($2) LIMIT 1",
    [leadId, userid],
  )
  return rows.length > 0
}
