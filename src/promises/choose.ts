import type { Sql } from '../db.ts'

export interface Person {
  userid: string
  name: string
}

/**
 * Who should answer: the owner, else whoever knows the customer, the latest first, else a servicer of the account who receives
 * now, with the fewest promises; nobody who has left or is away. Null: whoever comes first.
 */
export async function choosePerson(
  sql: Sql,
  lead: { id: string; owner: string | null },
  openKfId: string | null,
  at: Date,
): Promise<Person | null> {
  const [one] = await sql.query<Person>(
    `SELECT s.userid, coalesce(nullif(s.name, ''), s.userid) AS name FROM staff s
     LEFT JOIN LATERAL (SELECT max(started_at) AS since FROM follows f WHERE f.userid = s.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))) known ON true
     LEFT JOIN kf_servicers k ON k.open_kfid = $3 AND lower(k.userid) = lower(s.userid) AND k.receiving
     WHERE s.active AND s.in_scope AND (s.absent_until IS NULL OR s.absent_until <= $4)
       AND (lower(s.userid) = lower($2) OR known.since IS NOT NULL OR k.userid IS NOT NULL)
     ORDER BY lower(s.userid) = lower($2) DESC NULLS LAST, known.since DESC NULLS LAST,
       (SELECT count(*) FROM promises p WHERE p.state = 'open' AND p.userid = s.userid), s.userid LIMIT 1`,
    [lead.id, lead.owner, openKfId, at],
  )
  return one ?? null
}
