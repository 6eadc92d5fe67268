import type { Sql } from '../db.ts'
import { familyOf } from '../leads/family.ts'
import { readWornTags } from '../leads/worn-tags.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Spans } from '../playbook/hours-schema.ts'
import type { Candidate } from '../routing/choose.ts'

/** Who could be offered a lead, as everybody stands at a moment. */
export async function readCandidates(sql: Sql, leadId: string, calendar: Calendar, at: Date): Promise<Candidate[]> {
  const rows = await sql.query<Candidate & { hours: Spans | null }>(
    `SELECT st.userid, st.roles, st.team, st.weight, st.capacity, st.active, st.in_scope AS "inScope", st.absent_until AS "absentUntil", st.regions, st.industries,
       st.skills, st.hours, coalesce(r.credit, 0) AS credit, r.last_offered_at AS "lastOfferedAt",
       (SELECT count(*) FROM leads l WHERE l.owner = st.userid AND l.merged_into IS NULL AND l.desk = 'sales')
         + (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.state = 'open') AS open,
       (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.offered_at >= $2 AND o.state IN ('open', 'accepted')) AS "newToday",
       EXISTS (SELECT 1 FROM follows f WHERE f.userid = st.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))) AS friend
     FROM staff st LEFT JOIN rotation r USING (userid) WHERE st.active ORDER BY st.userid`,
    [leadId, calendar.dayStart(calendar.dayOf(at))],
  )
  return rows.map(({ hours, ...person }) => ({
    ...person,
    onShift: hours === null || calendar.timetable(hours).covers(at),
  }))
}

/** The tags rules may ask about: the lead's and those of its aliases. */
export async function readRoutingTags(sql: Sql, leadId: string): Promise<{ group: string; name: string }[]> {
  return (await readWornTags(sql, await familyOf(sql, [leadId]))).get(leadId) ?? []
}
