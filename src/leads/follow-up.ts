import type { Transaction } from '../db.ts'

/** Somebody worked on a lead that is being sold: its age begins anew. Leads at other desks have none. */
export async function touchFollowUp(tx: Transaction, leadId: string, at: Date): Promise<void> {
  await tx.query(
    `INSERT INTO follow_ups AS f (lead_id, touched_at) SELECT id, $2 FROM leads WHERE id = $1 AND desk = 'sales' AND owner IS NOT NULL
     ON CONFLICT (lead_id) DO UPDATE SET touched_at = greatest(f.touched_at, excluded.touched_at), told = CASE WHEN excluded.touched_at > f.touched_at THEN 0 ELSE f.told END`,
    [leadId, at],
  )
}
