import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'

/** The code that stands for an introduction, for whoever gives the customer, or a manager. @throws Refused 404, 403, 409 */
export async function codeOfIntroduction(
  sql: Sql,
  id: string,
  userid: string,
  roles: readonly string[],
): Promise<{ leadId: string; takeover: string; name: string; codeId: string }> {
  const [row] = await sql.query<{
    leadId: string
    handover: string
    takeover: string
    name: string
    codeId: string | null
    state: string
  }>(
    `SELECT lead_root(t.lead_id) AS "leadId", t.handover, t.takeover, t.state, coalesce(nullif(s.name, ''), t.takeover) AS name,
       (SELECT c.id FROM live_codes c WHERE c.lead_id IN (SELECT lead_family(t.lead_id)) AND c.kind = 'handover' AND c.staff = ARRAY[t.takeover] AND c.made <> 'failed'
        ORDER BY c.created_at DESC LIMIT 1) AS "codeId"
     FROM transfers t LEFT JOIN staff s ON s.userid = t.takeover WHERE t.id = $1 AND t.way = 'introduction'`,
    [id],
  )
  if (!row) throw new Refused(404, 'transfer_unknown', '没有这次介绍')
  const mine = row.handover.toLowerCase() === userid.toLowerCase()
  if (!mine && !roles.some((role) => role === 'admin' || role === 'manager'))
    throw new Refused(403, 'not_your_lead', '这次介绍是别的同事的')
  if (row.state !== 'asked' || !row.codeId) throw new Refused(409, 'transfer_over', '这次介绍已经有了结果')
  return { ...row, codeId: row.codeId }
}
