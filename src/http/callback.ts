import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { Acceptor } from '../inbox/accept.ts'
import { addressOf } from '../inbox/envelope.ts'
import { keyOf } from '../inbox/rows.ts'
import { BadSignature, keySets, openEnvelope, type Receiver, verifyUrl } from '../wecom/crypto.ts'
import { MalformedXml, readXml } from '../wecom/xml.ts'
import { readBody } from './body.ts'
import { errorAnswer } from './errors.ts'
import { newRequestId } from './request-id.ts'

export const callbackPath = '/wecom/callback'

/**
 * The door WeCom knocks at. GET proves that the URL is ours; POST brings one sealed event. Nothing is decrypted before its
 * signature is right; `success` is said only after the event is committed. WeCom doc pages 90930, 90238, 90968.
 * It stands before Koa: of all doors this one must be fast, and needs nothing of what the others need.
 */
export function callbackDoor(
  house: House,
  acceptor: Acceptor,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const receiver: Receiver = { sets: keySets(house.config.wecom), corpId: house.config.wecom.corpId }
  const { metrics, log } = house
  return async (request, response) => {
    const started = performance.now()
    const requestId = newRequestId()
    let status = 200
    let text = 'success'
    let type = 'text/plain; charset=utf-8'
    try {
      const query = new URLSearchParams((request.url ?? '').slice(callbackPath.length))
      if (request.method === 'POST') await store(request, query)
      // The bytes of the plaintext and nothing else: WeCom compares them.
      else if (request.method === 'GET' || request.method === 'HEAD')
        text = guarded(() => verifyUrl(receiver, { ...signatureOf(query), echostr: one(query, 'echostr') }))
      else throw new Refused(400, 'malformed', '回调地址只接受 GET 和 POST')
    } catch (error) {
      const answer = errorAnswer(error)
      if (answer.unexpected) log.error({ requestId, err: error }, 'callback failed')
      status = answer.status
      text = JSON.stringify(answer.body)
      type = 'application/json; charset=utf-8'
      if (answer.retryAfter !== undefined) response.setHeader('Retry-After', answer.retryAfter)
      // Of a body without end enough has been read.
      if (status === 413) response.setHeader('Connection', 'close')
    }
    if (request.method === 'POST') metrics.callbacks.inc({ outcome: outcomes[status] ?? 'unavailable' })
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
    })
    response.end(text)
    const seconds = (performance.now() - started) / 1000
    metrics.http.observe({ method: request.method ?? '', route: callbackPath, status }, seconds)
    const level = status >= 500 ? 'warn' : 'debug'
    log[level]({ requestId, route: callbackPath, status, ms: Math.round(seconds * 1e4) / 10 }, 'request')
  }

  async function store(request: IncomingMessage, query: URLSearchParams): Promise<void> {
    const bytes = await readBody(request)
    const plaintext = guarded(() => openPost(receiver, signatureOf(query), bytes))
    const event = guarded(() => readXml(plaintext))
    await acceptor.accept({
      ...addressOf(event, house.shelves.handlers),
      body: plaintext,
      event,
      key: keyOf(plaintext),
      receivedAt: house.clock.now(),
    })
  }
}

/** Whether a request is for this door, whatever its query. */
export const isCallback = ({ url = '' }: IncomingMessage): boolean =>
  url.startsWith(callbackPath) && (url.length === callbackPath.length || url[callbackPath.length] === '?')

const outcomes: Record<number, string> = { 200: 'stored', 400: 'refused', 403: 'forged', 413: 'too_large' }

function openPost(receiver: Receiver, signature: ReturnType<typeof signatureOf>, bytes: Uint8Array): string {
  try {
    const { Encrypt } = readXml(bytes)
    if (typeof Encrypt === 'string') return openEnvelope(receiver, { ...signature, encrypt: Encrypt }).plaintext
  } catch (error) {
    if (!(error instanceof MalformedXml)) throw error
    // What is not well-formed is only told apart from what is not signed to somebody who could sign it.
    openEnvelope(receiver, { ...signature, encrypt: looseEncrypt(Buffer.from(bytes).toString()) })
    throw error
  }
  throw new BadSignature()
}

function looseEncrypt(text: string): string {
  const start = text.indexOf('<Encrypt>')
  const end = text.indexOf('</Encrypt>', start)
  if (start < 0 || end < 0) throw new BadSignature()
  return text
    .slice(start + '<Encrypt>'.length, end)
    .replace('<![CDATA[', '')
    .replace(']]>', '')
    .trim()
}

/** 403 for the signature, one and the same 400 for everything behind it. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof BadSignature) throw new Refused(403, 'bad_signature', '签名不对')
    throw new Refused(400, 'undecipherable', '消息无法打开')
  }
}

function signatureOf(query: URLSearchParams) {
  return { signature: one(query, 'msg_signature'), timestamp: one(query, 'timestamp'), nonce: one(query, 'nonce') }
}

/** A parameter given twice is no parameter. */
function one(query: URLSearchParams, name: string): string {
  const [value = '', ...more] = query.getAll(name)
  return more.length === 0 ? value : ''
}
