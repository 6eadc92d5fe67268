import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import type { Reacher } from '../leads/reach.ts'
import { record } from '../leads/record.ts'
import { staffName } from '../leads/staff-name.ts'
import { tellRoles } from '../messages/tell.ts'
import { accept } from '../offers/answer.ts'
import { cancelOffers } from '../offers/cancel.ts'
import { makeOffer, openOffer } from '../offers/make.ts'
import { legalMoves } from '../stages/edges.ts'
import { moveMessages } from '../transfers/move-messages.ts'
import { moveChores } from '../transfers/move-work.ts'
import { readTakers } from './objections.ts'

/** What an offer says it came by, when a person chose. */
const byHand = 'by-hand'

export interface HandOver {
  leadId: string
  to: string
  /** Whatever routing has against it. */
  anyway: boolean
  note?: string | undefined
  version?: number | undefined
  by: Actor
  /** Whose members he may give to. */
  reacher: Reacher
}

/**
 * Gives one lead to somebody by hand. Where somebody owns it, the ownership goes over at once, with its deals and tasks and
 * the clock of a first contact; where nobody does, it is offered to him and he answers as to any offer.
 * @throws Refused 404, 409 objections | not_yet_judged | already_his | illegal_move | stale_version
 */
export async function handOver(house: House, wish: HandOver): Promise<LeadRow> {
  return house.db.transaction(async (tx) => {
    const lead = await handOverLocked(tx, house, wish)
    // To whom it is offered hears of it by his card.
    if (lead.owner !== null)
      await tellHandedOver(tx, house, {
        key: `${lead.id}:${lead.version}`,
        to: lead.owner,
        leadId: lead.id,
        reason: `${await staffName(tx, wish.by.id)} 把一条线索交给您跟进`,
      })
    return lead
  })
}

/** The same inside a transaction of the caller's. */
export async function handOverLocked(tx: Transaction, house: House, wish: HandOver): Promise<LeadRow> {
  const { leadId, by, version } = wish
  const lead = await lockLead(tx, leadId)
  if (version !== undefined && version !== lead.version)
    throw new Refused(409, 'stale_version', '线索已被他人更新，请刷新后再试', { version: lead.version })
  const to = await readTaker(tx, house, lead, wish)
  const note = wish.note?.trim() || null
  const why = [{ userid: to, fits: true, note: note ?? `${by.id} 指派` }]
  const offer = { userid: to, rule: byHand, why, by: by.id, round: 1 }
  if (lead.owner !== null) {
    if (lead.owner.toLowerCase() === to.toLowerCase()) throw new Refused(409, 'already_his', '这条线索已经在他名下')
    return passOn(tx, house, lead, { to, by, note, offer })
  }
  await cancelOffers(tx, house, lead.id, by.id)
  const isThere = lead.desk === 'sales'
  const atSales = isThere ? lead : await bringToSales(tx, house, lead, by, note)
  // The move keeps it as its reason.
  if (isThere && note) await keepNote(tx, house, lead.id, note, by)
  await openOffer(tx, house, atSales, offer)
  return atSales
}

async function readTaker(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { to, anyway, reacher }: HandOver,
): Promise<string> {
  const takers = await readTakers(tx, house, lead, reacher)
  const taker = takers.find(({ userid }) => userid.toLowerCase() === to.toLowerCase())
  if (!taker) throw new Refused(404, 'staff_unknown', '没有这位同事，或他不在您的团队里')
  if (taker.objection !== null && !anyway)
    throw new Refused(409, 'objections', `${taker.name}：${taker.objection}。确定要交给他，请带上 anyway`, {
      objections: [taker.objection],
      load: taker.load,
    })
  return taker.userid
}

