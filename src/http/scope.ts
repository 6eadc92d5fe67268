import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import { isId } from '../ids.ts'
import { leadsWithin } from '../leads/reach.ts'
import type { Principal } from './principal.ts'

export { leadsWithin } from '../leads/reach.ts'

/**
 * The lead that speaks for `id`, when it is within reach.
 * @throws Refused 404 when there is none, 403 when it is somebody else's
 */
export async function findLead(sql: Sql, principal: Principal, id: string): Promise<string> {
  const within = leadsWithin(principal, 2)
  const [row] = isId(id)
    ? await sql.query<{ id: string; mine: boolean }>(
        `SELECT r.id, EXISTS (SELECT FROM leads l WHERE l.id = r.id AND ${within.sql}) AS mine
         FROM (SELECT lead_root($1::uuid) AS id) r WHERE r.id IS NOT NULL`,
        [id, ...within.values],
      )
    : []
  if (!row) throw new Refused(404, 'lead_unknown', '没有这条线索')
  if (!row.mine) throw new Refused(403, 'not_within_reach', '这条线索不在您的范围内')
  return row.id
}
