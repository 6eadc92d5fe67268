import type { Transaction } from '../db.ts'

/**
 * Wishes that the live relations of these leads wear their stage's tag, from `at` on. Set-based and coalesced: ten moves in a
 * minute are one call, and a move that was taken back before `at` is none. Silent leads are left alone.
 */
export async function wishStage(tx: Transaction, leadIds: readonly string[], at: Date): Promise<void> {
  if (leadIds.length === 0) return
  await tx.query(
    `UPDATE follows f SET stage_wish = r.stage, wish_at = $2, wish_tries = 0
     FROM (SELECT DISTINCT l.id, l.stage FROM unnest($1::uuid[]) AS asked(id) JOIN leads l ON l.id = lead_root(asked.id) WHERE l.automation) r
       CROSS JOIN LATERAL lead_family(r.id) AS fam(id)
     WHERE f.lead_id = fam.id AND f.state = 'full'
       AND (f.wish_at IS NOT NULL OR f.stage_wish IS DISTINCT FROM r.stage OR f.stage_worn IS DISTINCT FROM r.stage)`,
    [leadIds, at],
  )
}
