import { z } from 'zod'
import { allPages, api, cursor, list, nothing, number } from './api.ts'
import type { Attachment } from './attachment.ts'
import type { Wecom } from './client.ts'

const add = api({
  path: 'externalcontact/add_msg_template',
  method: 'POST',
  repeatable: false,
  answer: z.looseObject({ fail_list: list(z.string()), msgid: z.string() }),
})

/**
 * Asks a member to send one text to ≤ 10 000 of his customers (or ≤ 2000 groups). Nothing leaves until he confirms in WeCom.
 * `text` ≤ 4000 bytes. `fail_list`: customers who cannot be reached. https://developer.work.weixin.qq.com/document/path/92135
 */
export async function addGroupSend(
  wecom: Wecom,
  request: {
    chat_type?: 'single' | 'group'
    sender: string
    external_userid?: string[]
    chat_id_list?: string[]
    text?: { content: string }
    attachments?: readonly Attachment[]
  },
): Promise<{ msgid: string; fail_list: string[] }> {
  return wecom.call(add, { body: { chat_type: 'single', ...request } })
}

const groupMessage = z.looseObject({
  msgid: z.string(),
  /** Absent for tasks made by API. */
  creator: z.string().nullish(),
  create_time: z.union([z.number(), z.string()]).nullish(),
  create_type: number.nullish(),
  text: z.looseObject({ content: z.string().nullish() }).nullish(),
})
const listed = api({
  path: 'externalcontact/get_groupmsg_list_v2',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ group_msg_list: list(groupMessage), next_cursor: cursor }),
})

/** Tasks made in a span of at most a month; times in seconds. https://developer.work.weixin.qq.com/document/path/93338 */
export async function listGroupSends(
  wecom: Wecom,
  request: {
    chat_type: 'single' | 'group'
    start_time: number
    end_time: number
    creator?: string
    filter_type?: 0 | 1 | 2
  },
): Promise<z.output<typeof groupMessage>[]> {
  return allPages(async (at) => {
    const page = await wecom.call(listed, { body: { ...request, limit: 100, cursor: at }, priority: 'background' })
    return { items: page.group_msg_list, next: page.next_cursor }
  })
}

/** `status` 0 not confirmed, 2 sent. */
const task = z.looseObject({ userid: z.string(), status: number, send_time: number.nullish() })
export type GroupSendTask = z.output<typeof task>

const tasks = api({
  path: 'externalcontact/get_groupmsg_task',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ task_list: list(task), next_cursor: cursor }),
})

/** Which members have confirmed. RetryLater with errcode 41063 right after the task was made. https://developer.work.weixin.qq.com/document/path/93338 */
export async function listGroupSendTasks(wecom: Wecom, msgid: string): Promise<GroupSendTask[]> {
  return allPages(async (at) => {
    const page = await wecom.call(tasks, { body: { msgid, limit: 1000, cursor: at }, priority: 'background' })
    return { items: page.task_list, next: page.next_cursor }
  })
}

/** `status` 0 not sent, 1 sent, 2 not a friend any more, 3 the customer's quota of the month is used up. */
const result = z.looseObject({
  external_userid: z.string().nullish(),
  chat_id: z.string().nullish(),
  userid: z.string(),
  status: number,
  send_time: number.nullish(),
})
export type GroupSendResult = z.output<typeof result>

const results = api({
  path: 'externalcontact/get_groupmsg_send_result',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ send_list: list(result), next_cursor: cursor }),
})

/** What became of each customer of one member's task. https://developer.work.weixin.qq.com/document/path/93338 */
export async function listGroupSendResults(wecom: Wecom, msgid: string, userid: string): Promise<GroupSendResult[]> {
  return allPages(async (at) => {
    const page = await wecom.call(results, { body: { msgid, userid, limit: 1000, cursor: at }, priority: 'background' })
    return { items: page.send_list, next: page.next_cursor }
  })
}

const remind = api({ path: 'externalcontact/remind_groupmsg_send', method: 'POST', repeatable: false, answer: nothing })

/** Reminds who has not confirmed, ≤ 3 times in 24 hours. https://developer.work.weixin.qq.com/document/path/97610 */
export async function remindGroupSend(wecom: Wecom, msgid: string): Promise<void> {
  await wecom.call(remind, { body: { msgid } })
}

const cancel = api({ path: 'externalcontact/cancel_groupmsg_send', method: 'POST', repeatable: true, answer: nothing })

/** Stops what has not been sent. https://developer.work.weixin.qq.com/document/path/97611 */
export async function cancelGroupSend(wecom: Wecom, msgid: string): Promise<void> {
  await wecom.call(cancel, { body: { msgid } })
}
