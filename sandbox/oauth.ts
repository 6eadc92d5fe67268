import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Wecom } from './wecom.ts'

export const personCookie = 'sandbox_person'

/**
 * WeCom's web authorization, silent as in the client: whoever is chosen on the sandbox page comes back with a code at once; with
 * nobody chosen one is asked who one is. A person is `staff:USERID`, `customer:EXTERNAL_USERID` or `stranger:OPENID`.
 */
export function answerAuthorize(
  wecom: Wecom,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
) {
  const fault = refusal(wecom, query)
  if (fault) return page(response, 200, `<h1>无法授权</h1><p>${escapeHtml(fault)}</p>`)
  const person = query.get(personCookie) ?? cookieOf(request)
  if (!person || !exists(wecom, person)) return chooser(wecom, response, query)
  const code = wecom.secret(43)
  wecom.world.oauthCodes[code] = {
    person,
    until: wecom.now() + 300_000,
    used: false,
    scope: query.get('scope') ?? 'snsapi_base',
  }
  const back = new URL(query.get('redirect_uri') ?? '')
  back.searchParams.set('code', code)
  back.searchParams.set('state', query.get('state') ?? '')
  response.writeHead(302, {
    location: back.href,
    'set-cookie': `${personCookie}=${encodeURIComponent(person)}; Path=/; SameSite=Lax`,
  })
  response.end()
}

function refusal(wecom: Wecom, query: URLSearchParams): string | undefined {
  if (query.get('appid') !== wecom.settings.corpId) return 'appid 不是本企业（40013）'
  if (query.get('response_type') !== 'code') return 'response_type 必须是 code'
  if (!['snsapi_base', 'snsapi_privateinfo'].includes(query.get('scope') ?? '')) return 'scope 不正确'
  if (!/^[a-zA-Z0-9]{0,128}$/.test(query.get('state') ?? '')) return 'state 只能是 128 个以内的字母和数字'
  if (query.get('scope') === 'snsapi_privateinfo' && query.get('agentid') !== String(wecom.settings.agentId))
    return 'snsapi_privateinfo 需要带上 agentid'
  let target: URL
  try {
    target = new URL(query.get('redirect_uri') ?? '')
  } catch {
    return 'redirect_uri 不正确'
  }
  const { trustedDomain } = wecom.settings
  if (trustedDomain && target.host !== trustedDomain)
    return 'redirect_uri 与应用的可信域名不一致（50001），端口也要一致'
  return undefined
}

export function cookieOf(request: IncomingMessage): string | undefined {
  const found = (request.headers.cookie ?? '').split(/;\s*/).find((item) => item.startsWith(`${personCookie}=`))
  return found ? decodeURIComponent(found.slice(personCookie.length + 1)) : undefined
}

export function exists(wecom: Wecom, person: string): boolean {
  const [kind, id = ''] = person.split(':')
  if (kind === 'staff') return wecom.world.staff.some((item) => item.userid === id && !item.leftAt)
  if (kind === 'customer') return wecom.world.customers[id] !== undefined
  return kind === 'stranger' && id.length > 0
}

function chooser(wecom: Wecom, response: ServerResponse, query: URLSearchParams) {
  const link = (person: string, name: string, about: string) => {
    const again = new URLSearchParams(query)
    again.set(personCookie, person)
    return `<a href="?${escapeHtml(again.toString())}"><b>${escapeHtml(name)}</b><span>${escapeHtml(about)}</span></a>`
  }
  const staff = wecom.world.staff
    .filter((item) => !item.leftAt)
    .map((item) => link(`staff:${item.userid}`, item.name, item.position))
  const customers = Object.values(wecom.world.customers)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, 40)
    .map((item) => link(`customer:${item.external_userid}`, item.name, item.about ?? '微信客户'))
  const stranger = link('stranger:oSandboxStranger0000000001', '一位陌生人', '别人转发给他的，不是我们的客户')
  page(
    response,
    200,
    `<h1>你现在是谁？</h1><p>在真实的企业微信和微信里不会有这一页：客户端知道你是谁。</p>
<h2>成员</h2><nav>${staff.join('')}</nav><h2>客户（最近 40 位）</h2><nav>${customers.join('')}</nav><h2>其他</h2><nav>${stranger}</nav>`,
  )
}

export function page(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>沙盒企业微信</title><link rel="stylesheet" href="/page/plain.css"><main>${body}</main></html>`)
}

export const escapeHtml = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
