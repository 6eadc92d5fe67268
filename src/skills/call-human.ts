import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { tellRoles } from '../messages/tell.ts'

/** The right colleague hears that he is wanted; where there is none, those who review, then those who lead. */
export async function tellColleague(
  tx: Transaction,
  house: House,
  lead: LeadRow | null,
  { key, why }: { key: string; why: string },
): Promise<void> {
  const one = lead && (await whoToCall(tx, lead, house.clock.now()))
  const notice = { key, words: 'human-wanted', leadId: lead?.id ?? null, urgent: true, variables: { reason: why } }
  const told = await tellRoles(tx, house, one ? [] : ['mdr'], { ...notice, userids: one ? [one] : [] })
  if (told.length === 0) await tellRoles(tx, house, ['manager', 'admin'], notice)
}

/** The owner, else whoever knows the customer, the latest first; nobody who has left or is away. */
async function whoToCall(tx: Transaction, lead: LeadRow, at: Date): Promise<string | null> {
  const [one] = await tx.query<{ userid: string }>(
    `SELECT s.userid FROM staff s LEFT JOIN follows f ON f.userid = s.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))
     WHERE s.active AND s.in_scope AND (s.absent_until IS NULL OR s.absent_until <= $3) AND (lower(s.userid) = lower($2) OR f.userid IS NOT NULL)
     ORDER BY lower(s.userid) = lower($2) DESC NULLS LAST, f.started_at DESC LIMIT 1`,
    [lead.id, lead.owner, at],
  )
  return one?.userid ?? null
}
