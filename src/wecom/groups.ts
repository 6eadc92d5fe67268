import { z } from 'zod'
import { allPages, api, cursor, list, number } from './api.ts'
import type { Wecom } from './client.ts'

const listedGroup = z.looseObject({ chat_id: z.string(), status: number.nullish() })
const groupList = api({
  path: 'externalcontact/groupchat/list',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ group_chat_list: list(listedGroup), next_cursor: cursor }),
})

/** Customer groups of these owners (≤ 100; all in scope without). https://developer.work.weixin.qq.com/document/path/92120 */
export async function listGroupChats(wecom: Wecom, owners: string[] = []): Promise<z.output<typeof listedGroup>[]> {
  const filter = owners.length > 0 ? { owner_filter: { userid_list: owners } } : {}
  return allPages(async (at) => {
    const page = await wecom.call(groupList, {
      body: { status_filter: 0, ...filter, cursor: at, limit: 1000 },
      priority: 'background',
    })
    return { items: page.group_chat_list, next: page.next_cursor }
  })
}

const groupChat = z.looseObject({
  chat_id: z.string(),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  owner: z.string().nullish(),
  create_time: number.nullish(),
  notice: z.string().nullish(),
  member_list: list(
    z.looseObject({
      /** A member's userid or a customer's external_userid. */
      userid: z.string(),
      /** 1 member, 2 customer. */
      type: number,
      unionid: z.string().nullish(),
      join_time: number.nullish(),
      join_scene: number.nullish(),
      name: z.string().nullish(),
    }),
  ),
  admin_list: list(z.looseObject({ userid: z.string() })),
  member_version: z.string().nullish(),
})
export type GroupChat = z.output<typeof groupChat>

const get = api({
  path: 'externalcontact/groupchat/get',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ group_chat: groupChat }),
})

/** One customer group; GiveUp `wecom_49008` when it was dissolved. https://developer.work.weixin.qq.com/document/path/92122 */
export async function getGroupChat(wecom: Wecom, chatId: string): Promise<GroupChat> {
  return (await wecom.call(get, { body: { chat_id: chatId, need_name: 1 } })).group_chat
}

const convert = api({
  path: 'externalcontact/opengid_to_chatid',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ chat_id: z.string() }),
})

/** https://developer.work.weixin.qq.com/document/path/94822 */
export async function chatIdOf(wecom: Wecom, opengid: string): Promise<string> {
  return (await wecom.call(convert, { body: { opengid } })).chat_id
}
