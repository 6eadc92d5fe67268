import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markChosen } from '../journeys/marks.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { move, moveBack } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import { offerUnheld } from '../offers/make.ts'
import { tellQueueChanged } from './changed.ts'
import { enqueue, type QueuePlaceKept, returnToQueue } from './enqueue.ts'

export interface VerdictInput {
  /** A verdict of the playbook: `mql`, `nurture`, `disqualified`. */
  verdict: string
  reason: string
  note?: string | undefined
  qualification?: Record<string, unknown> | undefined
  journey?: string | undefined
  remindAt?: Date | undefined
  version?: number | undefined
  /** How long what leaves the house is held, so that the verdict can be taken back. */
  undoSeconds?: number | undefined
}

/** How a lead stood before a verdict, and which step of its history the verdict is. */
interface Before {
  stage: string
  desk: string
  owner: string | null
  coolUntil: string | null
  recycleCount: number
  item: QueuePlaceKept | null
  seq: number
}

/**
 * An MDR's word on a lead: it moves at once; offers, cards and tags wait `undoSeconds`.
 * @throws Refused 404, 403, 409 (illegal_move, stale_version, claimed_by_other), 422 (reason_required, verdict_unknown)
 */
export async function giveVerdict(house: House, leadId: string, input: VerdictInput, actor: Actor): Promise<LeadRow> {
  const { version: playbookVersion, playbook } = await house.playbook.current()
  if (!Object.hasOwn(playbook.verdicts, input.verdict)) {
    throw new Refused(422, 'verdict_unknown', `没有「${input.verdict}」这种结论`, {
      verdicts: Object.keys(playbook.verdicts),
    })
  }
  return house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    const now = house.clock.now()
    const [item] = await tx.query<QueuePlaceKept & { claimedBy: string | null; claimedUntil: Date | null }>(
      `SELECT hand_raised AS "handRaised", queued_at AS "queuedAt", due_at AS "dueAt", why, playbook_version AS "playbookVersion",
         claimed_by AS "claimedBy", claimed_until AS "claimedUntil" FROM review_queue WHERE lead_id = $1 FOR UPDATE`,
      [lead.id],
    )
    if (
      item?.claimedBy &&
      item.claimedBy !== actor.id &&
      item.claimedUntil &&
      item.claimedUntil > now &&
      !actor.roles.includes('admin')
    ) {
      throw new Refused(409, 'claimed_by_other', `${item.claimedBy} 正在审核这条线索`, { claimedBy: item.claimedBy })
    }
    const hold = Math.max(0, input.undoSeconds ?? 0)
    const holdsUntil = hold > 0 ? new Date(now.getTime() + hold * 1000) : null
    const moved = await move(tx, house, {
      leadId: lead.id,
      on: `verdict.${input.verdict}`,
      actor,
      reason: input.reason,
      note: input.note,
      version: input.version,
      until: input.remindAt,
      holdUntil: holdsUntil ?? undefined,
    })
    if (input.qualification) {
      await tx.query(
        `INSERT INTO qualifications AS q (lead_id, fields, by, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (lead_id) DO UPDATE SET fields = q.fields || excluded.fields, by = excluded.by, at = excluded.at`,
        [lead.id, JSON.stringify(input.qualification), actor.id, now],
      )
    }
    const id = newId(house.clock)
    const before = {
      stage: lead.stage,
      desk: lead.desk,
      owner: lead.owner,
      coolUntil: lead.coolUntil,
      recycleCount: lead.recycleCount,
      item: item ?? null,
      seq: moved.lead.stageSeq,
    }
    await tx.query(
      `INSERT INTO verdicts (id, lead_id, verdict, reason, journey, remind_at, by, at, holds_until, state, before, playbook_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        id,
        lead.id,
        input.verdict,
        input.reason.slice(0, 200),
        input.journey ?? null,
        input.remindAt ?? null,
        actor.id,
        now,
        holdsUntil,
        holdsUntil ? 'held' : 'done',
        JSON.stringify(before),
        playbookVersion,
      ],
    )
    await record(tx, [
      {
        leadId: lead.id,
        at: now,
        kind: 'verdict',
        actor: actor.id,
        key: id,
        data: {
          verdict: input.verdict,
          verdictId: id,
          journey: input.journey ?? null,
          rule: moved.edge,
          playbookVersion,
        },
      },
    ])
    if (input.journey) {
      const chosen = { leadId: lead.id, journey: input.journey, verdict: id, by: actor.id }
      await markChosen(tx, house, { ...chosen, dueAt: holdsUntil ?? now })
    }
    await tellQueueChanged(tx)
    if (holdsUntil) return moved.lead
    return settle(tx, house, moved.lead)
  })
}

/** What a verdict causes once it can no longer be taken back: a lead at the sales desk is offered. */
async function settle(tx: Transaction, house: House, lead: LeadRow): Promise<LeadRow> {
  return offerUnheld(tx, house, lead)
}

/** Lets the verdicts go whose time to be taken back is over. Answers true when there may be more. */
export async function settleVerdicts(house: House): Promise<boolean> {
  const due = await house.db.query<{ id: string; leadId: string }>(
    `SELECT id, lead_id AS "leadId" FROM verdicts WHERE state = 'held' AND holds_until <= $1 ORDER BY holds_until LIMIT 100`,
    [house.clock.now()],
  )
  return eachAlone(house, due, 100, ({ id, leadId }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId)
      const rows = await tx.query("UPDATE verdicts SET state = 'done' WHERE id = $1 AND state = 'held' RETURNING 1", [
        id,
      ])
      // Somebody who was merged meanwhile is the other's matter.
      if (rows.length > 0 && lead.id === leadId) await settle(tx, house, lead)
    }),
  )
}

/**
 * Takes back the last verdict on a lead while it is held; the lead stands in the queue as before.
 * @throws Refused 404, 409 nothing_to_undo
 */
export async function undoVerdict(house: House, leadId: string, actor: Actor): Promise<LeadRow> {
  return house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    const [verdict] = await tx.query<{ id: string; by: string; before: Before }>(
      `SELECT id, by, before FROM verdicts WHERE lead_id = $1 AND state = 'held' AND holds_until > $2 ORDER BY at DESC LIMIT 1 FOR UPDATE`,
      [lead.id, house.clock.now()],
    )
    if (!verdict) throw new Refused(409, 'nothing_to_undo', '已经超过可撤销的时间')
    if (verdict.by !== actor.id && !actor.roles.some((role) => role === 'admin' || role === 'manager'))
      throw new Refused(403, 'not_yours', '只能撤销自己的结论')
    const { before } = verdict
    if (lead.stageSeq !== before.seq)
      throw new Refused(409, 'nothing_to_undo', '线索在这之后又有了变化，不能再撤销', {
        stage: lead.stage,
        desk: lead.desk,
      })
    const back = await moveBack(tx, house, lead, before, actor)
    await tx.query('UPDATE leads SET cool_until = $2, recycle_count = $3 WHERE id = $1', [
      lead.id,
      before.coolUntil,
      before.recycleCount,
    ])
    await tx.query("UPDATE verdicts SET state = 'undone', remind_at = NULL WHERE id = $1", [verdict.id])
    if (before.item) await returnToQueue(tx, lead.id, before.item)
    else if (back.desk === 'review') await enqueue(tx, house, back, [])
    await tellQueueChanged(tx)
    return {
      ...back,
      coolUntil: before.coolUntil ? new Date(before.coolUntil) : null,
      recycleCount: before.recycleCount,
    }
  })
}
