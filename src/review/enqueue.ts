import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { tellQueueChanged } from './changed.ts'

/** Puts a lead that has come to the review desk into the queue, with its due time in working hours. */
export async function enqueue(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  why: readonly { rule: string; text: string }[],
): Promise<void> {
  const { version, playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const [score] = await tx.query<{ s: number; handRaiseAt: Date | null }>(
    'SELECT s, hand_raise_at AS "handRaiseAt" FROM scores WHERE lead_id = $1',
    [lead.id],
  )
  const handRaised = why.some(({ rule }) => rule === 'hand-raise')
  const due = calendar.addWorking(now, milliseconds(handRaised ? playbook.sla.handRaise : playbook.sla.review))
  await tx.query(
    `INSERT INTO review_queue (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (lead_id) DO UPDATE SET hand_raised = review_queue.hand_raised OR excluded.hand_raised, due_at = least(review_queue.due_at, excluded.due_at)`,
    [lead.id, handRaised, score?.s ?? 0, now, due, JSON.stringify(why), version],
  )
  await tellQueueChanged(tx)
}
