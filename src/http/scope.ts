import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import { isId } from '../ids.ts'
import type { Principal } from './principal.ts'

/**
 * The condition that keeps a list of leads (alias `l`) within somebody's reach, with its values bound from `$first` on.
 * Own: he owns it, it is offered to him, or he is the customer's WeCom contact. Team: its people's, those who report to
 * him, and what nobody owns yet. A manager without a team answers for everybody.
 */
export function leadsWithin(principal: Principal, first: number): { sql: string; values: unknown[] } {
  const { reach, userid, team } = principal
  if (reach === 'all' || (reach === 'team' && team === null)) return { sql: 'true', values: [] }
  const mine = `l.id IN (
    SELECT id FROM leads WHERE owner = $${first}
    UNION ALL SELECT lead_id FROM offers WHERE userid = $${first} AND state = 'open'
    UNION ALL SELECT CASE WHEN a.merged_into IS NULL THEN a.id ELSE lead_root(a.id) END
      FROM follows f JOIN leads a ON a.id = f.lead_id WHERE f.userid = $${first} AND f.state IN ('half', 'full'))`
  if (reach === 'own') return { sql: mine, values: [userid] }
  return {
    sql: `(l.owner IS NULL OR l.owner IN (SELECT userid FROM staff WHERE team = $${first + 1} OR lower(manager) = lower($${first})) OR ${mine})`,
    values: [userid, team],
  }
}

/**
 * The lead that speaks for `id`, when it is within reach.
 * @throws Refused 404 when there is none, 403 when it is somebody else's
 */
export async function findLead(sql: Sql, principal: Principal, id: string): Promise<string> {
  const within = leadsWithin(principal, 2)
  const [row] = isId(id)
    ? await sql.query<{ id: string; mine: boolean }>(
        `SELECT l.id, ${within.sql} AS mine FROM leads l WHERE l.id = (SELECT lead_root($1::uuid))`,
        [id, ...within.values],
      )
    : []
  if (!row) throw new Refused(404, 'lead_unknown', '没有这条线索')
  if (!row.mine) throw new Refused(403, 'not_within_reach', '这条线索不在您的范围内')
  return row.id
}
