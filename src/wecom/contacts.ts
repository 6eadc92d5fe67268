import { z } from 'zod'
import { allPages, api, type Call, cursor, list, nothing, number } from './api.ts'
import type { Wecom } from './client.ts'
import { isErrcode } from './failure.ts'

const externalContact = z.looseObject({
  external_userid: z.string(),
  /** A WeChat user's nickname. */
  name: z.string().nullish(),
  avatar: z.string().nullish(),
  /** 1 WeChat, 2 WeCom of another corp. */
  type: number.nullish(),
  gender: number.nullish(),
  unionid: z.string().nullish(),
  position: z.string().nullish(),
  corp_name: z.string().nullish(),
  corp_full_name: z.string().nullish(),
})
export type ExternalContact = z.output<typeof externalContact>

const followed = {
  userid: z.string(),
  remark: z.string().nullish(),
  description: z.string().nullish(),
  createtime: number.nullish(),
  remark_corp_name: z.string().nullish(),
  remark_mobiles: list(z.string()),
  oper_userid: z.string().nullish(),
  /** Open-ended: 1 扫码, 16 获客链接, 202 管理员分配 … */
  add_way: number.nullish(),
  state: z.string().nullish(),
}
const followUser = z.looseObject({
  ...followed,
  tags: list(
    z.looseObject({
      group_name: z.string().nullish(),
      tag_name: z.string().nullish(),
      /** Absent for personal tags. */
      tag_id: z.string().nullish(),
      /** 1 corp, 2 personal, 3 strategy. */
      type: number.nullish(),
    }),
  ),
})
export type FollowUser = z.output<typeof followUser>

const contactWithFollow = z.looseObject({
  external_contact: externalContact,
  /** `tag_id` holds corp and strategy tags only. */
  follow_info: z.looseObject({ ...followed, tag_id: list(z.string()) }),
})
export type ContactWithFollow = z.output<typeof contactWithFollow>

const followUserList = api({
  path: 'externalcontact/get_follow_user_list',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({ follow_user: list(z.string()) }),
})

/** Userids of members who may have customers and are in the app's scope. https://developer.work.weixin.qq.com/document/path/92571 */
export async function listFollowUsers(wecom: Wecom): Promise<string[]> {
  return (await wecom.call(followUserList)).follow_user
}

const customerList = api({
  path: 'externalcontact/list',
  method: 'GET',
  repeatable: true,
  parallel: 5,
  answer: z.looseObject({ external_userid: list(z.string()) }),
})

/** All customers of one member; none is no failure. https://developer.work.weixin.qq.com/document/path/92113 */
export async function listCustomers(wecom: Wecom, userid: string): Promise<string[]> {
  try {
    return (await wecom.call(customerList, { query: { userid }, priority: 'background' })).external_userid
  } catch (failure) {
    if (isErrcode(failure, 84061)) return []
    throw failure
  }
}

const contact = api({
  path: 'externalcontact/get',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({ external_contact: externalContact, follow_user: list(followUser), next_cursor: cursor }),
})

/** One customer with everybody who follows him, however many. https://developer.work.weixin.qq.com/document/path/92114 */
export async function getContact(
  wecom: Wecom,
  externalUserid: string,
  how: Pick<Call, 'priority' | 'deadline'> = {},
): Promise<{ external_contact: ExternalContact; follow_user: FollowUser[] }> {
  let person: ExternalContact | undefined
  const follow_user = await allPages(async (at) => {
    const page = await wecom.call(contact, {
      query: { external_userid: externalUserid, cursor: at || undefined },
      ...how,
    })
    person ??= page.external_contact
    return { items: page.follow_user, next: page.next_cursor }
  })
  return { external_contact: person as ExternalContact, follow_user }
}

const contactsByStaff = api({
  path: 'externalcontact/batch/get_by_user',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({
    external_contact_list: list(contactWithFollow),
    next_cursor: cursor,
    fail_info: z.looseObject({ unlicensed_userid_list: list(z.string()) }).nullish(),
  }),
})

/** A page of customers of ≤ 100 members, ≤ 100 rows. https://developer.work.weixin.qq.com/document/path/92994 */
export async function listContactsByStaff(
  wecom: Wecom,
  request: { userid_list: string[]; cursor?: string; limit?: number },
): Promise<{ external_contact_list: ContactWithFollow[]; next_cursor: string }> {
  return wecom.call(contactsByStaff, { body: { limit: 100, cursor: '', ...request }, priority: 'background' })
}

const remark = api({ path: 'externalcontact/remark', method: 'POST', repeatable: true, answer: nothing })

/**
 * Sets what a member wrote about a customer. `remark` and `remark_company` ≤ 20, `description` ≤ 150 characters;
 * `remark_mobiles` overwrites. https://developer.work.weixin.qq.com/document/path/92115
 */
export async function remarkContact(
  wecom: Wecom,
  request: {
    userid: string
    external_userid: string
    remark?: string
    description?: string
    remark_company?: string
    remark_mobiles?: string[]
  },
): Promise<void> {
  await wecom.call(remark, { body: request })
}

const behaviour = z.looseObject({
  stat_time: number,
  chat_cnt: number.nullish(),
  message_cnt: number.nullish(),
  reply_percentage: z.number().nullish(),
  avg_reply_time: number.nullish(),
  negative_feedback_cnt: number.nullish(),
  new_apply_cnt: number.nullish(),
  new_contact_cnt: number.nullish(),
})
const behaviourData = api({
  path: 'externalcontact/get_user_behavior_data',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ behavior_data: list(behaviour) }),
})

/** Daily figures of members, ≤ 30 days at a time, ≤ 180 days back; times in seconds. https://developer.work.weixin.qq.com/document/path/92132 */
export async function getBehaviour(
  wecom: Wecom,
  request: { userid?: string[]; partyid?: number[]; start_time: number; end_time: number },
): Promise<z.output<typeof behaviour>[]> {
  return (await wecom.call(behaviourData, { body: request, priority: 'background' })).behavior_data
}
