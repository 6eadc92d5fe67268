import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { deliverNow } from '../messages/deliver.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import { answerOffer } from '../offers/answer.ts'
import { hear } from '../skills/hear.ts'
import type { Touched } from './apply-facts.ts'
import type { Wanted } from './dispatch.ts'
import type { Ask } from './intents.ts'

/**
 * Decides the asks of a batch after its facts are committed: one by one, each in a transaction of its own under its lead's
 * lock, in the order of the events. An ask the rules refuse is answered, not tried again.
 */
export async function applyAsks(house: House, wanted: readonly Wanted[], touched: Touched): Promise<void> {
  // Words leave while the next event is being answered: nobody's greeting waits for another's.
  const leaving: Promise<void>[] = []
  try {
    for (const { row, intents } of wanted) {
      for (const [index, intent] of intents.entries()) {
        const from = { at: row.receivedAt, key: `inbox:${row.id}:${index}`, inboxId: row.id }
        await answerAsk(house, intent as Ask, from, touched, leaving)
      }
    }
  } finally {
    // One that could not be taken up here is found by its job.
    await Promise.allSettled(leaving)
  }
}

async function answerAsk(
  house: House,
  ask: Ask,
  from: { at: Date; key: string; inboxId: number },
  touched: Touched,
  leaving: Promise<void>[],
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
      if (message.state === 'planned') leaving.push(deliverNow(house, message.id))
      return
    }
    case 'offers.answer':
      try {
        const [member] = await house.db.query<{ userid: string; roles: string[] }>(
          'SELECT userid, roles FROM staff WHERE lower(userid) = lower($1)',
          [ask.userid],
        )
        await answerOffer(house, {
          offerId: ask.offerId,
          by: { id: member?.userid ?? ask.userid, roles: member?.roles ?? [] },
          answer: ask.answer,
          reason: ask.reason,
          card: ask.card,
        })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        house.log.info({ offerId: ask.offerId, refused: error.id }, 'card press refused')
      }
      return
    case 'skills.hear':
      await hear(house, { ...ask, leadId: ask.lead ? touched.leadOf(ask.lead) : null, at: from.at, key: from.key })
      return
    case 'notices.tell':
      await house.db.transaction((tx) =>
        tellRoles(tx, house, ask.roles, {
          key: from.key,
          words: ask.words,
          leadId: ask.lead ? touched.leadOf(ask.lead) : null,
          userids: ask.userid ? [ask.userid] : [],
          variables: ask.variables,
        }),
      )
  }
}
