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
  const me = `$${first}`
  const merged = `SELECT lead_root(a.id) FROM leads a JOIN follows f ON f.lead_id = a.id
    WHERE a.merged_into IS NOT NULL AND f.userid = ${me} AND f.state IN ('half', 'full')`
  // One's own are a small part of all, so they are gathered; a team's are most of all, so each row is looked at.
  if (reach === 'own') {
    const mine = `l.id IN (SELECT id FROM leads WHERE owner = ${me} AND merged_into IS NULL
      UNION ALL SELECT lead_id FROM offers WHERE userid = ${me} AND state = 'open'
      UNION ALL SELECT lead_id FROM follows WHERE userid = ${me} AND state IN ('half', 'full') UNION ALL ${merged})`
    return { sql: mine, values: [userid] }
  }
  const ours = `(l.owner IS NULL OR l.owner = ${me} OR l.owner IN (SELECT userid FROM staff WHERE team = $${first + 1} OR lower(manager) = lower(${me}))
    OR EXISTS (SELECT FROM offers WHERE lead_id = l.id AND userid = ${me} AND state = 'open')
    OR EXISTS (SELECT FROM follows WHERE lead_id = l.id AND userid = ${me} AND state IN ('half', 'full')) OR l.id IN (${merged}))`
  return { sql: ours, values: [userid, team] }
}

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
