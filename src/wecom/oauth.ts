import { z } from 'zod'
import { api } from './api.ts'
import type { Wecom } from './client.ts'

/**
 * Where a page sends the visitor so that he comes back with a `code`. `redirect` must be on the app's trusted domain, port
 * included; `state` ≤ 128 of [a-zA-Z0-9]. https://developer.work.weixin.qq.com/document/path/91022
 */
export function authorizeUrl(
  wecom: { corpId: string; agentId: number; oauthUrl: string },
  request: { redirect: string; state: string; scope?: 'snsapi_base' | 'snsapi_privateinfo' },
): string {
  const query = new URLSearchParams({
    appid: wecom.corpId,
    redirect_uri: request.redirect,
    response_type: 'code',
    scope: request.scope ?? 'snsapi_base',
    state: request.state,
    agentid: String(wecom.agentId),
  })
  return `${wecom.oauthUrl}?${query}#wechat_redirect`
}

/**
 * Where a desktop browser shows the QR code a member scans with WeCom; he comes back with the same kind of `code`. `redirect`
 * must lie on the app's 授权回调域. https://developer.work.weixin.qq.com/document/path/98152
 */
export function qrLoginUrl(
  { corpId, agentId }: { corpId: string; agentId: number },
  loginUrl: string,
  { redirect, state }: { redirect: string; state: string },
): string {
  const query = new URLSearchParams({
    login_type: 'CorpApp',
    appid: corpId,
    agentid: String(agentId),
    redirect_uri: redirect,
    state,
  })
  return `${loginUrl}?${query}`
}

const visitor = z
  .looseObject({
    userid: z.string().nullish(),
    UserId: z.string().nullish(),
    user_ticket: z.string().nullish(),
    openid: z.string().nullish(),
    OpenId: z.string().nullish(),
    external_userid: z.string().nullish(),
  })
  .transform((answer) => ({
    userid: answer.userid || answer.UserId || undefined,
    openid: answer.openid || answer.OpenId || undefined,
    externalUserid: answer.external_userid || undefined,
    userTicket: answer.user_ticket || undefined,
  }))

/** A member has `userid`; a customer `externalUserid` and `openid`; a stranger only `openid`. */
export type Visitor = z.output<typeof visitor>

// A code is good once: a repetition after a lost answer is refused (40029), and the visitor starts over.
const userInfo = api({ path: 'auth/getuserinfo', method: 'GET', repeatable: true, withinMs: 5_000, answer: visitor })

/** Who came back with this code; it lives five minutes and works once. https://developer.work.weixin.qq.com/document/path/91023 */
export async function whoIs(wecom: Wecom, code: string): Promise<Visitor> {
  return wecom.call(userInfo, { query: { code }, priority: 'urgent' })
}

const userDetail = api({
  path: 'auth/getuserdetail',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({
    userid: z.string(),
    mobile: z.string().nullish(),
    email: z.string().nullish(),
    avatar: z.string().nullish(),
  }),
})

/** What a member let us see, by the ticket of {@link whoIs}. https://developer.work.weixin.qq.com/document/path/95833 */
export async function getVisitorDetail(
  wecom: Wecom,
  userTicket: string,
): Promise<{ userid: string; mobile?: string | null | undefined; email?: string | null | undefined }> {
  return wecom.call(userDetail, { body: { user_ticket: userTicket } })
}
