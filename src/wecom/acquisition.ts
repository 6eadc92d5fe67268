import { z } from 'zod'
import { allPages, api, cursor, list, nothing, number } from './api.ts'
import type { Wecom } from './client.ts'

const family = 'externalcontact/customer_acquisition'

/** What a 获客链接 is made of. https://developer.work.weixin.qq.com/document/path/97297 */
export interface AcquisitionLinkRequest {
  /** ≤ 30 characters. */
  link_name: string
  /** ≤ 500 people in all. */
  range: { user_list: string[] }
  skip_verify: boolean
  /** 1: whoever already knows somebody of the corp is led to him. */
  priority_option?: { priority_type: 1 | 2; priority_userid_list?: string[] }
}

const link = z.looseObject({
  link_id: z.string().nullish(),
  link_name: z.string().nullish(),
  url: z.string(),
  create_time: number.nullish(),
  skip_verify: z.boolean().nullish(),
})

const create = api({
  path: `${family}/create_link`,
  method: 'POST',
  repeatable: false,
  answer: z.looseObject({ link: link.extend({ link_id: z.string() }) }),
})

/** Makes a link. After OutcomeUnknown look among {@link listLinks}. https://developer.work.weixin.qq.com/document/path/97297 */
export async function createLink(
  wecom: Wecom,
  request: AcquisitionLinkRequest,
): Promise<{ linkId: string; url: string }> {
  const { link } = await wecom.call(create, { body: request })
  return { linkId: link.link_id, url: link.url }
}

const update = api({ path: `${family}/update_link`, method: 'POST', repeatable: true, answer: nothing })

/** https://developer.work.weixin.qq.com/document/path/97297 */
export async function updateLink(
  wecom: Wecom,
  request: { link_id: string } & Partial<AcquisitionLinkRequest>,
): Promise<void> {
  await wecom.call(update, { body: request })
}

const remove = api({ path: `${family}/delete_link`, method: 'POST', repeatable: true, answer: nothing })

/** https://developer.work.weixin.qq.com/document/path/97297 */
export async function deleteLink(wecom: Wecom, linkId: string): Promise<void> {
  await wecom.call(remove, { body: { link_id: linkId } })
}

const get = api({
  path: `${family}/get`,
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({
    link,
    range: z.looseObject({ user_list: list(z.string()), department_list: list(number) }).nullish(),
  }),
})

/** https://developer.work.weixin.qq.com/document/path/97297 */
export async function getLink(
  wecom: Wecom,
  linkId: string,
): Promise<{ url: string; name: string; staff: string[]; createdAt: Date | null; skipVerify: boolean }> {
  const { link, range } = await wecom.call(get, { body: { link_id: linkId }, priority: 'background' })
  return {
    url: link.url,
    name: link.link_name ?? '',
    staff: range?.user_list ?? [],
    createdAt: link.create_time ? new Date(link.create_time * 1000) : null,
    skipVerify: link.skip_verify ?? true,
  }
}

const page = api({
  path: `${family}/list_link`,
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ link_id_list: list(z.string()), next_cursor: cursor }),
})

/** Ids of the links this app made and nobody deleted. https://developer.work.weixin.qq.com/document/path/97297 */
export async function listLinks(wecom: Wecom): Promise<string[]> {
  return allPages(async (at) => {
    const { link_id_list, next_cursor } = await wecom.call(page, {
      body: { limit: 100, ...(at ? { cursor: at } : {}) },
    })
    return { items: link_id_list, next: next_cursor }
  })
}

const quota = api({
  path: `${family}_quota`,
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({
    total: number,
    balance: number,
    quota_list: list(z.looseObject({ expire_date: number, balance: number })),
  }),
})

export interface Quota {
  /** Ever bought. */
  total: number
  /** Left. */
  balance: number
  /** What is left, by the day on which it is lost; soonest first. */
  lots: { expiresAt: Date; balance: number }[]
}

/** How many customers may still be acquired. https://developer.work.weixin.qq.com/document/path/97375 */
export async function readQuota(wecom: Wecom): Promise<Quota> {
  const { total, balance, quota_list } = await wecom.call(quota, { priority: 'background' })
  const lots = quota_list.map((lot) => ({ expiresAt: new Date(lot.expire_date * 1000), balance: lot.balance }))
  return { total, balance, lots: lots.sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()) }
}

const statistic = api({
  path: `${family}/statistic`,
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ click_link_customer_cnt: number, new_customer_cnt: number }),
})

/** Clicks and new customers of a link; at most 30 days at once, 180 back; times in seconds. https://developer.work.weixin.qq.com/document/path/97375 */
export async function readLinkFigures(
  wecom: Wecom,
  linkId: string,
  from: Date,
  to: Date,
): Promise<{ clicks: number; customers: number }> {
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000)
  const answer = await wecom.call(statistic, {
    body: { link_id: linkId, start_time: seconds(from), end_time: seconds(to) },
    priority: 'background',
  })
  return { clicks: answer.click_link_customer_cnt, customers: answer.new_customer_cnt }
}
