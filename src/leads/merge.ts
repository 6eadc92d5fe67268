import { systemActor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markLook } from '../journeys/marks.ts'
import { cancelMessages } from '../messages/cancel.ts'
import { wishStage } from '../mirror/wishes.ts'
import { cancelOffers } from '../offers/cancel.ts'
import { considerReview } from '../review/consider.ts'
import { leaveQueue, type QueuePlaceKept, returnToQueue } from '../review/enqueue.ts'
import { findEdge } from '../stages/edges.ts'
import { type LeadRow, lockLead } from './lock.ts'
import { move } from './move.ts'
import { sumScores } from './note.ts'
import { record } from './record.ts'
import { giveBack, takeOver } from './take-over.ts'

/**
 * Makes `loser` an alias of `winner`: rows stay with their lead, reads follow the alias. An opt-out of either holds for both;
 * the loser's offers and planned messages are cancelled. What both did is one score, and whoever of them waited for a review
 * still does.
 * @returns the id of the merge, by which it can be undone
 * @throws Refused 404, 409 same_lead
 */
export async function mergeLeads(
  tx: Transaction,
  house: House,
  winner: string,
  loser: string,
  by: string,
): Promise<string> {
  const [first, second] = [winner, loser].sort() as [string, string]
  const rows = [await lockLead(tx, first), await lockLead(tx, second)]
  const [keep, alias] = winner === first ? [rows[0], rows[1]] : [rows[1], rows[0]]
  if (!keep || !alias || keep.id === alias.id) throw new Refused(409, 'same_lead', '这两条线索已经是同一个人')
  const now = house.clock.now()
  const id = newId(house.clock)
  await cancelOffers(tx, house, alias.id, by)
  await cancelMessages(tx, house, alias.id, '线索已合并')
  const queued = await leaveQueue(tx, alias.id)
  await tx.query('UPDATE leads SET merged_into = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
    alias.id,
    keep.id,
    now,
  ])
  await markLook(tx, house, [alias.id])
  await countForPerson(tx, keep.id, alias.id)
  const took = await takeOver(tx, house, keep.id, alias.id)
  await tx.query('INSERT INTO merges (id, winner, loser, by, at, took, queued) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    id,
    keep.id,
    alias.id,
    by,
    now,
    JSON.stringify(took),
    queued && JSON.stringify(queued),
  ])
  const pair = [keep.id, alias.id].sort()
  await tx.query("UPDATE merge_suggestions SET state = 'merged' WHERE state = 'open' AND a = $1 AND b = $2", pair)
  // Relations stay with their lead; they shall wear the tag of the lead that speaks for it now.
  await wishStage(tx, [keep.id], now)
  await record(
    tx,
    [keep.id, alias.id].map((leadId) => ({
      leadId,
      at: now,
      kind: 'merge',
      actor: by,
      key: id,
      data: { merge: id, winner: keep.id, loser: alias.id },
    })),
  )
  await sumTogether(tx, house, keep.id, alias.id)
  await keepWaiting(tx, house, keep, queued)
  return id
}

/**
 * What the alias was sent counts as sent to the one it became: no piece reaches one person twice. Where both were sent it, one
 * row goes on standing for both.
 */
async function countForPerson(tx: Transaction, keep: string, alias: string): Promise<void> {
  await tx.query(
    `UPDATE messages m SET person = $1 WHERE m.id IN (
       SELECT DISTINCT ON (a.content_id) a.id FROM messages a WHERE coalesce(a.person, a.lead_id) = $2 AND ${countsOnce('a')}
         AND NOT EXISTS (SELECT FROM messages k WHERE coalesce(k.person, k.lead_id) = $1 AND k.content_id = a.content_id AND ${countsOnce('k')})
       ORDER BY a.content_id, a.created_at)`,
    [keep, alias],
  )
}

