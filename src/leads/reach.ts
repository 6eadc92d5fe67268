import type { Sql } from '../db.ts'

/** Whose leads somebody may see and work on. */
export type Reach = 'all' | 'team' | 'own'

/** Deny by default: somebody without a role reaches what is his own. */
export function reachOf(roles: readonly string[]): Reach {
  if (roles.includes('admin') || roles.includes('mdr')) return 'all'
  return roles.includes('manager') ? 'team' : 'own'
}

/** Somebody who asks for leads. `userid` null: the machine itself. */
export interface Reacher {
  userid: string | null
  reach: Reach
  team: string | null
}

/** How far a member reaches now; null when he is not one of us, or not any more. */
export async function readReacher(sql: Sql, userid: string): Promise<(Reacher & { roles: string[] }) | null> {
  const [row] = await sql.query<{ userid: string; roles: string[]; team: string | null }>(
    'SELECT userid, roles, team FROM staff WHERE lower(userid) = lower($1) AND active AND in_scope',
    [userid],
  )
  return row ? { ...row, reach: reachOf(row.roles) } : null
}

/**
 * The condition that keeps a list of leads (alias `l`) within somebody's reach, with its values bound from `$first` on.
 * Own: he owns it, it is offered to him, he is the customer's WeCom contact, or a task about it is his. Team: its people's, those who report to
 * him, and what nobody owns yet. A manager without a team answers for everybody.
 */
export function leadsWithin({ reach, userid, team }: Reacher, first: number): { sql: string; values: unknown[] } {
  if (reach === 'all' || (reach === 'team' && team === null)) return { sql: 'true', values: [] }
  const me = `$${first}`
  const merged = `SELECT lead_root(a.id) FROM leads a JOIN follows f ON f.lead_id = a.id
    WHERE a.merged_into IS NOT NULL AND f.userid = ${me} AND f.state IN ('half', 'full')`
  // One's own are a small part of all, so they are gathered; a team's are most of all, so each row is looked at.
  if (reach === 'own') {
    const mine = `l.id IN (SELECT id FROM leads WHERE owner = ${me} AND merged_into IS NULL
      UNION ALL SELECT lead_id FROM offers WHERE userid = ${me} AND state = 'open'
      UNION ALL SELECT lead_root(lead_id) FROM tasks WHERE owner = ${me} AND state = 'open' AND lead_id IS NOT NULL
      UNION ALL SELECT lead_id FROM follows WHERE userid = ${me} AND state IN ('half', 'full') UNION ALL ${merged})`
    return { sql: mine, values: [userid] }
  }
  const ours = `(l.owner IS NULL OR l.owner = ${me} OR l.owner IN (SELECT userid FROM staff WHERE team = $${first + 1} OR lower(manager) = lower(${me}))
    OR EXISTS (SELECT FROM offers WHERE lead_id = l.id AND userid = ${me} AND state = 'open')
    OR EXISTS (SELECT FROM tasks WHERE lead_id = l.id AND owner = ${me} AND state = 'open')
    OR EXISTS (SELECT FROM follows WHERE lead_id = l.id AND userid = ${me} AND state IN ('half', 'full')) OR l.id IN (${merged}))`
  return { sql: ours, values: [userid, team] }
}
