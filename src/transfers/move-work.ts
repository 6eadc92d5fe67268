import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { touchFollowUp } from '../leads/follow-up.ts'
import type { LeadRow } from '../leads/lock.ts'
import { editOpportunity } from '../opportunities/open.ts'
import { givePromise } from '../promises/take.ts'

/** What hangs on a lead and changes hands with it; ids, so that what was only lent can go back. */
export interface Chores {
  tasks: string[]
  deals: string[]
}

/** What changes hands besides the customer himself. */
export interface Work extends Chores {
  owner: boolean
}

export interface Change {
  from: string
  to: string
  by: string
  /** Only what falls due before then; absent: all. */
  until?: Date | null | undefined
  /** A lead that is nobody's becomes his: it was the other's until he went. */
  claims?: boolean | undefined
}

/**
 * Gives the work on a lead to somebody else: the lead, what hangs on it, the first contact that is owed. Steps of journeys ask
 * for the owner when they are due, so what waits there follows by itself. The caller holds the lead's lock.
 */
export async function moveWork(tx: Transaction, house: House, lead: LeadRow, change: Change): Promise<Work> {
  const { from, to, claims = false } = change
  const now = house.clock.now()
  const owned = await tx.query(
    `UPDATE leads SET owner = $2, updated_at = $4, version = version + 1
     WHERE id = $1 AND (lower(owner) = lower($3) OR owner IS NULL AND ($5 OR desk = 'sales')) RETURNING 1`,
    [lead.id, to, from, now, claims],
  )
  const chores = await moveChores(tx, house, lead.id, change)
  await giveFirstContact(tx, house, lead, change)
  if (owned.length > 0) await touchFollowUp(tx, lead.id, now)
  return { owner: owned.length > 0, ...chores }
}

/** Open tasks, open deals and the answer a customer was promised go to somebody else. The caller holds the lead's lock. */
export async function moveChores(tx: Transaction, house: House, leadId: string, change: Change): Promise<Chores> {
  const { from, to, until = null } = change
  const tasks = await tx.query<{ id: string }>(
    `UPDATE tasks SET owner = $2, reminded_at = NULL WHERE lead_id IN (SELECT lead_family($1)) AND lower(owner) = lower($3) AND state = 'open'
       AND ($4::timestamptz IS NULL OR due_at <= $4) RETURNING id`,
    [leadId, to, from, until],
  )
  await givePromise(tx, house, leadId, { from, to })
  return { tasks: tasks.map(({ id }) => id), deals: await giveDeals(tx, house, leadId, change) }
}

async function giveDeals(tx: Transaction, house: House, leadId: string, { from, to, by }: Change): Promise<string[]> {
  const deals = await tx.query<{ id: string }>(
    `SELECT DISTINCT o.id FROM opportunities o LEFT JOIN opportunity_people p ON p.opportunity_id = o.id
     WHERE o.state = 'open' AND lower(o.owner) = lower($2) AND (o.lead_id IN (SELECT lead_family($1)) OR p.lead_id = $1 AND p.tied) ORDER BY o.id`,
    [leadId, from],
  )
  for (const { id } of deals) await editOpportunity(tx, house, id, { owner: to }, by)
  return deals.map(({ id }) => id)
}

/** A first contact that is owed is owed by the new owner, who has as long for it as anybody. */
async function giveFirstContact(tx: Transaction, house: House, lead: LeadRow, { from, to }: Change): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  await tx.query(
    `UPDATE offers SET userid = $2, first_contact_due = $4 WHERE lead_id = $1 AND state = 'accepted' AND lower(userid) = lower($3)
       AND first_contact_at IS NULL AND first_contact_due IS NOT NULL AND offered_at >= $5`,
    [lead.id, to, from, calendar.addWorking(house.clock.now(), milliseconds(playbook.sla.firstContact)), lead.stageAt],
  )
}

/** What was lent for an absence goes back, where it still is where it was lent to. */
export async function takeBack(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { owner, tasks, deals }: Work,
  { from, to, by }: { from: string; to: string; by: string },
): Promise<void> {
  const now = house.clock.now()
  if (owner)
    await tx.query(
      'UPDATE leads SET owner = $2, updated_at = $4, version = version + 1 WHERE id = $1 AND lower(owner) = lower($3)',
      [lead.id, to, from, now],
    )
  await tx.query(
    "UPDATE tasks SET owner = $2, reminded_at = NULL WHERE id = ANY($1) AND owner = $3 AND state = 'open'",
    [tasks, to, from],
  )
  const held = await tx.query<{ id: string }>(
    "SELECT id FROM opportunities WHERE id = ANY($1) AND state = 'open' AND owner = $2 ORDER BY id",
    [deals, from],
  )
  for (const { id } of held) await editOpportunity(tx, house, id, { owner: to }, by)
  await givePromise(tx, house, lead.id, { from, to })
  await touchFollowUp(tx, lead.id, now)
}
