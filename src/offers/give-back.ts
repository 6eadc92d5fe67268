import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { type Move, move } from '../leads/move.ts'
import { tellRoles } from '../messages/tell.ts'

/** The owner, a manager or an admin may move a lead that is being sold. */
function mayWork(lead: LeadRow, actor: Actor): void {
  if (
    lead.owner?.toLowerCase() === actor.id.toLowerCase() ||
    actor.roles.some((role) => role === 'admin' || role === 'manager' || role === 'system')
  )
    return
  throw new Refused(403, 'not_your_lead', '这条线索不在您名下')
}

/**
 * Sales gives a lead back: to nurture, with its reason, a cool-down and all of its history; marketing is told.
 * @throws Refused 403, 404, 409 illegal_move, 422 reason_required
 */
export async function returnLead(
  house: House,
  leadId: string,
  { reason, note, until, version }: { reason: string; note?: string; until?: Date; version?: number },
  actor: Actor,
): Promise<LeadRow> {
  return house.db.transaction(async (tx) => {
    mayWork(await lockLead(tx, leadId), actor)
    const moved = await move(tx, house, { leadId, on: 'return', actor, reason, note, until, version })
    await tellReturned(tx, house, moved.lead, reason)
    return moved.lead
  })
}

/** Tells marketing that a lead came back, in words: an id of the playbook's list is said by its name. */
export async function tellReturned(tx: Transaction, house: House, lead: LeadRow, said: string): Promise<void> {
  const { playbook } = await house.playbook.current()
  const lists = Object.values(playbook.reasons).flatMap(({ options }) => options)
  const reason = lists.find(({ id }) => id === said.trim())?.name ?? said
  await tellRoles(tx, house, ['mdr'], {
    key: `returned:${lead.id}:${lead.stageSeq}`,
    words: 'lead-returned',
    leadId: lead.id,
    variables: { reason },
  })
}

/**
 * Moves a lead on to another stage of its way.
 * @throws Refused 403, 404, 409 illegal_move | stale_version, 422
 */
export const advanceLead = (house: House, leadId: string, onwards: Onwards, actor: Actor): Promise<LeadRow> =>
  house.db.transaction((tx) => advanceLocked(tx, house, leadId, onwards, actor))

interface Onwards {
  to: string
  reason?: string | undefined
  version?: number | undefined
  opportunity?: Move['deal']
}

/** The same inside a transaction of the caller's. */
export async function advanceLocked(
  tx: Transaction,
  house: House,
  leadId: string,
  { to, reason, version, opportunity }: Onwards,
  actor: Actor,
): Promise<LeadRow> {
  mayWork(await lockLead(tx, leadId), actor)
  return (await move(tx, house, { leadId, on: 'advance', toStage: to, actor, reason, version, deal: opportunity })).lead
}
