import { type Actor, systemActor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markMoves } from '../journeys/marks.ts'
import { staleCards } from '../messages/cards.ts'
import { wishStage } from '../mirror/wishes.ts'
import { cancelOffers } from '../offers/cancel.ts'
import { followStage, type StageStep } from '../opportunities/follow-stage.ts'
import { enqueue } from '../review/enqueue.ts'
import { findEdge, mayUse, readReason, target } from '../stages/edges.ts'
import { unblock } from './block.ts'
import { touchFollowUp } from './follow-up.ts'
import { type LeadRow, lockLead } from './lock.ts'
import { record } from './record.ts'

export interface Move {
  leadId: string
  /** The engine's verb the playbook's edge answers to: nominate, verdict.mql, return, advance … */
  on: string
  /** Where several edges answer, the stage that is meant. */
  toStage?: string
  actor: Actor
  /** A reason id of the playbook, or words of one's own; mandatory where the edge says so. */
  reason?: string | undefined
  note?: string | undefined
  rule?: string | undefined
  /** The version the caller saw; another one now is a conflict. */
  version?: number | undefined
  /** For a reason that asks for a date: cool until then. */
  until?: Date | undefined
  /** Why the review was asked for, when the move leads there. */
  why?: readonly { rule: string; text: string }[]
  /** What would leave the house (the stage tag) waits until then. */
  holdUntil?: Date | undefined
  /** What is said of the deal, where the move leads to the stage of deals. */
  deal?: StageStep['deal']
}

export interface Moved {
  lead: LeadRow
  from: { stage: string; desk: string }
  to: { stage: string; desk: string }
  edge: string
}

/**
 * The only way a lead changes stage or desk: legal edges, by those who may use them, with a reason where one is owed,
 * one append-only line of history.
 * @throws Refused 404, 403 edge_forbidden, 409 illegal_move | stale_version, 422 reason_required
 */
export async function move(tx: Transaction, house: House, wanted: Move): Promise<Moved> {
  const lead = await lockLead(tx, wanted.leadId)
  const { playbook } = await house.playbook.current()
  if (wanted.version !== undefined && wanted.version !== lead.version) {
    throw new Refused(409, 'stale_version', '线索已被他人更新，请刷新后再试', { version: lead.version })
  }
  const edge = findEdge(playbook, wanted.on, lead, wanted.toStage)
  if (!edge) {
    throw new Refused(409, 'illegal_move', `线索现在是 ${lead.stage}@${lead.desk}，不能这样流转`, {
      stage: lead.stage,
      desk: lead.desk,
      on: wanted.on,
      ...(wanted.toStage === undefined ? {} : { to: wanted.toStage }),
    })
  }
  const system = wanted.actor.roles.includes('system')
  if (!mayUse(edge, system ? 'system' : wanted.actor))
    throw new Refused(403, 'edge_forbidden', '您的角色不能做这一步', { edge: edge.id })
  if (edge.reasons && !system && !wanted.reason?.trim())
    throw new Refused(422, 'reason_required', '请说明原因', { edge: edge.id, reasons: edge.reasons })
  const reason = wanted.reason ? readReason(playbook, edge.reasons ?? '', wanted.reason) : null
  const to = target(edge, lead)
  const now = house.clock.now()
  let coolUntil: Date | undefined
  if (edge.coolDown) coolUntil = wanted.until ?? new Date(now.getTime() + (reason?.coolDownMs ?? 0))
  const moved = await writeMove(tx, house, lead, {
    edge: edge.id,
    to,
    actor: wanted.actor.id,
    reason: reason?.id ?? null,
    words: [reason?.words, wanted.note].filter(Boolean).join('\n') || null,
    rule: wanted.rule ?? edge.id,
    owner: edge.keepOwner ? lead.owner : null,
    coolUntil,
    recycled: edge.recycle ?? false,
    holdUntil: wanted.holdUntil,
    deal: wanted.deal,
    why: wanted.why,
  })
  if (to.desk === 'review') await enqueue(tx, house, moved, wanted.why ?? [])
  return { lead: moved, from: { stage: lead.stage, desk: lead.desk }, to, edge: edge.id }
}

/**
 * Takes a move back while what it causes is still held: the lead stands where it stood, and history shows both steps.
 * The caller has checked that this is still allowed.
 */
export async function moveBack(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  to: { stage: string; desk: string; owner: string | null },
  actor: Actor,
): Promise<LeadRow> {
  return writeMove(tx, house, lead, {
    edge: 'undo',
    to,
    actor: actor.id,
    reason: null,
    words: null,
    rule: 'undo',
    owner: to.owner,
    coolUntil: undefined,
    recycled: false,
  })
}

/**
 * Puts a lead that was found, and has been silent until now, where an admin's mapping of existing tags says it stands. Not a
 * step of the playbook's: nobody did anything, we only learnt where the person is.
 */
export async function placeLead(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  to: { stage: string; desk: string; owner: string | null },
  by: string,
): Promise<LeadRow> {
  return writeMove(tx, house, lead, {
    edge: 'placed',
    to,
    actor: by,
    reason: null,
    words: null,
    rule: 'tag-mapping',
    owner: to.owner,
    coolUntil: undefined,
    recycled: false,
  })
}

