import type { Actor } from '../actor.ts'
import { systemActor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import { wantLiveCode } from '../codes/make.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isId, newId } from '../ids.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { touchFollowUp } from '../leads/follow-up.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { staleCards } from '../messages/cards.ts'
import { tellManager } from '../messages/tell-manager.ts'
import { readReason } from '../stages/edges.ts'
import { makeOffer, offerUnheld } from './make.ts'

interface OfferRow {
  id: string
  leadId: string
  userid: string
  state: string
  round: number
  rule: string
  playbookVersion: number
}

export interface Answer {
  /** One of the two: the offer itself, or the lead whose open offer is meant. */
  offerId?: string
  leadId?: string
  by: Actor
  answer: 'accept' | 'decline'
  reason?: string | undefined
  /** The pressed card, when the answer came by one. */
  card?: { taskId: string; responseCode: string } | undefined
}

/**
 * A rep's answer to an offer. Accepting makes him the owner and prepares his introduction to the customer; declining hands
 * the lead to the next. An offer that is over answers with what became of it, and the pressed card shows that.
 * @throws Refused 404 offer_unknown, 409 offer_closed, 403 not_your_offer, 422 reason_required
 */
export async function answerOffer(house: House, answer: Answer): Promise<LeadRow> {
  const answered = await house.db.transaction(async (tx): Promise<LeadRow | Refused> => {
    const lead = await lockOfferLead(tx, answer)
    const [offer] = await tx.query<OfferRow>(
      `SELECT id, lead_id AS "leadId", userid, state, round, rule, playbook_version AS "playbookVersion" FROM offers
       WHERE ${answer.offerId ? 'id = $1' : "lead_id = $1 AND state = 'open'"} FOR UPDATE`,
      [answer.offerId ?? lead.id],
    )
    if (!offer) throw new Refused(404, 'offer_unknown', '这条线索现在没有待答复的派单')
    const own = offer.userid.toLowerCase() === answer.by.id.toLowerCase()
    if (!own && !answer.by.roles.some((role) => role === 'admin' || role === 'manager'))
      throw new Refused(403, 'not_your_offer', '这条线索派给了别人')
    if (offer.state !== 'open') {
      const shows = closedWords[offer.state] ?? '已结束'
      if (answer.card && (await isNewPress(tx, answer.card)))
        await staleCards(tx, house, { offerId: offer.id }, shows, answer.card)
      // Pressing twice is one press.
      if (offer.state === (answer.answer === 'accept' ? 'accepted' : 'declined')) return lead
      return new Refused(409, 'offer_closed', `这次派单${shows}`, { state: offer.state })
    }
    return answer.answer === 'accept' ? accept(tx, house, lead, offer, answer) : decline(tx, house, lead, offer, answer)
  })
  // The pressed card shows how the offer ended, whatever the press is answered with.
  if (answered instanceof Refused) throw answered
  return answered
}

/** The code of a press is good for one change of the card; a press that is handled again brings no new one. */
async function isNewPress(tx: Transaction, card: NonNullable<Answer['card']>): Promise<boolean> {
  const used = await tx.query("SELECT 1 FROM cards WHERE task_id = $1 AND shows ->> 'code' = $2", [
    card.taskId,
    card.responseCode,
  ])
  return used.length === 0
}

const closedWords: Record<string, string> = {
  accepted: '已接受',
  declined: '已转给同事',
  lapsed: '已超时，转给同事',
  cancelled: '已撤回',
}

async function lockOfferLead(tx: Transaction, { offerId, leadId }: Answer): Promise<LeadRow> {
  if (leadId) return lockLead(tx, leadId)
  const [row] = isId(offerId ?? '')
    ? await tx.query<{ leadId: string }>('SELECT lead_id AS "leadId" FROM offers WHERE id = $1', [offerId])
    : []
  if (!row) throw new Refused(404, 'offer_unknown', '没有这次派单')
  return lockLead(tx, row.leadId)
}

/** Makes an offer's rep the owner, starts the clock of his first contact and prepares his introduction. The caller holds the lead's lock. */
export async function accept(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  offer: Pick<OfferRow, 'id' | 'userid' | 'rule' | 'playbookVersion'>,
  answer: Pick<Answer, 'by' | 'card'>,
): Promise<LeadRow> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const [friend] = await tx.query(
    "SELECT 1 FROM follows WHERE userid = $1 AND state = 'full' AND lead_id IN (SELECT lead_family($2))",
    [offer.userid, lead.id],
  )
  const code = friend
    ? null
    : await wantLiveCode(tx, house, {
        kind: 'handover',
        name: `介绍 ${offer.userid}`,
        staff: [offer.userid],
        leadId: lead.id,
        by: 'system',
      })
  await tx.query(
    `UPDATE offers SET state = 'accepted', answered_at = $2, answered_by = $3, first_contact_due = $4, live_code_id = $5 WHERE id = $1`,
    [offer.id, now, answer.by.id, calendar.addWorking(now, milliseconds(playbook.sla.firstContact)), code?.id ?? null],
  )
  await tx.query('UPDATE leads SET owner = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
    lead.id,
    offer.userid,
    now,
  ])
  await touchFollowUp(tx, lead.id, now)
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'offer',
      actor: answer.by.id,
      key: `accepted\0${offer.id}`,
      data: { offer: offer.id, state: 'accepted', userid: offer.userid, ...namesOf(offer) },
    },
  ])
  await staleCards(tx, house, { offerId: offer.id }, closedWords.accepted as string, answer.card)
  tx.afterCommit(() => house.wake.up('introduce'))
  return { ...lead, owner: offer.userid, version: lead.version + 1 }
}

