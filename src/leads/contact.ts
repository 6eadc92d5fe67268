import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { staleCards } from '../messages/cards.ts'
import { familyOf } from './family.ts'

/** A member and a customer met or spoke, as WeCom tells. */
export interface Contact {
  /** The lead that speaks for the customer. */
  leadId: string
  userid: string
  at: Date
}

/** Contacts are the first one that an accepted offer owes, and follow-up: the age of a lead at sales begins anew; and they keep what was promised. */
export async function keepContacts(tx: Transaction, house: House, contacts: readonly Contact[]): Promise<void> {
  if (contacts.length === 0) return
  const family = await familyOf(
    tx,
    contacts.map(({ leadId }) => leadId),
  )
  const met = family.flatMap(({ root, id }) =>
    contacts.filter(({ leadId }) => leadId === root).map(({ userid, at }) => ({ id, userid, at })),
  )
  const answered = await tx.query<{ id: string }>(
    `UPDATE offers o SET first_contact_at = t.at
     FROM (SELECT lead, who, min(at) AS at FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(lead, who, at) GROUP BY lead, who) t
     WHERE o.lead_id = t.lead AND lower(o.userid) = t.who AND o.state = 'accepted' AND o.first_contact_at IS NULL AND o.answered_at <= t.at
     RETURNING o.id`,
    [met.map(({ id }) => id), met.map(({ userid }) => userid.toLowerCase()), met.map(({ at }) => at)],
  )
  for (const { id } of answered) await staleCards(tx, house, { subject: id }, '已联系')
  await tx.query(
    `UPDATE follow_ups f SET touched_at = t.at, told = 0
     FROM (SELECT lead, max(at) AS at FROM unnest($1::uuid[], $2::timestamptz[]) AS t(lead, at) GROUP BY lead) t
     WHERE f.lead_id = t.lead AND t.at > f.touched_at`,
    [contacts.map(({ leadId }) => leadId), contacts.map(({ at }) => at)],
  )
  await tx.query(
    `UPDATE promises p SET state = 'kept', kept_at = t.at, kept_by = t.who, move_at = NULL, shown = false
     FROM (SELECT DISTINCT ON (lead) lead, who, at FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(lead, who, at) ORDER BY lead, at DESC) t
     WHERE p.lead_id = t.lead AND p.state = 'open' AND p.made_at <= t.at`,
    [met.map(({ id }) => id), met.map(({ userid }) => userid), met.map(({ at }) => at)],
  )
}
