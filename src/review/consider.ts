import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { move } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import { tellRoles } from '../messages/tell.ts'
import { intentAt } from '../scoring/intent.ts'
import { reasonsToReview } from '../scoring/nominate.ts'
import { tellQueueChanged } from './changed.ts'
import { listedSource, wayToReview } from './nomination.ts'

interface Considered {
  id: string
  stage: string
  desk: string
  automation: boolean
  blocked: boolean
  coolUntil: Date | null
  /** The ways he reached us since he came to where he is, the latest first. */
  sources: { kind: string; channel: string | null }[]
  owner: string | null
  s: number
  fit: number
  fitKnown: boolean
  handRaiseAt: Date | null
}

/**
 * Looks at leads something happened to: whoever raised a hand, came by a listed source or crossed the threshold goes to the
 * review queue; one who waits there already and raises a hand moves up; a closed one who comes back is reactivated first.
 * Reads all in one statement; only those that move are locked, in id order. `ownerKnows`: somebody tells him in other words.
 * @returns the leads that moved
 */
export async function considerReview(
  tx: Transaction,
  house: House,
  leadIds: readonly string[],
  { ownerKnows = false }: { ownerKnows?: boolean } = {},
): Promise<string[]> {
  if (leadIds.length === 0) return []
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const rows = await tx.query<Considered>(
    `SELECT l.id, l.stage, l.desk, l.automation, l.blocked IS NOT NULL AS blocked, l.cool_until AS "coolUntil", l.owner, ${news} AS sources,
       coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit, coalesce(s.fit_known, false) AS "fitKnown", s.hand_raise_at AS "handRaiseAt"
     FROM leads l LEFT JOIN scores s ON s.lead_id = l.id WHERE l.id = ANY($1) AND l.merged_into IS NULL ORDER BY l.id`,
    [[...new Set(leadIds)]],
  )
  const moved: string[] = []
  for (const lead of rows) {
    if (!lead.automation || lead.blocked) continue
    const handRaised = lead.handRaiseAt !== null
    const listed = listedSource(playbook, lead.sources)
    if (lead.desk === 'review') {
      if (handRaised) await moveUp(tx, house, lead.id)
      continue
    }
    const [nominable] = wayToReview(playbook, lead)
    if (!nominable) {
      // Whoever is in somebody's hands needs no review; a raised hand is his at once.
      if (handRaised && lead.owner) {
        if (!ownerKnows) await tellOwner(tx, house, lead.id, lead.owner, lead.handRaiseAt as Date)
        await answered(tx, lead.id)
      }
      continue
    }
    const why = reasonsToReview(
      {
        handRaised,
        sourceKind: listed?.kind ?? null,
        sourceChannel: listed?.channel ?? null,
        intent: intentAt(lead.s, now, playbook.score, calendar),
        fit: lead.fit,
        fitKnown: lead.fitKnown,
        coolUntil: lead.coolUntil,
        at: now,
      },
      playbook,
    )
    if (why.length === 0) continue
    if (nominable.on === 'reactivate') {
      if (
        !(await attempt(() =>
          move(tx, house, {
            leadId: lead.id,
            on: 'reactivate',
            actor: systemActor,
            rule: why[0]?.rule,
            reason: why[0]?.text,
          }),
        ))
      )
        continue
    }
    if (
      await attempt(() =>
        move(tx, house, { leadId: lead.id, on: 'nominate', actor: systemActor, rule: why[0]?.rule, why }),
      )
    )
      moved.push(lead.id)
  }
  return moved
}

/**
 * Touches since the lead's last move. Of one that has never moved every touch is news, those that were told late included;
 * but not what brought somebody here who was found by the first sync and switched on long after.
 */
const news = `ARRAY(SELECT jsonb_build_object('kind', t.kind, 'channel', t.channel) FROM touches t WHERE t.lead_id = l.id
  AND CASE WHEN l.stage_seq > 1 THEN t.at > l.stage_at WHEN l.stage_at > l.created_at THEN t.at >= l.stage_at ELSE t.at >= l.created_at - interval '10 minutes' END
  ORDER BY t.at DESC, t.id LIMIT 20)`

/** One who waits already and raises a hand is due sooner. */
async function moveUp(tx: Transaction, house: House, leadId: string): Promise<void> {
  const { version: playbookVersion, playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const due = calendar.addWorking(now, milliseconds(playbook.sla.handRaise))
  const rows = await tx.query(
    'UPDATE review_queue SET hand_raised = true, due_at = least(due_at, $2), why = why || $3::jsonb WHERE lead_id = $1 AND NOT hand_raised RETURNING 1',
    [leadId, due, JSON.stringify([{ rule: 'hand-raise', text: '等待审核期间又举手' }])],
  )
  if (rows.length > 0) {
    const data = { rule: 'hand-raise', playbookVersion, due: due.toISOString() }
    await record(tx, [{ leadId, at: now, kind: 'review', actor: systemActor.id, key: now.toISOString(), data }])
  }
  await tellQueueChanged(tx)
  await answered(tx, leadId)
}

/** Tells the owner that his lead raised a hand. */
async function tellOwner(tx: Transaction, house: House, leadId: string, owner: string, at: Date): Promise<void> {
  await tellRoles(tx, house, [], {
    key: `hot:${leadId}:${at.toISOString()}`,
    words: 'hot-lead',
    leadId,
    userids: [owner],
    variables: { reason: '客户主动举手' },
  })
}

/** A raised hand is answered once. */
async function answered(tx: Transaction, leadId: string): Promise<void> {
  await tx.query('UPDATE scores SET hand_raise_at = NULL WHERE lead_id = $1', [leadId])
}

/** Somebody was quicker and the lead stands elsewhere by now: then there is nothing to do. */
async function attempt(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    if (error instanceof Refused && error.status === 409) return false
    throw error
  }
}