async function decline(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  offer: OfferRow,
  answer: Answer,
): Promise<LeadRow> {
  const { playbook } = await house.playbook.current()
  const reason = readReason(playbook, 'decline', answer.reason)
  if (!reason)
    throw new Refused(422, 'reason_required', '请选择不接的原因', { reasons: playbook.reasons.decline?.options })
  const now = house.clock.now()
  if (reason.words)
    await tx.query('INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, $5, $6)', [
      newId(house.clock),
      lead.id,
      answer.by.id,
      now,
      'decline',
      reason.words,
    ])
  await closeOffer(tx, house, lead, offer, {
    state: 'declined',
    by: answer.by.id,
    reason: reason.id,
    card: answer.card,
  })
  return makeOffer(tx, house, lead)
}

/** Whatever becomes of an offer hangs on the rule that made it. */
const namesOf = ({ rule, playbookVersion }: Pick<OfferRow, 'rule' | 'playbookVersion'>) => ({ rule, playbookVersion })

async function closeOffer(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  offer: OfferRow,
  end: { state: 'declined' | 'lapsed'; by: string; reason: string | null; card?: Answer['card'] },
): Promise<void> {
  const now = house.clock.now()
  await tx.query('UPDATE offers SET state = $2, answered_at = $3, answered_by = $4, reason = $5 WHERE id = $1', [
    offer.id,
    end.state,
    now,
    end.by,
    end.reason,
  ])
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'offer',
      actor: end.by,
      key: `${end.state}\0${offer.id}`,
      data: { offer: offer.id, state: end.state, userid: offer.userid, reason: end.reason, ...namesOf(offer) },
    },
  ])
  await staleCards(tx, house, { offerId: offer.id }, closedWords[end.state] as string, end.card)
}

/** Offers nobody answered in time go to the next rep; the manager of who let it lapse is told. True when there may be more. */
export async function lapseOffers(house: House): Promise<boolean> {
  const due = await house.db.query<{ id: string; leadId: string }>(
    `SELECT id, lead_id AS "leadId" FROM offers WHERE state = 'open' AND due_at <= $1 ORDER BY due_at LIMIT 100`,
    [house.clock.now()],
  )
  return eachAlone(house, due, 100, ({ id, leadId }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId)
      const [offer] = await tx.query<OfferRow>(
        `SELECT id, lead_id AS "leadId", userid, state, round, rule, playbook_version AS "playbookVersion" FROM offers WHERE id = $1 AND state = 'open' AND due_at <= $2 FOR UPDATE`,
        [id, house.clock.now()],
      )
      if (!offer) return
      await closeOffer(tx, house, lead, offer, { state: 'lapsed', by: systemActor.id, reason: null })
      await tellLapsed(tx, house, offer, lead)
      await offerUnheld(tx, house, lead)
    }),
  )
}

async function tellLapsed(tx: Transaction, house: House, offer: OfferRow, lead: LeadRow): Promise<void> {
  const [rep] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [offer.userid])
  const name = rep?.name || offer.userid
  await tellManager(tx, house, offer.userid, {
    key: `lapsed:${offer.id}`,
    words: 'offer-lapsed',
    leadId: lead.id,
    variables: { rep: { userid: offer.userid, name }, reason: `派给 ${name}，超时未答复` },
  })
}
