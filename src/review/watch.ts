import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lastDeed } from '../leads/deeds.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { touchFollowUp } from '../leads/follow-up.ts'
import { lockLead } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { tellRoles } from '../messages/tell.ts'
import { tellManager } from '../messages/tell-manager.ts'
import { tellReturned } from '../offers/give-back.ts'
import { workingAgo } from './working-ago.ts'

/**
 * Service levels, in working hours. Each step is told once: a review that is due (MDRs, then managers), a first contact that
 * is late (rep, then his manager), a lead nobody has followed up (rep → manager → back to nurture).
 * @returns true when there may be more
 */
export async function watchServiceLevels(house: House): Promise<boolean> {
  const full = [await watchReviews(house), await watchFirstContacts(house), await watchFollowUps(house)]
  return full.includes(true)
}

const page = 100

/** A review that is due is the MDRs'; when as much time again has passed it is the managers'. */
async function watchReviews(house: House): Promise<boolean> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const due = await house.db.query<{ id: string; warned: number; queuedAt: Date }>(
    `SELECT lead_id AS id, warned, queued_at AS "queuedAt" FROM review_queue
     WHERE (warned = 0 AND due_at <= $1) OR (warned = 1 AND due_at <= CASE WHEN hand_raised THEN $2::timestamptz ELSE $3 END) ORDER BY due_at LIMIT $4`,
    [
      now,
      workingAgo(calendar, now, milliseconds(playbook.sla.handRaise)),
      workingAgo(calendar, now, milliseconds(playbook.sla.review)),
      page,
    ],
  )
  return eachAlone(house, due, page, ({ id: leadId, warned, queuedAt }) =>
    house.db.transaction(async (tx) => {
      const rows = await tx.query(
        'UPDATE review_queue SET warned = $2 WHERE lead_id = $1 AND warned = $3 RETURNING 1',
        [leadId, warned + 1, warned],
      )
      if (rows.length === 0) return
      const first = warned === 0
      await tellRoles(tx, house, [first ? 'mdr' : 'manager'], {
        key: `review-due:${leadId}:${queuedAt.toISOString()}:${warned}`,
        words: 'review-due',
        leadId,
        variables: { reason: first ? '审核时限已到' : '审核已超时一倍' },
        extra: { subject: leadId },
      })
    }),
  )
}

interface OwedContact {
  id: string
  leadId: string
  userid: string
  name: string
  warned: number
  answeredAt: Date
}

/** The first contact a rep owes since he accepted. It is owed no more when the lead is somebody else's by now. */
async function watchFirstContacts(house: House): Promise<boolean> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const due = await house.db.query<OwedContact>(
    `SELECT o.id, o.lead_id AS "leadId", o.userid, coalesce(nullif(s.name, ''), o.userid) AS name, o.warned, o.answered_at AS "answeredAt"
     FROM offers o LEFT JOIN staff s USING (userid)
     WHERE o.state = 'accepted' AND o.first_contact_at IS NULL AND ((o.warned = 0 AND o.first_contact_due <= $1) OR (o.warned = 1 AND o.first_contact_due <= $2))
     ORDER BY o.first_contact_due LIMIT $3`,
    [now, workingAgo(calendar, now, milliseconds(playbook.sla.firstContact)), page],
  )
  return eachAlone(house, due, page, (offer) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, offer.leadId)
      const rows = await tx.query(
        'UPDATE offers SET warned = $2 WHERE id = $1 AND warned = $3 AND first_contact_at IS NULL RETURNING 1',
        [offer.id, offer.warned + 1, offer.warned],
      )
      if (rows.length === 0) return
      if (lead.owner?.toLowerCase() !== offer.userid.toLowerCase() || lead.desk !== 'sales') {
        await tx.query('UPDATE offers SET first_contact_due = NULL WHERE id = $1', [offer.id])
        return
      }
      const deed = await lastDeed(tx, lead.id, offer.userid, offer.answeredAt)
      if (deed) {
        await tx.query('UPDATE offers SET first_contact_at = $2 WHERE id = $1', [offer.id, deed])
        return
      }
      const notice = {
        key: `first-contact:${offer.id}:${offer.warned}`,
        words: 'escalation',
        leadId: lead.id,
        variables: { reason: '接单后还没有首次联系', rep: { userid: offer.userid, name: offer.name } },
        extra: { subject: offer.id },
      }
      if (offer.warned === 0) await tellRoles(tx, house, [], { ...notice, userids: [offer.userid] })
      else await tellManager(tx, house, offer.userid, notice)
    }),
  )
}

interface Aging {
  id: string
  owner: string
  name: string
  touchedAt: Date
  told: number
}

/** Steps of the age of a lead at the sales desk. What anybody of us did about it is follow-up, wherever he did it. */
async function watchFollowUps(house: House): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const { remind, manager, recycle } = playbook.sla.followUp
  const now = house.clock.now()
  const before = (duration: string) => new Date(now.getTime() - milliseconds(duration))
  const due = await house.db.query<Aging>(
    `SELECT l.id, l.owner, coalesce(nullif(s.name, ''), l.owner) AS name, f.touched_at AS "touchedAt", f.told
     FROM follow_ups f JOIN leads l ON l.id = f.lead_id LEFT JOIN staff s ON s.userid = l.owner
     WHERE l.merged_into IS NULL AND l.desk = 'sales' AND l.owner IS NOT NULL
       AND ((f.told = 0 AND f.touched_at <= $1) OR (f.told = 1 AND f.touched_at <= $2) OR (f.told = 2 AND f.touched_at <= $3)) ORDER BY f.touched_at LIMIT $4`,
    [before(remind), before(manager), before(recycle), page],
  )
  return eachAlone(house, due, page, ({ id: leadId, owner, name, touchedAt, told }) =>
    house.db.transaction(async (tx) => {
      await lockLead(tx, leadId)
      const deed = await lastDeed(tx, leadId, null, touchedAt)
      if (deed) return touchFollowUp(tx, leadId, deed)
      const rows = await tx.query(
        'UPDATE follow_ups SET told = told + 1 WHERE lead_id = $1 AND told = $2 AND touched_at = $3 RETURNING 1',
        [leadId, told, touchedAt],
      )
      if (rows.length === 0) return
      if (told === 2) return recycleLead(tx, house, leadId)
      const notice = {
        key: `follow-up:${leadId}:${touchedAt.toISOString()}:${told}`,
        words: 'escalation',
        leadId,
        variables: { reason: `${daysOf(told === 0 ? remind : manager)} 天没有跟进`, rep: { userid: owner, name } },
      }
      if (told === 0) await tellRoles(tx, house, [], { ...notice, userids: [owner] })
      else await tellManager(tx, house, owner, notice)
    }),
  )
}

async function recycleLead(tx: Parameters<typeof move>[0], house: House, leadId: string): Promise<void> {
  try {
    const { lead } = await move(tx, house, {
      leadId,
      on: 'stale',
      actor: systemActor,
      rule: 'follow-up-age',
      reason: '长时间未跟进',
    })
    await tellReturned(tx, house, lead, '长时间未跟进，自动放回培育')
  } catch (error) {
    // The rules know no way back from where it stands; everybody has been told.
    if (!(error instanceof Refused && error.status === 409)) throw error
  }
}

const daysOf = (duration: string): number => Math.round(milliseconds(duration) / 864e5)
