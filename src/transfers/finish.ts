import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { staffName } from '../leads/staff-name.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import { tellManager } from '../messages/tell-manager.ts'
import { moveMessages } from './move-messages.ts'
import { moveWork } from './move-work.ts'
import { type Fault, faults, type TransferRow } from './row.ts'

export type Ending = { state: 'done' } | { state: 'refused' | 'failed' | 'cancelled'; fault: Fault }

/**
 * A transfer ended. Done: the work follows the customer, and what was to be sent is sent by the new one. Otherwise whoever gave
 * and whoever asked hear why and what is left to do. The caller holds the lead's lock; ending twice ends once.
 */
export async function finish(tx: Transaction, house: House, row: TransferRow, ending: Ending): Promise<void> {
  const now = house.clock.now()
  const fault = ending.state === 'done' ? null : ending.fault
  const [ended] = await tx.query(
    `UPDATE transfers SET state = $2, fault = $3, fault_id = $4, ended_at = $5, look_at = NULL, claimed_until = NULL
     WHERE id = $1 AND state IN ('unplaced', 'wanted', 'asked') RETURNING 1`,
    [row.id, ending.state, fault?.words ?? null, fault?.id ?? null, now],
  )
  if (!ended) return
  const { leadId, handover, takeover } = row
  if (!leadId) return
  await record(tx, [
    {
      leadId,
      at: now,
      kind: 'transfer',
      key: `${ending.state}\0${row.id}`,
      data: { state: ending.state, handover, takeover, ...(fault ? { fault: fault.id } : {}) },
    },
  ])
  if (ending.state === 'done' && takeover) await follow(tx, house, row, { leadId, takeover })
  else if (fault && ending.state !== 'cancelled') await tellFailed(tx, house, row, fault)
  // The work went over before the customer, who now will not: what waited for him to come is done another way.
  if (ending.state !== 'done' && row.way === 'leaver' && takeover)
    await moveMessages(tx, house, leadId, { from: handover, to: takeover, how: 'gone' })
}

async function follow(
  tx: Transaction,
  house: House,
  row: TransferRow,
  { leadId, takeover }: { leadId: string; takeover: string },
): Promise<void> {
  const lead = await lockLead(tx, leadId)
  const change = { from: row.handover, to: takeover, by: row.by }
  if (!row.workedAt) {
    await moveWork(tx, house, lead, change)
    await tx.query('UPDATE transfers SET worked_at = $2 WHERE id = $1', [row.id, house.clock.now()])
  }
  const isGone = row.way === 'present' || row.way === 'leaver' || row.reason === 'left'
  if (!(await comesLater(tx, row, lead.id)))
    await moveMessages(tx, house, lead.id, { from: change.from, to: takeover, how: isGone ? 'gone' : 'given' })
  if (row.way === 'present' || row.way === 'introduction')
    await tellRoles(tx, house, [], {
      key: `transfer-done:${row.id}`,
      words: 'transfer-done',
      leadId: lead.id,
      userids: [takeover],
      variables: { rep: { name: await staffName(tx, row.handover) } },
    })
  // WeCom says a line of the giver's by itself; for whoever left it says none.
  if (row.way === 'leaver')
    await plan(tx, house, {
      key: `transfer:${row.id}:customer`,
      leadId: lead.id,
      purpose: 'handover',
      words: 'transferred',
      sender: takeover,
      mayWait: true,
      by: 'system',
    })
}

/** The work of somebody who left goes over first; the customer is still to come, and with him what is to be sent to him. */
async function comesLater(tx: Transaction, { reason, way, handover }: TransferRow, leadId: string): Promise<boolean> {
  if (reason !== 'left' || way !== 'none') return false
  const rows = await tx.query(
    `SELECT 1 FROM follows WHERE userid = $2 AND state = 'out_of_scope' AND lead_id IN (SELECT lead_family($1)) LIMIT 1`,
    [leadId, handover],
  )
  return rows.length > 0
}

/** Of many that fail when somebody has left, the manager hears once a day; the list has them all. */
async function tellFailed(tx: Transaction, house: House, row: TransferRow, fault: Fault): Promise<void> {
  const { calendar } = await house.playbook.current()
  if (row.reason === 'resigned' || row.reason === 'left') {
    await tellManager(tx, house, row.handover, {
      key: `transfers-failed:${row.handover}:${calendar.dayOf(house.clock.now())}`,
      words: 'transfers-failed',
      leadId: null,
      variables: { rep: { name: await staffName(tx, row.handover) }, reason: fault.words },
    })
    return
  }
  // A refusal that WeCom tells by an event has told managers and the one who was to take it already.
  const people = new Set([row.handover, row.by, ...(row.told ? [] : [row.takeover ?? row.by])])
  await tellRoles(tx, house, [], {
    key: `transfer-ended:${row.id}`,
    words: 'transfer-failed',
    leadId: row.leadId,
    userids: [...people],
    variables: { reason: fault.words },
  })
}

/** How an ending that WeCom tells in its own words is written down. */
export const endingOf = (how: 'refused' | 'full'): Ending =>
  how === 'refused' ? { state: 'refused', fault: faults.refused } : { state: 'failed', fault: faults.full }
