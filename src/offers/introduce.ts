import type { House } from '../house.ts'
import { makeLiveCode } from '../leads/live-codes.ts'
import { lockLead } from '../leads/lock.ts'
import { plan } from '../messages/plan.ts'

/**
 * After a rep accepted: he gets his own code, ready to give to the customer, and the customer a polite line from whoever he
 * knows already. A rep who already is the customer's friend gets neither, only the brief.
 * @returns true when there may be more
 */
export async function introduce(house: House): Promise<boolean> {
  const due = await house.db.query<{ id: string; leadId: string; userid: string; codeId: string | null }>(
    `SELECT id, lead_id AS "leadId", userid, live_code_id AS "codeId" FROM offers WHERE state = 'accepted' AND introduced_at IS NULL ORDER BY answered_at LIMIT 50`,
  )
  let done = 0
  for (const offer of due) {
    // The call leaves the house before the transaction; a code that cannot be made now is tried again by its own job.
    const code = offer.codeId ? await makeLiveCode(house, offer.codeId) : null
    if (offer.codeId && !code?.qrCode) continue
    await house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, offer.leadId)
      const rows = await tx.query(
        'UPDATE offers SET introduced_at = $2 WHERE id = $1 AND introduced_at IS NULL RETURNING 1',
        [offer.id, house.clock.now()],
      )
      if (rows.length === 0) return
      const [rep] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [offer.userid])
      const variables = {
        rep: { userid: offer.userid, name: rep?.name || offer.userid },
        qrCode: code?.qrCode ?? '',
        link: code?.qrCode ?? '',
      }
      await plan(tx, house, {
        key: `introduction:${offer.id}:rep`,
        leadId: lead.id,
        purpose: 'notice',
        words: 'offer-accepted',
        recipient: offer.userid,
        variables,
        within: '7d',
        by: 'system',
      })
      if (code && lead.owner === offer.userid) {
        await plan(tx, house, {
          key: `introduction:${offer.id}:customer`,
          leadId: lead.id,
          purpose: 'handover',
          words: 'introduction',
          variables,
          mayWait: true,
          within: '7d',
          by: 'system',
        })
      }
    })
    done++
  }
  return due.length === 50 && done > 0
}
