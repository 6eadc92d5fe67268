import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { lockLead } from '../leads/lock.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { noteVisits, type Visit, visitColumns } from './behaviours.ts'
import type { Visitor } from './visitors.ts'

const day = 86_400_000
const atOnce = 100

/** A visitor turns out to be this lead: what he read, and what was forwarded by him, becomes what the lead did, when he did it. */
export async function joinVisitor(tx: Transaction, house: House, visitor: Visitor, leadId: string): Promise<void> {
  await tx.query('UPDATE visitors SET lead_id = $2 WHERE id = $1', [visitor.id, leadId])
  const visits = await tx.query<Visit>(
    `UPDATE visits v SET lead_id = CASE WHEN v.visitor_id = $1 THEN coalesce(v.lead_id, $2) ELSE v.lead_id END,
       from_lead = CASE WHEN v.from_visitor = $1 THEN coalesce(v.from_lead, $2) ELSE v.from_lead END
     WHERE v.visitor_id = $1 AND v.lead_id IS NULL OR v.from_visitor = $1 AND v.from_lead IS NULL RETURNING ${visitColumns('v')}`,
    [visitor.id, leadId],
  )
  await noteVisits(tx, house, visits)
  if (visitor.stoppedAt) await optOut(tx, house, leadId)
}

/** Opting out, once. @returns the lead that speaks for `leadId` */
export async function optOut(tx: Transaction, house: House, leadId: string): Promise<string> {
  const lead = await lockLead(tx, leadId)
  if (lead.marketing !== 'denied')
    await setConsent(tx, house, {
      leadId: lead.id,
      purpose: 'marketing',
      granted: false,
      source: 'page',
      by: 'customer',
    })
  return lead.id
}

/**
 * Visitors whose openid or external_userid has become somebody's since they were last seen.
 * @returns true when there may be more
 */
export async function joinVisitors(house: House): Promise<boolean> {
  const found = await house.db.query<Visitor & { joins: string }>(
    `SELECT v.id, v.code, v.kind, v.external_userid AS "externalUserId", v.openid, v.lead_id AS "leadId", v.stopped_at AS "stoppedAt",
       lead_root(i.lead_id) AS joins
     FROM visitors v CROSS JOIN LATERAL (
       SELECT lead_id FROM identities WHERE kind = 'externalUserId' AND key = v.external_userid
       UNION ALL SELECT lead_id FROM identities WHERE kind = 'openid' AND key = v.openid LIMIT 1) i
     WHERE v.lead_id IS NULL AND v.kind <> 'staff' AND v.created_at > $1 LIMIT ${atOnce}`,
    [new Date(house.clock.now().getTime() - 180 * day)],
  )
  for (const { joins, ...visitor } of found) {
    await tryTransaction(house.db, async (tx) => {
      const mine = await tx.query('SELECT 1 FROM visitors WHERE id = $1 AND lead_id IS NULL FOR UPDATE', [visitor.id])
      if (mine.length > 0) await joinVisitor(tx, house, visitor, joins)
    })
  }
  return found.length === atOnce
}
