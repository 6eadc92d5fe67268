import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { lockLead } from '../leads/lock.ts'
import { answerNotice } from '../messages/answer-notice.ts'
import { answerApproval } from '../messages/approvals.ts'
import { plan } from '../messages/plan.ts'
import { sendSoon } from '../messages/send-soon.ts'
import { tellRoles } from '../messages/tell.ts'
import { answerOffer } from '../offers/answer.ts'
import { takePromise } from '../promises/take.ts'
import { keepHearing } from '../skills/keep-hearing.ts'
import type { Touched } from './apply-facts.ts'
import type { Wanted } from './dispatch.ts'
import type { Ask } from './intents.ts'
import { isOutage } from './outage.ts'

/**
 * Decides the asks of a batch after its facts are committed: one by one, each in a transaction of its own under its lead's
 * lock, in the order of the events. An ask the rules refuse is answered, not tried again.
 * @returns what failed, by the row it belongs to; the others are done
 */
export async function applyAsks(
  house: House,
  wanted: readonly Wanted[],
  touched: Touched,
): Promise<ReadonlyMap<Wanted, unknown>> {
  const failed = new Map<Wanted, unknown>()
  for (const one of wanted) {
    const { row, intents } = one
    try {
      for (const [index, intent] of intents.entries())
        await answerAsk(house, intent as Ask, { ...one, at: row.receivedAt, key: `inbox:${row.id}:${index}` }, touched)
    } catch (error) {
      if (isOutage(error)) throw error
      failed.set(one, error)
    }
  }
  return failed
}

async function answerAsk(
  house: House,
  ask: Ask,
  from: { at: Date; happenedAt: Date; key: string },
  touched: Touched,
): Promise<void> {
  switch (ask.verb) {
    case 'messages.plan': {
      const message = await house.db.transaction(async (tx) => {
        const lead = await lockLead(tx, touched.leadOf(ask.lead))
        return plan(tx, house, {
          key: from.key,
          leadId: lead.id,
          purpose: ask.purpose,
          words: ask.words,
          channel: ask.channel,
          sender: ask.userid ?? null,
          extra: {
            ...ask.extra,
            liveCode: touched.opened(ask.lead)?.code ?? null,
            created: touched.opened(ask.lead)?.created ?? false,
          },
          expiresAt: new Date(from.at.getTime() + milliseconds(ask.within)),
          by: 'system',
        })
      })
      if (message.state === 'planned') sendSoon(house, message.id)
      return
    }
    case 'offers.answer':
      try {
        await answerOffer(house, {
          offerId: ask.offerId,
          by: await memberOf(house, ask.userid),
          answer: ask.answer,
          reason: ask.reason,
          card: ask.card,
        })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        house.log.info({ offerId: ask.offerId, refused: error.id }, 'card press refused')
      }
      return
    case 'approvals.answer':
      try {
        const { messageId, answer, card } = ask
        await answerApproval(house, { messageId, answer, card, by: await memberOf(house, ask.userid) })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        house.log.info({ messageId: ask.messageId, refused: error.id }, 'card press refused')
      }
      return
    case 'promises.take':
      try {
        await takePromise(house, { id: ask.promiseId, userid: ask.userid, card: ask.card })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        house.log.info({ promiseId: ask.promiseId, refused: error.id }, 'card press refused')
      }
      return
    case 'skills.hear':
      await keepHearing(house, {
        ...ask,
        leadId: ask.lead ? touched.leadOf(ask.lead) : null,
        at: from.happenedAt,
        key: from.key,
      })
      return
    case 'notices.answer':
      await answerNotice(house, ask)
      return
    case 'notices.tell':
      await house.db.transaction(async (tx) => {
        // Whoever has the role by the time it is handled again was not there when it happened.
        if (!(await isFirstTime(tx, `notice ${from.key}`, from.at))) return
        await tellRoles(tx, house, ask.roles, {
          key: from.key,
          words: ask.words,
          leadId: ask.lead ? touched.leadOf(ask.lead) : null,
          userids: ask.userid ? [ask.userid] : [],
          variables: ask.variables,
        })
      })
  }
}

/** Who pressed, as the house knows him. */
async function memberOf(house: House, userid: string): Promise<{ id: string; roles: string[] }> {
  const [member] = await house.db.query<{ userid: string; roles: string[] }>(
    'SELECT userid, roles FROM staff WHERE lower(userid) = lower($1)',
    [userid],
  )
  return { id: member?.userid ?? userid, roles: member?.roles ?? [] }
}
