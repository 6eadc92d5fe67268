import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { tellRoles } from '../messages/tell.ts'
import { tellManager } from '../messages/tell-manager.ts'

const page = 100

/**
 * Deals nothing happens to: the owner hears after the playbook's time, his manager after twice as long.
 * @returns true when there is more to do at once
 */
export async function watchOpportunities(house: House): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const stale = milliseconds(playbook.accounts.opportunity.stale)
  const now = house.clock.now().getTime()
  const due = await house.db.query<{
    id: string
    leadId: string
    name: string
    owner: string | null
    told: number
    touchedAt: Date
  }>(
    `SELECT id, lead_id AS "leadId", name, owner, told, touched_at AS "touchedAt" FROM opportunities
     WHERE state = 'open' AND (told = 0 AND touched_at <= $1 OR told = 1 AND touched_at <= $2) ORDER BY touched_at LIMIT ${page}`,
    [new Date(now - stale), new Date(now - 2 * stale)],
  )
  return eachAlone(house, due, page, ({ id, leadId, name, owner, told, touchedAt }) =>
    house.db.transaction(async (tx) => {
      const mine = await tx.query(
        `UPDATE opportunities SET told = told + 1 WHERE id = $1 AND told = $2 AND touched_at = $3 AND state = 'open' RETURNING 1`,
        [id, told, touchedAt],
      )
      if (mine.length === 0) return
      const days = Math.round(((told + 1) * stale) / 864e5)
      const notice = {
        key: `opportunity-stale:${id}:${touchedAt.toISOString()}:${told}`,
        words: 'opportunity-stale',
        leadId,
        variables: { reason: `商机「${name}」${days} 天没有进展` },
      }
      if (told > 0 && owner) await tellManager(tx, house, owner, notice)
      else await tellRoles(tx, house, owner ? [] : ['manager'], { ...notice, userids: owner ? [owner] : [] })
    }),
  )
}
