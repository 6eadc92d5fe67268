import { createHash } from 'node:crypto'
import { sendWithMedia } from '../content/media.ts'
import { defineChannel } from '../define.ts'
import type { Batch, ChannelMessage, PollResult, Reason } from '../messages/channel.ts'
import { speakingFollow } from '../messages/route.ts'
import type { Calendar } from '../playbook/hours.ts'
import { attach } from '../wecom/attach.ts'
import { isErrcode } from '../wecom/failure.ts'
import {
  addGroupSend,
  cancelGroupSend,
  listGroupSendResults,
  listGroupSends,
  listGroupSendTasks,
  remindGroupSend,
} from '../wecom/group-send.ts'

const notFriend: Reason = { id: 'not_reachable', message: '客户已不是这位同事的好友' }
const usedUp: Reason = { id: 'cap', message: '客户可接收的企业群发次数已用完（企业微信的限制）' }

/**
 * 企业群发: a task the member confirms in WeCom, one for many customers. Nothing is sent until he does.
 * https://developer.work.weixin.qq.com/document/path/92135
 */
export default defineChannel({
  textBytes: 4000,
  waitsFor: 'staff',
  waiting: '在企业微信里确认群发',
  mergeMost: 10_000,
  reaches(reach) {
    const follow = speakingFollow(reach)
    if (!follow) {
      return { ok: false, why: reach.sender ? '这位同事和客户还不是企业微信好友' : '还没有在职同事是他的企业微信好友' }
    }
    return { ok: true, recipient: follow.externalUserId, sender: follow.userid }
  },
  merge: ({ sender, contentId, contentVersion, body }) => [
    sender ?? '',
    contentId ??
      createHash('sha256')
        .update(JSON.stringify([body.text, body.attachments ?? []]))
        .digest('hex'),
    contentVersion ?? 0,
  ],
  async send({ sender, messages }, house) {
    try {
      const { msgid, fail_list } = await sendWithMedia(house, messages[0]?.body.attachments ?? [], (things) => {
        const hanging = attach(things)
        return addGroupSend(house.wecom, {
          sender: sender ?? '',
          external_userid: recipientsOf(messages),
          text: { content: textOf(messages) },
          ...(hanging.length > 0 ? { attachments: hanging } : {}),
        })
      })
      const failed = messages
        .filter(({ recipient }) => fail_list.includes(recipient ?? ''))
        .map(({ id }) => ({ messageId: id, reason: notFriend }))
      return { state: 'waiting', wecomId: msgid, failed }
    } catch (failure) {
      if (!isErrcode(failure, 41048)) throw failure
      return { state: 'waiting', failed: messages.map(({ id }) => ({ messageId: id, reason: notFriend })) }
    }
  },
  async find(batch, { wecom, clock }) {
    const text = textOf(batch.messages)
    const ours = new Set(recipientsOf(batch.messages))
    const second = (at: Date) => Math.floor(at.getTime() / 1000)
    const made = await listGroupSends(wecom, {
      chat_type: 'single',
      start_time: second(batch.createdAt) - 60,
      end_time: second(clock.now()) + 60,
    })
    for (const { msgid, text: words } of made) {
      if (words?.content !== text) continue
      const tasks = await listGroupSendTasks(wecom, msgid)
      if (!tasks.some(({ userid }) => same(userid, batch.sender))) continue
      const list = await listGroupSendResults(wecom, msgid, batch.sender ?? '')
      if (list.length > 0 && list.every(({ external_userid }) => ours.has(external_userid ?? ''))) return msgid
    }
    return null
  },
  poll: {
    every: '10m',
    async result(batch, { wecom, clock, playbook }) {
      const msgid = taskOf(batch)
      try {
        const tasks = await listGroupSendTasks(wecom, msgid)
        const done = tasks.find(({ userid, status }) => same(userid, batch.sender) && status === 2)
        const list = await listGroupSendResults(wecom, msgid, batch.sender ?? '')
        const { calendar } = await playbook.current()
        const at = done?.send_time ? new Date(done.send_time * 1000) : clock.now()
        return resultOf(batch, list, {
          confirmed: done !== undefined,
          now: clock.now(),
          monthEnds: monthEnds(calendar, at),
        })
      } catch (failure) {
        if (isErrcode(failure, 41063)) return { done: false, results: [] }
        if (isErrcode(failure, 41093)) return { done: true, results: [] }
        throw failure
      }
    },
  },
  remind: (batch, { wecom }) => remindGroupSend(wecom, taskOf(batch)),
  async withdraw(batch, { wecom }) {
    try {
      await cancelGroupSend(wecom, taskOf(batch))
    } catch (failure) {
      if (!isErrcode(failure, 41093)) throw failure
    }
  },
})

/** One text for all; a task for one person may call him by his name. */
const textOf = (messages: readonly ChannelMessage[]): string => {
  const body = messages[0]?.body
  return (messages.length === 1 ? body?.text : (body?.shared ?? body?.text)) ?? ''
}
const recipientsOf = (messages: readonly ChannelMessage[]): string[] => [
  ...new Set(messages.map(({ recipient }) => recipient ?? '')),
]
const taskOf = ({ wecomId }: Batch): string => wecomId ?? ''
const same = (a: string, b: string | null): boolean => a.toLowerCase() === b?.toLowerCase()

/** The quota is of the calendar's month in which the member confirmed, by the business's clock. */
function monthEnds(calendar: Pick<Calendar, 'dayOf' | 'dayStart'>, at: Date): Date {
  const [year = 0, month = 0] = calendar.dayOf(at).split('-').map(Number)
  return calendar.dayStart(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10))
}

/** Per customer: 0 not sent, 1 sent, 2 not a friend any more, 3 quota used up. */
function resultOf(
  { messages }: Batch,
  list: readonly { external_userid?: string | null; status: number; send_time?: number | null }[],
  { confirmed, now, monthEnds }: { confirmed: boolean; now: Date; monthEnds: Date },
): PollResult {
  const byCustomer = new Map(list.map((item) => [item.external_userid, item]))
  // WeCom tells whole seconds: it went before the end of that one.
  const timeOf = (seconds: number) => new Date(Math.min((seconds + 1) * 1000, now.getTime()))
  const results = messages.flatMap(({ id, recipient }): PollResult['results'][number][] => {
    const item = byCustomer.get(recipient)
    if (item?.status === 1)
      return [{ messageId: id, state: 'sent', ...(item.send_time ? { at: timeOf(item.send_time) } : {}) }]
    if (item?.status === 2) return [{ messageId: id, state: 'failed', reason: notFriend }]
    if (item?.status === 3) return [{ messageId: id, state: 'failed', reason: usedUp, shutUntil: monthEnds }]
    return []
  })
  return { done: confirmed && results.length === messages.length, results }
}