/** What an owner has goes to the next: the lead, its open deals and tasks, and what he still had to send. */
async function passOn(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  given: { to: string; by: Actor; note: string | null; offer: Parameters<typeof openOffer>[3] },
): Promise<LeadRow> {
  const { to, by, note, offer } = given
  const now = house.clock.now()
  const from = lead.owner as string
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'hand-over',
      actor: by.id,
      key: `${from}\0${to}\0${lead.version}`,
      data: { from, to },
    },
  ])
  if (note) await keepNote(tx, house, lead.id, note, by)
  await moveChores(tx, house, lead.id, { from, to, by: by.id })
  await moveMessages(tx, house, lead.id, { from, to, how: 'given' })
  // What the last owner still owed is owed no more; the next owes a first contact of his own.
  await tx.query(
    "UPDATE offers SET first_contact_due = NULL WHERE lead_id = $1 AND state = 'accepted' AND first_contact_at IS NULL",
    [lead.id],
  )
  if (lead.desk === 'sales') {
    await cancelOffers(tx, house, lead.id, by.id)
    const made = await openOffer(tx, house, lead, { ...offer, asks: false })
    return accept(tx, house, lead, { ...made, userid: to, rule: offer.rule }, { by })
  }
  await tx.query('UPDATE leads SET owner = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
    lead.id,
    to,
    now,
  ])
  return { ...lead, owner: to, version: lead.version + 1 }
}

/** Why it goes to him, where he reads it: on his card and in the lead's story. */
async function keepNote(tx: Transaction, house: House, leadId: string, note: string, by: Actor): Promise<void> {
  await tx.query("INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, 'reason', $5)", [
    newId(house.clock),
    leadId,
    by.id,
    house.clock.now(),
    note,
  ])
}

/** A lead sent to review because nobody could take it goes back to the sales desk; one that was not judged does not. */
async function bringToSales(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  by: Actor,
  note: string | null,
): Promise<LeadRow> {
  const { playbook } = await house.playbook.current()
  const [waits] = await tx.query(
    `SELECT 1 FROM review_queue WHERE lead_id = $1 AND why @> '[{"rule": "unplaced"}]' FOR UPDATE`,
    [lead.id],
  )
  const way = legalMoves(playbook, lead, by.roles).find(
    ({ to, on }) => to.desk === 'sales' && on.startsWith('verdict.'),
  )
  if (!waits || !way)
    throw new Refused(409, 'not_yet_judged', '这条线索还没有判给销售，请先在审核里给出结论', {
      stage: lead.stage,
      desk: lead.desk,
    })
  const { lead: moved } = await move(tx, house, {
    leadId: lead.id,
    on: way.on,
    toStage: way.to.stage,
    actor: by,
    reason: note ?? '指派给同事',
    rule: byHand,
  })
  return moved
}

/** Offers a lead of somebody's anew by the rules: his open offer is taken back, his ownership ends. Sales desk only. */
export async function handBack(tx: Transaction, house: House, leadId: string, by: Actor): Promise<LeadRow> {
  const lead = await lockLead(tx, leadId)
  if (lead.desk !== 'sales')
    throw new Refused(409, 'illegal_move', '已成交的客户没有派单规则，请选一位接手的同事', { desk: lead.desk })
  await cancelOffers(tx, house, lead.id, by.id)
  if (lead.owner !== null) {
    await record(tx, [
      {
        leadId: lead.id,
        at: house.clock.now(),
        kind: 'hand-over',
        actor: by.id,
        key: `${lead.owner}\0\0${lead.version}`,
        data: { from: lead.owner, to: null },
      },
    ])
    await tx.query('UPDATE leads SET owner = NULL, updated_at = $2, version = version + 1 WHERE id = $1', [
      lead.id,
      house.clock.now(),
    ])
  }
  return makeOffer(tx, house, { ...lead, owner: null, version: lead.version + (lead.owner === null ? 0 : 1) })
}

/** Tells somebody that work came to him, once. */
export async function tellHandedOver(
  tx: Transaction,
  house: House,
  told: { key: string; to: string; leadId: string | null; reason: string },
): Promise<void> {
  await tellRoles(tx, house, [], {
    key: `handed-over:${told.key}`,
    words: 'handed-over',
    leadId: told.leadId,
    userids: [told.to],
    variables: { reason: told.reason },
  })
}
