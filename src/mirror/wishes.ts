import type { Transaction } from '../db.ts'

/**
 * Wishes that the live relations of these leads wear their stage's tag, from `at` on. Set-based and coalesced: ten moves in a
 * minute are one call, and a move that was taken back before `at` is none. Silent leads are left alone.
 */
export async function wishStage(tx: Transaction, leadIds: readonly string[], at: Date): Promise<void> {
  if (leadIds.length === 0) return
  const members = await tx.query<{ id: string; stage: string }>(
    `WITH RECURSIVE member AS (
       SELECT DISTINCT l.id, l.stage, 0 AS hops FROM unnest($1::uuid[]) AS asked(id) JOIN leads a ON a.id = asked.id
         JOIN leads l ON l.id = CASE WHEN a.merged_into IS NULL THEN a.id ELSE lead_root(a.id) END WHERE l.automation
       UNION ALL SELECT l.id, m.stage, m.hops + 1 FROM member m JOIN leads l ON l.merged_into = m.id WHERE m.hops < 32
     ) SELECT id, stage FROM member`,
    [leadIds],
  )
  if (members.length === 0) return
  // A statement of its own, with plain lists: what the planner thinks of a family must never make it read all relations for each.
  await tx.query(
    `UPDATE follows f SET stage_wish = t.stage, wish_at = $3, wish_tries = 0 FROM unnest($1::uuid[], $2::text[]) AS t(lead, stage)
     WHERE f.lead_id = t.lead AND f.state = 'full'
       AND (f.wish_at IS NOT NULL OR f.stage_wish IS DISTINCT FROM t.stage OR f.stage_worn IS DISTINCT FROM t.stage)`,
    [members.map(({ id }) => id), members.map(({ stage }) => stage), at],
  )
}
