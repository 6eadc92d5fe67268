import type { Sql } from '../../src/db.ts'

/**
 * What bringing due enrolments on costs at least: one statement a batch, written for one journey by hand. It asks what the rules ask
 * (merged, opted out, held by somebody, judged meanwhile, where the lead stands), and writes the same rows.
 * @returns how many were brought on
 */
export async function advanceBatch(db: Sql, journey: string, now: Date): Promise<number> {
  const rows = await db.query(
    `WITH due AS (
       SELECT id, lead_id, entered_at FROM enrolments WHERE state = 'waiting' AND NOT acts AND due_at <= $2 AND journey = $1
       ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED),
     known AS (
       SELECT d.id, CASE WHEN l.industry = '制造' THEN 'then' ELSE 'else' END AS way FROM due d JOIN leads l ON l.id = d.lead_id
         LEFT JOIN review_queue q ON q.lead_id = l.id
       WHERE l.merged_into IS NULL AND l.marketing <> 'denied' AND l.stage = 'MAL' AND (q.claimed_until IS NULL OR q.claimed_until <= $2)
         AND NOT EXISTS (SELECT FROM verdicts v WHERE v.lead_id = l.id AND v.state <> 'undone' AND v.at > d.entered_at)),
     lines AS (
       INSERT INTO enrolment_steps (enrolment, step, outcome, at, playbook_version)
       SELECT id, '0', 'waited', $2::timestamptz, 1 FROM known UNION ALL SELECT id, '1', way, $2, 1 FROM known ON CONFLICT DO NOTHING)
     UPDATE enrolments e SET step = '1.' || k.way || '.0', since = $2, due_at = $2::timestamptz + CASE k.way WHEN 'then' THEN interval '3 days' ELSE interval '7 days' END, awaits = NULL, acts = false
     FROM known k WHERE e.id = k.id RETURNING 1`,
    [journey, now],
  )
  return rows.length
}
