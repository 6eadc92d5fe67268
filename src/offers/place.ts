import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { makeOffer } from './make.ts'

/**
 * Offers leads that stand at the sales desk with neither an owner nor an open offer, and whose verdict is no longer held:
 * a lead is never without a holder, whatever crashed.
 * @returns true when there may be more
 */
export async function placeUnheld(house: House): Promise<boolean> {
  const unheld = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l WHERE l.desk = 'sales' AND l.owner IS NULL AND l.merged_into IS NULL
       AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.lead_id = l.id AND o.state = 'open')
       AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.lead_id = l.id AND v.state = 'held')
     ORDER BY l.stage_at LIMIT 100`,
  )
  for (const { id } of unheld) {
    await house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, id)
      const [held] = await tx.query(
        "SELECT 1 FROM offers WHERE lead_id = $1 AND state = 'open' UNION ALL SELECT 1 FROM verdicts WHERE lead_id = $1 AND state = 'held'",
        [lead.id],
      )
      if (lead.desk === 'sales' && lead.owner === null && !held) await makeOffer(tx, house, lead)
    })
  }
  return unheld.length === 100
}
