import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { tellRoles } from '../messages/tell.ts'
import { tellReturned } from '../offers/give-back.ts'

/**
 * Service levels, in working hours. Each step is told once: a review that is due (MDRs, then managers), a first contact that
 * is late, a lead nobody has followed up (rep → manager → back to nurture).
 * @returns true when there may be more
 */
export async function watchServiceLevels(house: House): Promise<boolean> {
  const full = [await watchReviews(house), await watchFirstContacts(house), await watchFollowUps(house)]
  return full.includes(true)
}

const page = 100

async function watchReviews(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<{ leadId: string; warned: number }>(
    `SELECT lead_id AS "leadId", warned FROM review_queue WHERE (warned = 0 AND due_at <= $1) OR (warned = 1 AND due_at + (due_at - queued_at) <= $1) ORDER BY due_at LIMIT $2`,
    [now, page],
  )
  for (const { leadId, warned } of due) {
    await house.db.transaction(async (tx) => {
      const rows = await tx.query(
        'UPDATE review_queue SET warned = $2 WHERE lead_id = $1 AND warned = $3 RETURNING 1',
        [leadId, warned + 1, warned],
      )
      if (rows.length > 0)
        await tellRoles(tx, house, [warned === 0 ? 'mdr' : 'manager'], {
          key: `review-due:${leadId}:${now.toISOString().slice(0, 10)}:${warned}`,
          words: 'review-due',
          leadId,
          variables: { reason: warned === 0 ? '审核时限已到' : '审核已超时一倍' },
        })
    })
  }
  return due.length === page
}

async function watchFirstContacts(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<{
    id: string
    leadId: string
    userid: string
    warned: number
    manager: string | null
  }>(
    `SELECT o.id, o.lead_id AS "leadId", o.userid, o.warned, st.manager FROM offers o LEFT JOIN staff st USING (userid)
     WHERE o.state = 'accepted' AND o.first_contact_at IS NULL AND ((o.warned = 0 AND o.first_contact_due <= $1) OR (o.warned = 1 AND o.first_contact_due <= $2)) ORDER BY o.first_contact_due LIMIT $3`,
    [now, new Date(now.getTime() - milliseconds('1d')), page],
  )
  for (const offer of due) {
    await house.db.transaction(async (tx) => {
      const rows = await tx.query(
        'UPDATE offers SET warned = $2 WHERE id = $1 AND warned = $3 AND first_contact_at IS NULL RETURNING 1',
        [offer.id, offer.warned + 1, offer.warned],
      )
      if (rows.length === 0) return
      const first = offer.warned === 0
      await tellRoles(tx, house, first || offer.manager ? [] : ['manager'], {
        key: `first-contact:${offer.id}:${offer.warned}`,
        words: 'escalation',
        leadId: offer.leadId,
        userids: first ? [offer.userid] : offer.manager ? [offer.manager] : [],
        variables: { reason: '接单后还没有首次联系', rep: { name: offer.userid } },
      })
    })
  }
  return due.length === page
}

/** Steps of the age of a lead at the sales desk, kept by its timeline: what anybody did there counts as follow-up. */
async function watchFollowUps(house: House): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const { remind, manager, recycle } = playbook.sla.followUp
  const now = house.clock.now()
  const before = (duration: string) => new Date(now.getTime() - milliseconds(duration))
  const due = await house.db.query<{
    leadId: string
    owner: string
    manager: string | null
    touchedAt: Date
    told: number
  }>(
    `SELECT l.id AS "leadId", l.owner, st.manager, f.touched_at AS "touchedAt", f.told FROM follow_ups f JOIN leads l ON l.id = f.lead_id LEFT JOIN staff st ON st.userid = l.owner
     WHERE l.merged_into IS NULL AND l.desk = 'sales' AND l.owner IS NOT NULL
       AND ((f.told = 0 AND f.touched_at <= $1) OR (f.told = 1 AND f.touched_at <= $2) OR (f.told = 2 AND f.touched_at <= $3)) ORDER BY f.touched_at LIMIT $4`,
    [before(remind), before(manager), before(recycle), page],
  )
  for (const lead of due) {
    await house.db.transaction(async (tx) => {
      await lockLead(tx, lead.leadId)
      const rows = await tx.query(
        'UPDATE follow_ups SET told = told + 1 WHERE lead_id = $1 AND told = $2 AND touched_at = $3 RETURNING 1',
        [lead.leadId, lead.told, lead.touchedAt],
      )
      if (rows.length === 0) return
      if (lead.told === 2) {
        try {
          const { lead: moved } = await move(tx, house, {
            leadId: lead.leadId,
            on: 'stale',
            actor: systemActor,
            rule: 'follow-up-age',
            reason: '长时间未跟进',
          })
          await tellReturned(tx, house, moved, '长时间未跟进，自动放回培育')
        } catch (error) {
          if (!(error instanceof Refused && error.status === 409)) throw error
        }
        return
      }
      const toManager = lead.told === 1
      await tellRoles(tx, house, toManager && !lead.manager ? ['manager'] : [], {
        key: `follow-up:${lead.leadId}:${lead.touchedAt.toISOString()}:${lead.told}`,
        words: 'escalation',
        leadId: lead.leadId,
        userids: toManager ? (lead.manager ? [lead.manager] : []) : [lead.owner],
        variables: {
          reason: toManager ? `${playbookDays(manager)} 天没有跟进` : `${playbookDays(remind)} 天没有跟进`,
          rep: { name: lead.owner },
        },
      })
    })
  }
  return due.length === page
}

const playbookDays = (duration: string): number => Math.round(milliseconds(duration) / 864e5)
