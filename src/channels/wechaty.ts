import { defineChannel } from '../define.ts'
import { GiveUp } from '../failures.ts'
import type { ChannelMessage } from '../messages/channel.ts'

/**
 * Answers by a hosted Wechaty account, where an operator has chosen one: no official protocol, off by default. Only the process
 * that holds the account can speak.
 */
export default defineChannel({
  textBytes: 4000,
  waitsFor: null,
  needs: 'bot',
  reaches: ({ extra }) =>
    typeof extra.contactId === 'string'
      ? { ok: true, recipient: extra.contactId, sender: null }
      : { ok: false, why: '他不是从托管账号来的' },
  async send({ messages }, { bot }) {
    const [message] = messages as [ChannelMessage]
    if (!bot?.say) throw new GiveUp('not_reachable', '托管账号没有登录')
    const links = message.body.attachments?.flatMap(({ kind, url }) => (kind === 'link' && url ? [url] : [])) ?? []
    const words = [message.body.text, ...links].join('\n')
    return { state: 'sent', wecomId: await bot.say(message.recipient ?? '', words) }
  },
})
