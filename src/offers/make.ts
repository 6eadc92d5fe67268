import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { isFirstTime } from '../leads/first-time.ts'
import type { LeadRow } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import type { Calendar } from '../playbook/hours.ts'
import { type Candidate, nextRep, type Why } from '../routing/choose.ts'
import { findEdge } from '../stages/edges.ts'
import { readCandidates, readRoutingTags } from './candidates.ts'
import { offerCard } from './card.ts'

/**
 * Offers a lead at the sales desk to the rep the playbook's rules choose, as a card with an answer due in working hours.
 * The rotation rows are locked while one is chosen, so that leads that come together spread evenly. Nobody fits: the lead
 * goes where the playbook sends what cannot be placed, and managers are told; it is never without a holder.
 * The caller holds the lead's lock.
 */
export async function makeOffer(tx: Transaction, house: House, lead: LeadRow): Promise<LeadRow> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const tried = await tx.query<{ userid: string; round: number }>(
    `SELECT userid, round FROM offers WHERE lead_id = $1 AND state IN ('declined', 'lapsed') AND offered_at >= $2 ORDER BY round`,
    [lead.id, lead.stageAt],
  )
  const choice = nextRep(
    {
      lead: {
        id: lead.id,
        industry: lead.industry,
        region: lead.region,
        company: lead.company,
        title: lead.title,
        stage: lead.stage,
      },
      tags: await readRoutingTags(tx, lead.id),
      candidates: await lockCandidates(tx, lead.id, calendar, now),
      routing: playbook.routing,
      at: now,
      tried: tried.map(({ userid }) => userid),
      seed: lead.id,
    },
    playbook.sla.maxOffers,
  )
  if (choice.userid === null) return leaveUnplaced(tx, house, lead, choice)
  await keepCredits(tx, { userid: choice.userid, credits: choice.credits })
  await openOffer(tx, house, lead, { ...choice, userid: choice.userid, by: systemActor.id, round: tried.length + 1 })
  return lead
}

export interface NewOffer {
  userid: string
  /** The rule that chose him, or the word for how it came. */
  rule: string
  why: readonly Why[]
  by: string
  round: number
  /** False: it is answered in the same breath, so nobody is asked. */
  asks?: boolean
}

/** Writes an offer and, unless it is answered at once, asks the rep by a card. The caller holds the lead's lock. */
export async function openOffer(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { userid, rule, why, by, round, asks = true }: NewOffer,
): Promise<{ id: string; playbookVersion: number }> {
  const { version, playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const id = newId(house.clock)
  const due = calendar.addWorking(now, milliseconds(playbook.sla.accept))
  await tx.query(
    `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9)`,
    [id, lead.id, userid, round, rule, JSON.stringify(why), version, now, due],
  )
  await tx.query('UPDATE rotation SET last_offered_at = $2 WHERE userid = $1', [userid, now])
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'offer',
      actor: by,
      key: `open\0${id}`,
      data: { offer: id, state: 'open', userid, rule, playbookVersion: version },
    },
  ])
  if (asks) {
    await plan(tx, house, {
      key: `offer:${id}`,
      leadId: lead.id,
      purpose: 'notice',
      words: 'offer',
      recipient: userid,
      card: await offerCard(tx, house, lead, { id, rule, due }),
      extra: { taskId: `offer-${id}`, offerId: id },
      variables: { due: calendar.say(due) },
      within: '3d',
      by: 'system',
    })
  }
  return { id, playbookVersion: version }
}

/**
 * Nobody can take it. The playbook says where such a lead goes; where it knows no way from here, the lead stays and is offered
 * again as soon as somebody can. The people to be told when that happens hear of it once.
 */
async function leaveUnplaced(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { rule, why }: { rule: string; why: readonly Why[] },
): Promise<LeadRow> {
  const { version, playbook } = await house.playbook.current()
  const now = house.clock.now()
  const names = why.map(({ userid, note }) => (userid ? `${userid}：${note}` : note))
  if (await isFirstTime(tx, `unplaced\0${lead.id}\0${lead.stageSeq}`, now)) {
    await record(tx, [
      {
        leadId: lead.id,
        at: now,
        kind: 'offer',
        actor: 'system',
        key: `none\0${lead.stageSeq}`,
        data: { state: 'unplaced', rule, playbookVersion: version },
      },
    ])
    await tellRoles(tx, house, [playbook.routing.fallback, 'admin'], {
      key: `unplaced:${lead.id}:${lead.stageSeq}`,
      words: 'escalation',
      leadId: lead.id,
      variables: { reason: '没有可派的销售' },
    })
  }
  if (!findEdge(playbook, 'unplaced', lead)) return lead
  const { lead: moved } = await move(tx, house, {
    leadId: lead.id,
    on: 'unplaced',
    actor: systemActor,
    rule,
    why: [{ rule: 'unplaced', text: names.slice(0, 20).join('；') || '没有可派的人' }],
  })
  return moved
}

/**
 * Offers a lead that stands at the sales desk and is in nobody's hands; any other is left alone.
 * The caller holds the lead's lock.
 */
export async function offerUnheld(tx: Transaction, house: House, lead: LeadRow): Promise<LeadRow> {
  if (lead.desk !== 'sales' || lead.owner !== null) return lead
  const [open] = await tx.query("SELECT 1 FROM offers WHERE lead_id = $1 AND state = 'open'", [lead.id])
  return open ? lead : makeOffer(tx, house, lead)
}

/** What the choice cost everybody in the rotation. */
export async function keepCredits(
  tx: Transaction,
  choice: { userid: string; credits: readonly { userid: string; credit: number }[] },
): Promise<void> {
  await tx.query(
    `UPDATE rotation r SET credit = t.credit, offered = offered + (r.userid = $3)::int FROM unnest($1::text[], $2::float8[]) AS t(userid, credit) WHERE r.userid = t.userid`,
    [choice.credits.map(({ userid }) => userid), choice.credits.map(({ credit }) => credit), choice.userid],
  )
}

/** The candidates, with the rotation's rows locked until the transaction ends. */
export async function lockCandidates(
  tx: Transaction,
  leadId: string,
  calendar: Calendar,
  at: Date,
): Promise<Candidate[]> {
  await tx.query(
    'INSERT INTO rotation (userid) SELECT userid FROM staff WHERE active ORDER BY userid ON CONFLICT DO NOTHING',
  )
  await tx.query('SELECT 1 FROM rotation ORDER BY userid FOR UPDATE')
  return readCandidates(tx, leadId, calendar, at)
}
