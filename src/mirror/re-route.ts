import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { tellRoles } from '../messages/tell.ts'
import { makeOffer } from '../offers/make.ts'

const batch = 50

/**
 * Leads at sales whose owner left our sight or was put out of service are offered anew, one by one; whoever cannot be placed, and those at other desks,
 * are told to a manager, once. @returns true when there may be more
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
    const [left] = await tx.query<{ userid: string; name: string }>(
      'SELECT userid, name FROM staff WHERE lower(userid) = lower($1) AND NOT (in_scope AND active)',
      [lead.owner],
    )
    if (!left) return
    await tx.query('UPDATE leads SET owner = NULL, updated_at = $2, version = version + 1 WHERE id = $1', [
      id,
      house.clock.now(),
    ])
    const [open] = await tx.query("SELECT 1 FROM offers WHERE lead_id = $1 AND state = 'open'", [id])
    let placed = lead.desk === 'sales' && open !== undefined
    if (lead.desk === 'sales' && !open) {
      try {
        await makeOffer(tx, house, { ...lead, owner: null, version: lead.version + 1 })
        placed = true
      } catch (error) {
        // The playbook has no way back from here for a lead nobody can take.
        if (!(error instanceof Refused)) throw error
      }
    }
    if (!placed)
      await tellRoles(tx, house, ['manager', 'admin'], {
        key: `left:${left.userid}:${id}`,
        words: 'escalation',
        leadId: id,
        variables: { reason: `负责人 ${left.name || left.userid} 已离开，请另行安排` },
      })
  })
}
