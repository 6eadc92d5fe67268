import type { Sql } from '../db.ts'

export interface Sends {
  /** Enrolments whose step has not come yet, and when the first of them comes. */
  ahead: number
  startsAt: Date | null
  /** Messages by state. */
  states: Record<string, number>
  /** Why they wait, were refused or failed, most first. */
  reasons: { state: string; id: string; message: string; count: number }[]
  /** People who opened what was sent, and who read it. */
  opened: number
  read: number
}

/** What became of the messages a journey planned, all versions together. */
export async function countSends(sql: Sql, journey: string): Promise<Sends> {
  const of = `enrolments e JOIN enrolment_steps s ON s.enrolment = e.id JOIN messages m ON m.id = s.message_id`
  const [ahead, rows, seen] = await Promise.all([
    sql.query<{ ahead: number; startsAt: Date | null }>(
      `SELECT count(*) AS ahead, min(due_at) AS "startsAt" FROM enrolments WHERE journey = $1 AND ended_at IS NULL`,
      [journey],
    ),
    sql.query<{ state: string; id: string | null; message: string | null; count: number }>(
      `SELECT m.state, m.reason->>'id' AS id, min(m.reason->>'message') AS message, count(*) AS count
       FROM ${of} WHERE e.journey = $1 GROUP BY 1, 2 ORDER BY count(*) DESC, 2`,
      [journey],
    ),
    sql.query<{ opened: number; read: number }>(
      `SELECT count(v.opened) AS opened, count(v.read) AS read FROM ${of} CROSS JOIN LATERAL (
         SELECT min(v.opened_at) AS opened, min(v.read_at) AS read FROM visits v
         WHERE v.lead_id IN (SELECT lead_family(m.lead_id)) AND v.content_id = m.content_id AND v.opened_at >= m.sent_at) v
       WHERE e.journey = $1 AND m.state = 'sent'`,
      [journey],
    ),
  ])
  const states: Record<string, number> = {}
  for (const { state, count } of rows) states[state] = (states[state] ?? 0) + count
  return {
    ahead: ahead[0]?.ahead ?? 0,
    startsAt: ahead[0]?.startsAt ?? null,
    states,
    reasons: rows.flatMap(({ id, message, ...row }) => (id === null ? [] : [{ ...row, id, message: message ?? id }])),
    opened: seen[0]?.opened ?? 0,
    read: seen[0]?.read ?? 0,
  }
}
