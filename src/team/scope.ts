import type { Reacher } from '../leads/reach.ts'

/**
 * The condition that keeps a list of members (alias `st`) to those somebody answers for, with its values bound from `$first`
 * on: a manager's team and who reports to him; everybody for whoever reaches all, or for a manager without a team.
 */
export function membersWithin({ reach, userid, team }: Reacher, first: number): { sql: string; values: unknown[] } {
  if (reach === 'all' || (reach === 'team' && team === null)) return { sql: 'true', values: [] }
  const me = `$${first}`
  const own = `lower(st.userid) = lower(${me})`
  if (reach === 'own') return { sql: own, values: [userid] }
  return { sql: `(${own} OR st.team = $${first + 1} OR lower(st.manager) = lower(${me}))`, values: [userid, team] }
}
