import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { makeOffer } from '../offers/make.ts'
import { byOffer } from './row.ts'

const batch = 50

/**
 * Leads whose owner left our sight or was put out of service are nobody's from then on, each with a transfer that waits for who
 * takes over: at the sales desk it is offered anew, elsewhere the rules of routing find somebody. @returns true when there may be more
 */
export async function reRoute(house: House): Promise<boolean> {
  const owned = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l JOIN staff s ON lower(s.userid) = lower(l.owner)
     WHERE NOT (s.in_scope AND s.active) AND l.merged_into IS NULL AND l.owner IS NOT NULL ORDER BY l.id LIMIT $1`,
    [batch],
  )
  return eachAlone(house, owned, batch, ({ id }) => reRouteLead(house, id))
}

async function reRouteLead(house: House, id: string): Promise<void> {
  await house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, id)
    const [left] = await tx.query<{ userid: string }>(
      'SELECT userid FROM staff WHERE lower(userid) = lower($1) AND NOT (in_scope AND active)',
      [lead.owner],
    )
    if (!left) return
    const now = house.clock.now()
    await tx.query('UPDATE leads SET owner = NULL, updated_at = $2, version = version + 1 WHERE id = $1', [id, now])
    await tx.query(
      `INSERT INTO transfers (id, lead_id, handover, state, reason, way, rule, asked_at, look_at) VALUES ($1, $2, $3, 'unplaced', 'left', 'none', $4, $5, $5)`,
      [newId(house.clock), id, left.userid, lead.desk === 'sales' ? byOffer : null, now],
    )
    tx.afterCommit(() => house.wake.up('follow-transfers'))
    if (lead.desk !== 'sales') return
    const [open] = await tx.query("SELECT 1 FROM offers WHERE lead_id = $1 AND state = 'open'", [id])
    if (open) return
    try {
      await makeOffer(tx, house, { ...lead, owner: null, version: lead.version + 1 })
    } catch (error) {
      // The playbook has no way back from here for a lead nobody can take.
      if (!(error instanceof Refused)) throw error
    }
  })
}
