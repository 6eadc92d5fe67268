import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import { isId } from '../ids.ts'
import type { Within } from '../leads/list.ts'
import { accountFamily } from './surge.ts'

/**
 * The account that speaks for `id`, when one of its people is within reach, or it is his own. `within` keeps leads (alias `l`)
 * to somebody's reach.
 * @throws Refused 404 when there is none, 403 when it is somebody else's
 */
export async function findAccount(sql: Sql, id: string, within: Within, userid: string | null): Promise<string> {
  const [root] = isId(id)
    ? await sql.query<{ id: string | null; owner: string | null }>(
        'SELECT a.id, a.owner FROM accounts a WHERE a.id = account_root($1)',
        [id],
      )
    : []
  if (!root?.id) throw new Refused(404, 'account_unknown', '没有这家客户公司')
  if (userid && root.owner?.toLowerCase() === userid.toLowerCase()) return root.id
  const scope = within(2)
  const [row] = await sql.query<{ mine: boolean }>(
    `SELECT EXISTS (SELECT FROM account_people p JOIN leads l ON l.id = p.lead_id WHERE p.account_id IN (${accountFamily('$1')})
       AND l.merged_into IS NULL AND ${scope.sql}) AS mine`,
    [root.id, ...scope.values],
  )
  if (!row?.mine) throw new Refused(403, 'not_within_reach', '这家客户公司不在您的范围内')
  return root.id
}
