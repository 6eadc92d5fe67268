import type { IncomingMessage, ServerResponse } from 'node:http'
import { acquisitionApis } from './api/acquisition.ts'
import { contactWayApis } from './api/contact-ways.ts'
import { corpApis } from './api/corp.ts'
import { customerApis } from './api/customers.ts'
import type { Api, Apis } from './api/definition.ts'
import { groupChatApis } from './api/group-chats.ts'
import { groupSendApis } from './api/group-send.ts'
import { kfApis } from './api/kf.ts'
import { mediaApis } from './api/media.ts'
import { messageApis } from './api/message.ts'
import { tagApis } from './api/tags.ts'
import { transferApis } from './api/transfers.ts'
import { welcomeApis } from './api/welcome.ts'
import { WecomError } from './errcodes.ts'
import { strike } from './faults.ts'
import { type Fields, isFields } from './fields.ts'
import { settleTransfers } from './transferring.ts'
import type { Wecom } from './wecom.ts'

const apis: Apis = {
  ...corpApis,
  ...customerApis,
  ...tagApis,
  ...contactWayApis,
  ...acquisitionApis,
  ...welcomeApis,
  ...groupSendApis,
  ...transferApis,
  ...groupChatApis,
  ...messageApis,
  ...mediaApis,
  ...kfApis,
}

const secrets = new Set(['access_token', 'corpsecret'])
/** Calls per API and minute, as the platform allows one corp (WeCom doc 90312). */
const perMinute = 10_000
const counters = new WeakMap<Wecom, Map<string, number[]>>()

/** Answers one request below /cgi-bin/, HTTP 200 whatever happens. */
export async function answerApi(
  wecom: Wecom,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
) {
  const raw = await readBody(request)
  const fault = strike(wecom.faults, path, wecom.random)
  if (fault?.slowMs) await new Promise((resolve) => setTimeout(resolve, fault.slowMs))
  if (fault?.drop === 'before') return void request.socket.destroy()
  settleTransfers(wecom)
  const api = apis[path]
  const parsed = parse(request, raw)
  let answer: Fields
  try {
    if (!api) throw new WecomError(40066)
    if (api.method === 'POST' && request.method !== 'POST')
      throw new WecomError(40058, 'invalid Request Parameter, POST expected')
    if (!api.open) checkToken(wecom, query)
    if (wecom.faults.untrustedIp) throw new WecomError(60020)
    checkPace(wecom, path)
    if (fault?.errcode !== undefined) throw new WecomError(fault.errcode)
    const contentType = request.headers['content-type'] ?? ''
    answer = succeeded(wecom, path, await api.answer({ query, body: parsed.body, raw, contentType }, wecom))
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    answer = failed(wecom, request, api, error)
  }
  if (parsed.broken) answer.errmsg = `Warning: wrong json format. ${answer.errmsg ?? ''}`
  record(wecom, request, path, query, parsed.body, answer)
  if (fault?.drop === 'after') return void request.socket.destroy()
  const text = JSON.stringify(answer)
  response.writeHead(200, {
    'content-type': 'application/json; charset=UTF-8',
    'error-code': String(answer.errcode ?? 0),
  })
  response.end(text)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function parse(request: IncomingMessage, raw: Buffer): { body: Fields; broken: boolean } {
  if (!raw.length) return { body: {}, broken: false }
  if (request.headers['content-type']?.startsWith('multipart/'))
    return { body: { media: `${raw.length} bytes` }, broken: false }
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'))
    return isFields(value) ? { body: value, broken: false } : { body: {}, broken: true }
  } catch {
    return { body: {}, broken: true }
  }
}

function checkToken(wecom: Wecom, query: URLSearchParams) {
  const token = query.get('access_token')
  if (!token) throw new WecomError(41001)
  const held = wecom.world.tokens[token]
  if (!held || held.killed) throw new WecomError(40014)
  if (held.until <= wecom.now()) throw new WecomError(42001)
}

function checkPace(wecom: Wecom, path: string) {
  const all = counters.get(wecom) ?? new Map<string, number[]>()
  counters.set(wecom, all)
  const minute = Math.floor(wecom.now() / 60_000)
  const [held, count = 0] = all.get(path) ?? []
  const now = held === minute ? count + 1 : 1
  all.set(path, [minute, now])
  if (now > perMinute) throw new WecomError(45009)
}

function succeeded(wecom: Wecom, path: string, fields: Fields): Fields {
  // Success is errcode absent or 0, and errmsg says nothing.
  if (wecom.faults.variety && Object.keys(fields).length && wecom.random() < 0.08) return { ...fields }
  return { errcode: 0, errmsg: path.startsWith('media/') ? '' : 'ok', ...fields }
}

function failed(wecom: Wecom, request: IncomingMessage, api: Api | undefined, error: WecomError): Fields {
  const hint = `${wecom.seconds()}_${Math.floor(wecom.random() * 90) + 10}_${wecom.id('', 32).toLowerCase()}`
  const ip = request.socket.remoteAddress ?? 'unknown'
  const more = `more info at https://open.work.weixin.qq.com/devtool/query?e=${error.errcode}`
  return {
    ...api?.empty,
    errcode: error.errcode,
    errmsg: `${error.message}, hint: [${hint}], from ip: ${ip}, ${more}`,
    ...error.extra,
  }
}

function record(
  wecom: Wecom,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  body: Fields,
  answer: Fields,
) {
  wecom.calls.push({
    at: wecom.now(),
    method: request.method ?? '',
    path,
    query: Object.fromEntries([...query].filter(([name]) => !secrets.has(name))),
    body,
    answer,
  })
  if (wecom.calls.length > 50_000) wecom.calls.splice(0, 25_000)
  wecom.changed()
}
