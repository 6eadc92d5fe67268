import type { Message, Wechaty } from 'wechaty'
import type { House } from '../src/house.ts'
import { openLeads } from '../src/leads/open.ts'
import { type Heard, hear } from '../src/skills/hear.ts'

/** What a bot has heard, as our skills take it; null: nothing for them. */
export type Understand = (message: Message) => Promise<Heard | null>

/**
 * Lets the house's skills answer what a Wechaty bot hears, whatever puppet is behind it.
 * @param onHeard told when a message was answered, or why it could not be
 */
export function listen(
  wechaty: Wechaty,
  house: House,
  understand: Understand,
  onHeard: (messageId: string, error?: unknown) => void = () => {},
): void {
  wechaty.on('message', async (message) => {
    try {
      const heard = await understand(message)
      if (heard) await hear(house, heard)
      onHeard(message.id)
    } catch (error) {
      house.log.error({ messageId: message.id, err: error }, 'a message was not answered')
      onHeard(message.id, error)
    }
  })
}

/**
 * Words to a hosted account: whoever writes is a lead by his id there. Our own words, rooms and anything but text are nobody's
 * to answer. Answers leave by the `wechaty` channel, through the same guard as everything.
 */
export function understandHosted(house: House): Understand {
  return async (message) => {
    if (message.self() || message.room()) return null
    const talker = message.talker()
    const { id: messageId } = message
    const at = message.date()
    const key = `wechaty:${messageId}`
    const [opened] = await house.db.transaction((tx) =>
      openLeads(tx, house, [
        {
          identities: [{ kind: 'custom', value: `wechaty:${talker.id}` }],
          fields: { name: talker.name() },
          source: { kind: 'wechaty' },
          at,
          by: 'bot',
          key,
        },
      ]),
    )
    if (!opened) return null
    return {
      speaker: 'customer',
      leadId: opened.leadId,
      text: message.text(),
      kind: message.type() === textType ? 'text' : 'other',
      at,
      key,
      answerBy: { channel: 'wechaty', extra: { contactId: talker.id } },
    }
  }
}

/** Wechaty's number for text: `types.Message.Text`. */
const textType = 7
