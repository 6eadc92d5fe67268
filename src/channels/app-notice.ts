import { defineChannel } from '../define.ts'
import { GiveUp } from '../failures.ts'
import { keepCard } from '../messages/cards.ts'
import type { ChannelMessage } from '../messages/channel.ts'
import { sendAppMessage, updateCard } from '../wecom/app-messages.ts'
import { isErrcode } from '../wecom/failure.ts'

/** Long enough for a repetition of ours, short enough that the same news tomorrow is told again. Seconds. */
const duplicateCheckS = 600
const noCallback = 43012

/** What a card is called in WeCom: the same message has the same name however often it is tried. */
const taskIdOf = ({ id, extra }: Pick<ChannelMessage, 'id' | 'extra'>): string =>
  typeof extra.taskId === 'string' ? extra.taskId : `m-${id}`

/** A message of the app to one member: text, or a card he can answer. https://developer.work.weixin.qq.com/document/path/90236 */
export default defineChannel({
  textBytes: 2048,
  waitsFor: null,
  reaches({ recipient }) {
    if (!recipient) return { ok: false, why: '应用消息只能发给同事' }
    return { ok: true, recipient, sender: null }
  },
  async prepare(message, sql, at) {
    if (!message.body.card || !message.recipient) return
    const offerId = typeof message.extra.offerId === 'string' ? message.extra.offerId : null
    const subject = typeof message.extra.subject === 'string' ? message.extra.subject : null
    const taskId = taskIdOf(message)
    await keepCard(sql, { taskId, messageId: message.id, offerId, subject, userid: message.recipient }, at)
  },
  async send({ messages }, { wecom, db }) {
    const [message] = messages as [ChannelMessage]
    const { card, text } = message.body
    const userid = message.recipient ?? ''
    const send = (content: { msgtype: string; [part: string]: unknown }) =>
      sendAppMessage(wecom, [userid], {
        ...content,
        enable_duplicate_check: 1,
        duplicate_check_interval: duplicateCheckS,
      })
    const asText = { msgtype: 'text', text: { content: text } }
    const answer = card
      ? await send({ msgtype: 'template_card', template_card: { ...card, task_id: taskIdOf(message) } }).catch(
          (failure: unknown) => {
            // An app that has no callback address yet cannot send cards that are pressed: the words go all the same.
            if (!isErrcode(failure, noCallback)) throw failure
            return send(asText)
          },
        )
      : await send(asText)
    if (answer.invaliduser.some((name) => name.toLowerCase() === userid.toLowerCase()))
      throw new GiveUp(
        'not_reachable',
        '这位同事不在应用的可见范围内，或账号已停用：请到管理后台 → 应用管理 → 可见范围核对',
      )
    if (card && answer.response_code)
      await db.query('UPDATE cards SET response_code = $2 WHERE task_id = $1', [
        taskIdOf(message),
        answer.response_code,
      ])
    return { state: 'sent', wecomId: answer.msgid ?? undefined }
  },
  async update({ userid, responseCode, shows }, { wecom }) {
    try {
      await updateCard(wecom, { userids: [userid], response_code: responseCode, button: { replace_name: shows } })
    } catch (failure) {
      // The code did its work already, or is too old: there is nothing left to change.
      if (!isErrcode(failure, 60140)) throw failure
    }
  },
})