/** As the index `messages_once` has it. */
const countsOnce = (alias: string): string =>
  `${alias}.purpose = 'marketing' AND ${alias}.content_id IS NOT NULL AND ${alias}.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown')`

/** What both did counts as done by one; a hand that either raised is raised. */
async function sumTogether(tx: Transaction, house: House, keep: string, alias: string): Promise<void> {
  const scores = await tx.query<{ leadId: string; handRaiseAt: Date | null }>(
    'SELECT lead_id AS "leadId", hand_raise_at AS "handRaiseAt" FROM scores WHERE lead_id = ANY($1) ORDER BY lead_id FOR UPDATE',
    [[keep, alias]],
  )
  const raised = scores.find(({ leadId }) => leadId === alias)?.handRaiseAt
  await sumScores(tx, house, [keep], new Map(raised ? [[keep, raised]] : []))
}

/** The loser may have waited for a person; whoever he is now still does. */
async function keepWaiting(tx: Transaction, house: House, keep: LeadRow, queued: QueuePlaceKept | null): Promise<void> {
  const { playbook } = await house.playbook.current()
  if (queued) {
    if (findEdge(playbook, 'nominate', keep))
      await move(tx, house, { leadId: keep.id, on: 'nominate', actor: systemActor, rule: 'merge', why: queued.why })
    // Where he stands already at the desk or further on, a raised hand is all there is left to say.
    if (await returnToQueue(tx, keep.id, queued)) return
    if (queued.handRaised)
      await tx.query('UPDATE scores SET hand_raise_at = greatest(hand_raise_at, $2) WHERE lead_id = $1', [
        keep.id,
        queued.queuedAt,
      ])
  }
  await considerReview(tx, house, [keep.id])
}

/**
 * Undoes the last merge of `loser`: both stand as they stood, the loser in the queue where he waited. What was done since
 * stays done, and an opt-out that came by the merge stays too.
 * @throws Refused 409 not_merged
 */
export async function splitLead(tx: Transaction, house: House, loser: string, by: string): Promise<string> {
  const now = house.clock.now()
  const [root] = await tx.query<{ id: string }>('SELECT lead_root($1) AS id', [loser])
  await tx.query('SELECT 1 FROM leads WHERE id = ANY($1) ORDER BY id FOR UPDATE', [[loser, root?.id ?? loser]])
  const [merge] = await tx.query<{ id: string; winner: string; queued: QueuePlaceKept | null }>(
    'SELECT id, winner, queued FROM merges WHERE loser = $1 AND undone_at IS NULL ORDER BY at DESC LIMIT 1 FOR UPDATE',
    [loser],
  )
  if (!merge || !root) throw new Refused(409, 'not_merged', '这条线索没有被合并过')
  await giveBack(tx, house, merge.id)
  await tx.query('UPDATE merges SET undone_at = $2, undone_by = $3 WHERE id = $1', [merge.id, now, by])
  await tx.query('UPDATE leads SET merged_into = NULL, updated_at = $2, version = version + 1 WHERE id = $1', [
    loser,
    now,
  ])
  // What the two were sent counts for each of them again; of an alias of the loser, for the loser.
  await tx.query(
    `UPDATE messages SET person = CASE WHEN lead_id <> $1 THEN $1 END WHERE person = $2 AND lead_id IN (SELECT lead_family($1))`,
    [loser, root.id],
  )
  await tx.query('SELECT 1 FROM scores WHERE lead_id = ANY($1) ORDER BY lead_id FOR UPDATE', [[loser, root.id]])
  await sumScores(tx, house, [loser, root.id])
  await wishStage(tx, [merge.winner, loser], now)
  if (merge.queued) await returnToQueue(tx, loser, merge.queued)
  await record(
    tx,
    [merge.winner, loser].map((leadId) => ({
      leadId,
      at: now,
      kind: 'split',
      actor: by,
      key: merge.id,
      data: { merge: merge.id },
    })),
  )
  return merge.id
}
