import { systemActor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { blockedBy } from '../playbook/codes-schema.ts'
import { findEdge } from '../stages/edges.ts'
import { isFirstTime } from './first-time.ts'
import type { LeadRow } from './lock.ts'
import { move } from './move.ts'
import { putTags, takeTags } from './tags.ts'

/**
 * Closes whoever's nickname is on the block list: tagged, no score from now on, never nominated or reactivated by the machine.
 * Once a lead: a person who reopens it has looked, and knows better than a list. Nobody's owned lead is touched. The caller
 * holds the lead's lock.
 * @returns whether it was blocked just now
 */
export async function blockByName(tx: Transaction, house: House, lead: LeadRow, nickname: string): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const word = blockedBy(playbook.codes, nickname)
  if (word === null || lead.owner !== null || !lead.automation || !findEdge(playbook, 'block', lead)) return false
  const now = house.clock.now()
  if (!(await isFirstTime(tx, `block:${lead.id}`, now))) return false
  await tx.query('UPDATE leads SET blocked = $2 WHERE id = $1', [lead.id, word])
  await putTags(tx, house, [
    { leadId: lead.id, ...playbook.codes.blockedTag, by: 'rule:blocked-name', rule: 'blocked-name' },
  ])
  await move(tx, house, {
    leadId: lead.id,
    on: 'block',
    actor: systemActor,
    rule: 'blocked-name',
    reason: `昵称里有屏蔽词「${word}」`,
  })
  return true
}

/** A person took the lead up again: it counts like any other. */
export async function unblock(tx: Transaction, house: House, leadId: string, by: string): Promise<void> {
  const freed = await tx.query('UPDATE leads SET blocked = NULL WHERE id = $1 AND blocked IS NOT NULL RETURNING 1', [
    leadId,
  ])
  if (freed.length === 0) return
  const { playbook } = await house.playbook.current()
  await takeTags(tx, house, [{ leadId, ...playbook.codes.blockedTag, by }])
}
