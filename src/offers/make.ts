import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { LeadRow } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import { type Candidate, chooseRep } from '../routing/choose.ts'
import { offerCard } from './card.ts'

/**
 * Offers a lead at the sales desk to the rep the playbook's rules choose, as a card with an answer due in working hours.
 * The rotation rows are locked while one is chosen, so that leads that come together spread evenly. Nobody fits: the lead
 * goes where the playbook sends what cannot be placed, and managers are told; it is never without a holder.
 * The caller holds the lead's lock.
 */
export async function makeOffer(tx: Transaction, house: House, lead: LeadRow): Promise<LeadRow> {
  const { version, playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const tried = await tx.query<{ userid: string; round: number }>(
    `SELECT userid, round FROM offers WHERE lead_id = $1 AND state IN ('declined', 'lapsed') AND offered_at >= $2 ORDER BY round`,
    [lead.id, lead.stageAt],
  )
  const choice =
    tried.length >= playbook.sla.maxOffers
      ? {
          userid: null,
          rule: 'max-offers',
          why: [{ userid: '', fits: false, note: `已派 ${tried.length} 次都没有人接` }],
        }
      : chooseRep({
          lead: {
            id: lead.id,
            industry: lead.industry,
            region: lead.region,
            company: lead.company,
            title: lead.title,
            stage: lead.stage,
          },
          tags: await tx.query<{ group: string; name: string }>(
            `SELECT gg.name AS "group", g.name FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id WHERE lt.lead_id IN (SELECT lead_family($1))`,
            [lead.id],
          ),
          candidates: await readCandidates(tx, lead.id, calendar.dayStart(calendar.dayOf(now))),
          routing: playbook.routing,
          at: now,
          tried: tried.map(({ userid }) => userid),
          seed: lead.id,
        })
  if (choice.userid === null) {
    await record(tx, [
      {
        leadId: lead.id,
        at: now,
        kind: 'offer',
        actor: 'system',
        key: `none\0${lead.stageSeq}\0${tried.length}`,
        data: { state: 'unplaced', rule: choice.rule, playbookVersion: version },
      },
    ])
    const { lead: moved } = await move(tx, house, {
      leadId: lead.id,
      on: 'unplaced',
      actor: systemActor,
      rule: choice.rule,
      why: [{ rule: 'unplaced', text: choice.why.map(({ note }) => note).join('；') || '没有可派的人' }],
    })
    await tellRoles(tx, house, ['manager', 'admin'], {
      key: `unplaced:${lead.id}:${lead.stageSeq}`,
      words: 'escalation',
      leadId: lead.id,
      variables: { reason: '没有可派的销售' },
    })
    return moved
  }
  const id = newId(house.clock)
  const due = calendar.addWorking(now, milliseconds(playbook.sla.accept))
  await tx.query(
    `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9)`,
    [id, lead.id, choice.userid, tried.length + 1, choice.rule, JSON.stringify(choice.why), version, now, due],
  )
  await tx.query(
    `UPDATE rotation r SET credit = t.credit, offered = offered + (r.userid = $3)::int, last_offered_at = CASE WHEN r.userid = $3 THEN $4 ELSE last_offered_at END
     FROM unnest($1::text[], $2::float8[]) AS t(userid, credit) WHERE r.userid = t.userid`,
    [choice.credits.map(({ userid }) => userid), choice.credits.map(({ credit }) => credit), choice.userid, now],
  )
  await tx.query('UPDATE rotation SET last_offered_at = $2 WHERE userid = $1', [choice.userid, now])
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'offer',
      actor: 'system',
      key: `open\0${id}`,
      data: { offer: id, state: 'open', userid: choice.userid, rule: choice.rule, playbookVersion: version },
    },
  ])
  await plan(tx, house, {
    key: `offer:${id}`,
    leadId: lead.id,
    purpose: 'notice',
    words: 'offer',
    recipient: choice.userid,
    card: await offerCard(tx, house, lead, { id, rule: choice.rule, due }),
    extra: { taskId: `offer-${id}`, offerId: id },
    variables: { due: calendar.say(due) },
    within: '3d',
    by: 'system',
  })
  return lead
}

async function readCandidates(tx: Transaction, leadId: string, today: Date): Promise<Candidate[]> {
  await tx.query(
    'INSERT INTO rotation (userid) SELECT userid FROM staff WHERE active ORDER BY userid ON CONFLICT DO NOTHING',
  )
  await tx.query('SELECT 1 FROM rotation ORDER BY userid FOR UPDATE')
  return tx.query<Candidate>(
    `SELECT st.userid, st.roles, st.team, st.weight, st.capacity, st.active, st.in_scope AS "inScope", st.absent_until AS "absentUntil", st.regions, st.industries,
       r.credit, r.last_offered_at AS "lastOfferedAt",
       (SELECT count(*) FROM leads l WHERE l.owner = st.userid AND l.merged_into IS NULL AND l.desk = 'sales')
         + (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.state = 'open') AS open,
       (SELECT count(*) FROM offers o WHERE o.userid = st.userid AND o.offered_at >= $2 AND o.state IN ('open', 'accepted')) AS "newToday",
       EXISTS (SELECT 1 FROM follows f WHERE f.userid = st.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))) AS friend
     FROM staff st JOIN rotation r USING (userid) WHERE st.active ORDER BY st.userid`,
    [leadId, today],
  )
}
