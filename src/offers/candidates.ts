import type { Sql } from '../db.ts'
import type { Candidate } from '../routing/choose.ts'

/** Who could be offered a lead, as everybody stands now. `today` is the start of the business day. */
export function readCandidates(sql: Sql, leadId: string, today: Date): Promise<Candidate[]> {
  return sql.query<Candidate>(
    `SELECT st.userid, st.roles, st.team, st.weight, st.capacity, st.active, st.in_scope AS "inScope", st.absent_until AS "absentUntil", st.regions, st.industries,
       coalesce(r.credit, 0) AS credit, r.last_offered_at AS "lastOfferedAt",
       (SELECT count(*) FROM leads l WHERE l.owner = st.userid AND l.merged_into IS NULL AND l.desk = 'sales')
         + (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.state = 'open') AS open,
       (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.offered_at >= $2 AND o.state IN ('open', 'accepted')) AS "newToday",
       EXISTS (SELECT 1 FROM follows f WHERE f.userid = st.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))) AS friend
     FROM staff st LEFT JOIN rotation r USING (userid) WHERE st.active ORDER BY st.userid`,
    [leadId, today],
  )
}

/** The tags rules may ask about: the lead's and those of its aliases. */
export function readRoutingTags(sql: Sql, leadId: string): Promise<{ group: string; name: string }[]> {
  return sql.query(
    `SELECT "group", name FROM (
       SELECT gg.name AS "group", g.name, row_number() OVER (
         PARTITION BY CASE WHEN gg.exclusive THEN gg.id ELSE g.id END ORDER BY lt.lead_id = $1 DESC, lt.at DESC, g.id) AS rank
       FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id WHERE lt.lead_id IN (SELECT lead_family($1))) worn
     WHERE rank = 1`,
    [leadId],
  )
}
