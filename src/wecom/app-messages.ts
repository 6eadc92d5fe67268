import { z } from 'zod'
import { api, names, nothing } from './api.ts'
import type { Wecom } from './client.ts'

const delivered = z.looseObject({
  invaliduser: names,
  invalidparty: names,
  invalidtag: names,
  unlicenseduser: names,
  msgid: z.string().nullish(),
  /** Of a card: updates it once, within 72 hours. */
  response_code: z.string().nullish(),
})

/** `invaliduser` comes in lower case; the call is good as long as one receiver is. */
export type AppMessageSent = z.output<typeof delivered>

const send = api({ path: 'message/send', method: 'POST', repeatable: false, answer: delivered })

/** Text, markdown, textcard, news or template_card: `msgtype` and an object of that name, as WeCom spells them. */
export type AppMessage = { msgtype: string } & Record<string, unknown>

/**
 * Writes to members through the app. text and markdown ≤ 2048 bytes, cut beyond; a card's `task_id` is unique in the app.
 * RetryLater when a member would get more than WeCom lets through, which drops the excess without a word.
 * https://developer.work.weixin.qq.com/document/path/90236
 */
export async function sendAppMessage(
  wecom: Wecom,
  to: readonly string[],
  message: AppMessage,
): Promise<AppMessageSent> {
  const body = { touser: to.join('|'), agentid: wecom.agentId, ...message }
  return wecom.call(send, { body, members: to })
}

// The second use of a response_code is refused (60140), so a repetition changes nothing.
const update = api({
  path: 'message/update_template_card',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ invaliduser: names }),
})

/**
 * Replaces a card, or only the text of its pressed button, for these members. A `response_code` works once, for 72 hours;
 * GiveUp `wecom_60140` afterwards. https://developer.work.weixin.qq.com/document/path/94888
 */
export async function updateCard(
  wecom: Wecom,
  request: { userids: readonly string[]; response_code: string } & (
    | { button: { replace_name: string } }
    | { template_card: Record<string, unknown> }
  ),
): Promise<{ invaliduser: string[] }> {
  return wecom.call(update, { body: { agentid: wecom.agentId, ...request } })
}

const recall = api({ path: 'message/recall', method: 'POST', repeatable: true, answer: nothing })

/** Takes an app message back within 24 hours. https://developer.work.weixin.qq.com/document/path/94867 */
export async function recallAppMessage(wecom: Wecom, msgid: string): Promise<void> {
  await wecom.call(recall, { body: { msgid } })
}