interface Step {
  edge: string
  to: { stage: string; desk: string }
  actor: string
  reason: string | null
  words: string | null
  /** What the playbook, or the engine, has it by; the edge itself where a person took it. */
  rule: string
  owner: string | null
  coolUntil: Date | undefined
  recycled: boolean
  holdUntil?: Date | undefined
  deal?: StageStep['deal']
  why?: Move['why']
}

async function writeMove(tx: Transaction, house: House, lead: LeadRow, step: Step): Promise<LeadRow> {
  const { version: playbookVersion } = await house.playbook.current()
  const now = house.clock.now()
  const seq = lead.stageSeq + 1
  let noteId: string | null = null
  if (step.words) {
    noteId = newId(house.clock)
    await tx.query('INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, $5, $6)', [
      noteId,
      lead.id,
      step.actor,
      now,
      'reason',
      step.words,
    ])
  }
  await tx.query(
    `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, reason, note_id, rule, playbook_version, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      lead.id,
      seq,
      step.edge,
      lead.stage,
      lead.desk,
      step.to.stage,
      step.to.desk,
      step.actor,
      step.reason,
      noteId,
      step.rule,
      playbookVersion,
      now,
    ],
  )
  await tx.query(
    `UPDATE leads SET stage = $2, desk = $3, owner = $4, stage_seq = $5, stage_at = $6, updated_at = $6, version = version + 1,
       cool_until = coalesce($7, cool_until), recycle_count = recycle_count + $8 WHERE id = $1`,
    [lead.id, step.to.stage, step.to.desk, step.owner, seq, now, step.coolUntil ?? null, step.recycled ? 1 : 0],
  )
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'stage',
      actor: step.actor,
      key: String(seq),
      data: {
        seq,
        edge: step.edge,
        from: `${lead.stage}@${lead.desk}`,
        to: `${step.to.stage}@${step.to.desk}`,
        reason: step.reason,
        rule: step.rule,
        // The place in the queue goes when the lead does: what it was there for stays here.
        ...(step.why && step.why.length > 0 ? { why: step.why.map(({ rule }) => rule) } : {}),
        playbookVersion,
      },
    },
  ])
  const { edge, to, actor: by, holdUntil: dueAt } = step
  await markMoves(tx, house, [{ leadId: lead.id, from: { stage: lead.stage, desk: lead.desk }, to, edge, by, dueAt }])
  if (lead.blocked !== null && step.actor !== systemActor.id) await unblock(tx, house, lead.id, step.actor)
  // The move is the answer to a raised hand.
  await tx.query('UPDATE scores SET hand_raise_at = NULL WHERE lead_id = $1 AND hand_raise_at IS NOT NULL', [lead.id])
  if (step.to.desk !== 'review') {
    const left = await tx.query('DELETE FROM review_queue WHERE lead_id = $1 RETURNING 1', [lead.id])
    if (left.length > 0) await staleCards(tx, house, { subject: lead.id }, '已处理')
  }
  if (lead.desk === 'sales' && step.to.desk !== 'sales') await cancelOffers(tx, house, lead.id, step.actor)
  if (step.to.desk === 'sales') await touchFollowUp(tx, lead.id, now)
  else await tx.query('DELETE FROM follow_ups WHERE lead_id = $1', [lead.id])
  if (step.to.stage !== lead.stage) await wishStage(tx, [lead.id], step.holdUntil ?? now)
  const { actor, reason, deal } = step
  await followStage(tx, house, {
    leadId: lead.id,
    from: lead.stage,
    to: step.to.stage,
    by: actor,
    reason,
    noteId,
    deal,
  })
  return {
    ...lead,
    stage: step.to.stage,
    desk: step.to.desk,
    owner: step.owner,
    stageSeq: seq,
    stageAt: now,
    version: lead.version + 1,
    recycleCount: lead.recycleCount + (step.recycled ? 1 : 0),
    coolUntil: step.coolUntil ?? lead.coolUntil,
  }
}

/**
 * A stage tag put by hand in WeCom asks for that stage in the name of the member who put it. What the rules do not allow
 * leaves the lead where it is, and the wish brings the right tag back.
 */
export async function askStageByTag(
  tx: Transaction,
  house: House,
  { leadId, stage, userid }: { leadId: string; stage: string; userid: string },
): Promise<boolean> {
  const lead = await lockLead(tx, leadId)
  if (lead.stage === stage) return false
  const [member] = await tx.query<{ roles: string[] }>('SELECT roles FROM staff WHERE lower(userid) = lower($1)', [
    userid,
  ])
  const actor: Actor = { id: userid, roles: member?.roles ?? [] }
  const { playbook } = await house.playbook.current()
  for (const on of ['advance', 'verdict.mql', 'return', 'verdict.disqualified', 'reactivate']) {
    const edge = findEdge(playbook, on, lead, stage)
    if (!edge || !mayUse(edge, actor)) continue
    await move(tx, house, {
      leadId,
      on,
      toStage: stage,
      actor,
      reason: '在企业微信里手动打了阶段标签',
      rule: 'stage-tag',
    })
    return true
  }
  await wishStage(tx, [lead.id], house.clock.now())
  return false
}
