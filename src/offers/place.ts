import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { offerUnheld } from './make.ts'

const page = 100

/**
 * Offers leads that stand at the sales desk with neither an owner nor an open offer, and whose verdict is no longer held:
 * a lead is never without a holder, whatever crashed and whoever had no room for it before.
 * @returns true when there may be more
 */
export async function placeUnheld(house: House): Promise<boolean> {
  const unheld = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l WHERE l.desk = 'sales' AND l.owner IS NULL AND l.merged_into IS NULL
       AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.lead_id = l.id AND o.state = 'open')
       AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.lead_id = l.id AND v.state = 'held')
     ORDER BY l.stage_at LIMIT $1`,
    [page],
  )
  let left = 0
  const more = await eachAlone(house, unheld, page, ({ id }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, id)
      const [held] = await tx.query("SELECT 1 FROM verdicts WHERE lead_id = $1 AND state = 'held'", [lead.id])
      if (held || lead.desk !== 'sales' || lead.owner !== null) return
      await offerUnheld(tx, house, lead)
      const open = await tx.query("SELECT 1 FROM offers WHERE lead_id = $1 AND state = 'open'", [lead.id])
      if (open.length === 0) left++
    }),
  )
  // Those nobody can take are looked at again at the next turn, not at once.
  return more && left < unheld.length
}
