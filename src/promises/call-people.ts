import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { tellRoles } from '../messages/tell.ts'
import { promiseCard } from './card.ts'

export interface Called {
  id: string
  leadId: string
  /** null: nobody yet. */
  userid: string | null
  why: string
  words: string
  openKfId: string | null
  dueAt: Date
}

/**
 * Whoever is to answer has it on a card that changes with it, once; where it is nobody yet, those on duty, then who reviews, then
 * who leads.
 */
export async function callPeople(tx: Transaction, house: House, promise: Called): Promise<void> {
  const { id, leadId, userid, why } = promise
  const { calendar } = await house.playbook.current()
  const due = calendar.say(promise.dueAt)
  const notice = {
    key: `promise:${id}`,
    words: 'human-wanted',
    leadId,
    urgent: true,
    variables: { reason: why, due },
    card: await promiseCard(tx, { ...promise, due }),
    extra: { subject: id },
  }
  const told = await tellRoles(tx, house, userid ? [] : ['mdr'], { ...notice, userids: userid ? [userid] : [] })
  if (told.length === 0) await tellRoles(tx, house, ['manager', 'admin'], notice)
}
