import { sendWithMedia } from '../content/media.ts'
import { defineChannel } from '../define.ts'
import { GiveUp, OutcomeUnknown } from '../failures.ts'
import type { House } from '../house.ts'
import type { ChannelMessage } from '../messages/channel.ts'
import { blockedBy } from '../playbook/codes-schema.ts'
import { attach } from '../wecom/attach.ts'
import { getContact } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'
import { sendWelcome } from '../wecom/welcome.ts'

/** A code dies 20 seconds after its event; without a deadline of its own a message has this long. */
const codeLivesMs = 20_000

/**
 * The first words to a customer who has just added a member: once per add, within 20 seconds, for whichever app comes first.
 * https://developer.work.weixin.qq.com/document/path/92137
 */
export default defineChannel({
  urgent: true,
  textBytes: 4000,
  waitsFor: null,
  reaches({ sender, extra, follows }) {
    if (typeof extra.code !== 'string' || extra.code === '')
      return { ok: false, why: '没有欢迎语凭证，企业微信没有给出发送机会' }
    const follow = follows.find(({ userid }) => userid.toLowerCase() === sender?.toLowerCase())
    return { ok: true, recipient: follow?.externalUserId ?? '', sender }
  },
  async send({ messages, createdAt }, house) {
    const [message] = messages as [ChannelMessage]
    if (await isBlocked(house, message)) throw new GiveUp('blocked', '昵称在屏蔽名单里，没有发欢迎语')
    const { text, attachments } = message.body
    const code = String(message.extra.code)
    const deadline = message.expiresAt ?? new Date(createdAt.getTime() + codeLivesMs)
    try {
      await sendWithMedia(house, attachments ?? [], (things) => {
        const hanging = attach(things)
        return sendWelcome(
          house.wecom,
          {
            welcome_code: code,
            text: { content: text },
            ...(hanging.length > 0 ? { attachments: hanging } : {}),
          },
          deadline,
        )
      })
      return { state: 'sent' }
    } catch (failure) {
      // What was said to a first try whose answer got lost stays unknown: it may have been us.
      if (failure instanceof OutcomeUnknown) throw failure
      for (const [errcode, reason, words] of refusals)
        if (isErrcode(failure, errcode)) throw new GiveUp(reason, words, { cause: failure })
      throw failure
    }
  },
})

/** How long the nickname is waited for; a customer without a welcome is worse than an advert with one. */
const lookMs = 1_500

/** The event of an add names nobody, so where there is a block list the nickname is asked for first. */
async function isBlocked({ wecom, playbook, clock, log }: House, message: ChannelMessage): Promise<boolean> {
  const { codes } = (await playbook.current()).playbook
  if (codes.blockedNames.length === 0 || !message.recipient) return false
  try {
    const how = { priority: 'urgent', deadline: new Date(clock.now().getTime() + lookMs) } as const
    const { external_contact: who } = await getContact(wecom, message.recipient, how)
    return blockedBy(codes, who.name ?? '') !== null
  } catch (error) {
    log.info({ messageId: message.id, err: error }, 'welcomed without a look at the block list')
    return false
  }
}

const refusals = [
  [41050, 'late', '欢迎语凭证已失效：超过了 20 秒，或凭证不属于本应用'],
  [41051, 'taken', '欢迎语已由其他应用发出，或客户与成员已经聊过天'],
  [41096, 'taken', '另一个应用正在发欢迎语'],
] as const
