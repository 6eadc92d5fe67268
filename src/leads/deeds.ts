import type { Sql } from '../db.ts'

/** Lines that are about staff without anybody having worked on the lead. */
const noWork = ['offer', 'follow', 'merge', 'split', 'automation', 'transfer']

/**
 * When a member last did something about a lead since then: a line of his on its timeline, or words he sent. `userid` null:
 * whoever it was.
 */
export async function lastDeed(sql: Sql, leadId: string, userid: string | null, since: Date): Promise<Date | null> {
  const his = (who: string) =>
    `EXISTS (SELECT FROM staff s WHERE lower(s.userid) = lower(regexp_replace(${who}, '^wecom:', '')) AND ($3::text IS NULL OR lower(s.userid) = lower($3)))`
  const [row] = await sql.query<{ at: Date | null }>(
    `SELECT max(at) AS at FROM (
       SELECT t.at FROM timeline t WHERE t.lead_id IN (SELECT lead_family($1)) AND t.at > $2 AND t.kind <> ALL($4) AND ${his('t.actor')}
       UNION ALL
       SELECT m.sent_at FROM messages m WHERE m.lead_id IN (SELECT lead_family($1)) AND m.sent_at > $2 AND m.state = 'sent' AND m.purpose <> 'notice' AND ${his('m.planned_by')}) deeds`,
    [leadId, since, userid, noWork],
  )
  return row?.at ?? null
}
