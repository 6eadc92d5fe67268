import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { tellQueueChanged } from './changed.ts'

/** A place in the queue, as it is kept while the lead is elsewhere. Times are ISO 8601. */
export interface QueuePlaceKept {
  handRaised: boolean
  queuedAt: string
  dueAt: string
  why: { rule: string; text: string }[]
  playbookVersion: number
}

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

/** Takes a lead out of the queue and keeps its place. */
export async function leaveQueue(tx: Transaction, leadId: string): Promise<QueuePlaceKept | null> {
  const [row] = await tx.query<{ place: QueuePlaceKept }>(
    `DELETE FROM review_queue WHERE lead_id = $1
     RETURNING jsonb_build_object('handRaised', hand_raised, 'queuedAt', queued_at, 'dueAt', due_at, 'why', why, 'playbookVersion', playbook_version) AS place`,
    [leadId],
  )
  if (row) await tellQueueChanged(tx)
  return row?.place ?? null
}

/**
 * Gives a lead its kept place back; what it got meanwhile by itself stays where that is better.
 * @returns false when the lead is not at the review desk, so that it has no place
 */
export async function returnToQueue(tx: Transaction, leadId: string, place: QueuePlaceKept): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO review_queue AS q (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version)
     SELECT l.id, $2, coalesce(sc.s, 0), $3, $4, $5, $6 FROM leads l LEFT JOIN scores sc ON sc.lead_id = l.id
     WHERE l.id = $1 AND l.desk = 'review' AND l.merged_into IS NULL
     ON CONFLICT (lead_id) DO UPDATE SET hand_raised = q.hand_raised OR excluded.hand_raised, queued_at = least(q.queued_at, excluded.queued_at),
       due_at = least(q.due_at, excluded.due_at), why = CASE WHEN q.why @> excluded.why THEN q.why ELSE q.why || excluded.why END
     RETURNING 1`,
    [leadId, place.handRaised, place.queuedAt, place.dueAt, JSON.stringify(place.why), place.playbookVersion],
  )
  if (rows.length > 0) await tellQueueChanged(tx)
  return rows.length > 0
}
