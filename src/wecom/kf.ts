import { z } from 'zod'
import { api, cursor, list, number } from './api.ts'
import type { Wecom } from './client.ts'
import { isErrcode } from './failure.ts'

const account = z.looseObject({
  open_kfid: z.string(),
  name: z.string(),
  avatar: z.string().nullish(),
  /** Whether the app may manage the account's sessions. */
  manage_privilege: z.boolean().nullish(),
})
export type KfAccount = z.output<typeof account>

const accountList = api({
  path: 'kf/account/list',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ account_list: list(account) }),
})

/** Every 客服 account the app may see. https://developer.work.weixin.qq.com/document/path/94661 */
export async function listKfAccounts(wecom: Wecom): Promise<KfAccount[]> {
  const all: KfAccount[] = []
  const limit = 100
  for (;;) {
    const { account_list } = await wecom.call(accountList, { body: { offset: all.length, limit } })
    all.push(...account_list)
    if (account_list.length < limit) return all
  }
}

const way = api({
  path: 'kf/add_contact_way',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ url: z.string() }),
})

/** A link that opens a chat; `scene` ≤ 32 of [0-9a-zA-Z_-] comes back in enter_session. https://developer.work.weixin.qq.com/document/path/94665 */
export async function addKfContactWay(wecom: Wecom, openKfId: string, scene: string): Promise<string> {
  return (await wecom.call(way, { body: { open_kfid: openKfId, scene } })).url
}

const event = z.looseObject({
  event_type: z.string(),
  open_kfid: z.string().nullish(),
  external_userid: z.string().nullish(),
  scene: z.string().nullish(),
  scene_param: z.string().nullish(),
  welcome_code: z.string().nullish(),
  fail_msgid: z.string().nullish(),
  fail_type: number.nullish(),
})
const message = z.looseObject({
  msgid: z.string(),
  /** Absent when `msgtype` is event: then it stands inside `event`. */
  open_kfid: z.string().nullish(),
  external_userid: z.string().nullish(),
  /** Seconds. */
  send_time: number,
  /** 3 customer, 4 system event, 5 a servicer in the client. */
  origin: number.nullish(),
  servicer_userid: z.string().nullish(),
  msgtype: z.string(),
  event: event.nullish(),
})
export type KfMessage = z.output<typeof message>

const sync = api({
  path: 'kf/sync_msg',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ next_cursor: cursor, has_more: number.nullish(), msg_list: list(message) }),
})

/**
 * The next page of an account's log (three days are kept). Keep `next_cursor` after each page; go on while `has_more` is 1,
 * even past an empty page. `token` from the callback lifts a strict limit for ten minutes; GiveUp `wecom_95007` when it is bad.
 * https://developer.work.weixin.qq.com/document/path/94670
 */
export async function syncKfMessages(
  wecom: Wecom,
  request: { open_kfid: string; cursor?: string; token?: string; limit?: number },
): Promise<{ next_cursor: string; has_more?: number | null | undefined; msg_list: KfMessage[] }> {
  const { token, ...rest } = request
  return wecom.call(sync, { body: { cursor: '', limit: 1000, voice_format: 0, ...rest, ...(token ? { token } : {}) } })
}

/** A message as WeCom spells it: `msgtype` and an object of that name. text ≤ 2048 bytes, msgmenu ≤ 10 items. */
export type KfContent = { msgtype: string } & Record<string, unknown>

const sent = z.looseObject({ msgid: z.string().nullish() })
const send = api({ path: 'kf/send_msg', method: 'POST', repeatable: true, answer: sent })

/**
 * Answers a customer: within 48 hours of his last message, ≤ 5 since then. `msgid` (≤ 32 of [0-9a-zA-Z_-]) makes it happen
 * once however often it is asked for. No failure is no proof of delivery: watch `msg_send_fail`.
 * GiveUp `wecom_95001`, `wecom_95002`: the customer must write first. https://developer.work.weixin.qq.com/document/path/94677
 */
export async function sendKfMessage(
  wecom: Wecom,
  request: { touser: string; open_kfid: string; msgid: string } & KfContent,
): Promise<{ msgid: string }> {
  try {
    return { msgid: (await wecom.call(send, { body: request })).msgid ?? request.msgid }
  } catch (failure) {
    if (isErrcode(failure, 95033)) return { msgid: request.msgid }
    throw failure
  }
}

const sendOnEvent = api({
  path: 'kf/send_msg_on_event',
  method: 'POST',
  repeatable: false,
  withinMs: 3_000,
  answer: sent,
})

/** Answers an event by its code, once; a welcome_code lives 20 seconds. Text or msgmenu. https://developer.work.weixin.qq.com/document/path/95122 */
export async function sendKfEventMessage(
  wecom: Wecom,
  request: { code: string; msgid?: string } & KfContent,
  deadline?: Date,
): Promise<{ msgid: string | undefined }> {
  const call = { body: request, priority: 'urgent' as const, ...(deadline ? { deadline } : {}) }
  return { msgid: (await wecom.call(sendOnEvent, call)).msgid ?? request.msgid }
}

/** `service_state` 0 untouched, 1 bot, 2 waiting pool, 3 a servicer, 4 ended. */
const state = z.looseObject({ service_state: number, servicer_userid: z.string().nullish() })
const getState = api({ path: 'kf/service_state/get', method: 'POST', repeatable: true, answer: state })

/** https://developer.work.weixin.qq.com/document/path/94669 */
export async function getKfState(
  wecom: Wecom,
  session: { open_kfid: string; external_userid: string },
): Promise<z.output<typeof state>> {
  return wecom.call(getState, { body: session })
}

const moveState = api({
  path: 'kf/service_state/trans',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ msg_code: z.string().nullish() }),
})

/** Moves a session, e.g. to a person (3 with `servicer_userid`). https://developer.work.weixin.qq.com/document/path/94669 */
export async function moveKfState(
  wecom: Wecom,
  request: { open_kfid: string; external_userid: string; service_state: number; servicer_userid?: string },
): Promise<{ msg_code?: string | null | undefined }> {
  return wecom.call(moveState, { body: request })
}

const customer = z.looseObject({
  external_userid: z.string(),
  nickname: z.string().nullish(),
  avatar: z.string().nullish(),
  gender: number.nullish(),
  unionid: z.string().nullish(),
})
export type KfCustomer = z.output<typeof customer>

const customers = api({
  path: 'kf/customer/batchget',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ customer_list: list(customer), invalid_external_userid: list(z.string()) }),
})

/** Who wrote, ≤ 100 at a time, only those active in the last 48 hours. https://developer.work.weixin.qq.com/document/path/95159 */
export async function getKfCustomers(
  wecom: Wecom,
  externalUserids: string[],
): Promise<{ customer_list: KfCustomer[]; invalid_external_userid: string[] }> {
  return wecom.call(customers, { body: { external_userid_list: externalUserids, need_enter_session_context: 0 } })
}

const servicerList = api({
  path: 'kf/servicer/list',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({
    servicer_list: list(z.looseObject({ userid: z.string().nullish(), status: number.nullish() })),
  }),
})

/** Members who receive an account's sessions; `status` 0 receiving, 1 paused. https://developer.work.weixin.qq.com/document/path/94645 */
export async function listKfServicers(
  wecom: Wecom,
  openKfId: string,
): Promise<{ userid?: string | null | undefined; status?: number | null | undefined }[]> {
  return (await wecom.call(servicerList, { query: { open_kfid: openKfId } })).servicer_list
}
