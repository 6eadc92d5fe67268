import type { Middleware } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { Acceptor } from '../inbox/accept.ts'
import { addressOf } from '../inbox/envelope.ts'
import { keyOf } from '../inbox/rows.ts'
import { BadSignature, keySets, openEnvelope, type Receiver, verifyUrl } from '../wecom/crypto.ts'
import { MalformedXml, readXml } from '../wecom/xml.ts'
import { readBody } from './body.ts'

export const callbackPath = '/wecom/callback'

/**
 * The door WeCom knocks at. GET proves that the URL is ours; POST brings one sealed event. Nothing is decrypted before its
 * signature is right; `success` is said only after the event is committed. WeCom doc pages 90930, 90238, 90968.
 */
export function callbackDoor(house: House, acceptor: Acceptor): Middleware {
  const receiver: Receiver = { sets: keySets(house.config.wecom), corpId: house.config.wecom.corpId }
  const { callbacks } = house.metrics
  return async (ctx) => {
    const { method } = ctx
    if (method === 'GET' || method === 'HEAD') {
      const echostr = one(ctx.query.echostr)
      ctx.type = 'text/plain'
      // The bytes of the plaintext and nothing else: WeCom compares them.
      ctx.body = guarded(() => verifyUrl(receiver, { ...signatureOf(ctx.query), echostr }))
      return
    }
    if (method !== 'POST') {
      ctx.set('Allow', 'GET, HEAD, POST')
      throw new Refused(400, 'malformed', '回调地址只接受 GET 和 POST')
    }
    try {
      const bytes = await readBody(ctx.req)
      const plaintext = guarded(() => openPost(receiver, signatureOf(ctx.query), bytes))
      const event = guarded(() => readXml(plaintext))
      await acceptor.accept({
        ...addressOf(event, house.shelves.handlers),
        body: plaintext,
        event,
        key: keyOf(plaintext),
        receivedAt: house.clock.now(),
      })
    } catch (error) {
      callbacks.inc({ outcome: outcomes[error instanceof Refused ? error.status : 503] ?? 'unavailable' })
      throw error
    }
    callbacks.inc({ outcome: 'stored' })
    ctx.type = 'text/plain'
    ctx.body = 'success'
  }
}

const outcomes: Record<number, string> = { 400: 'refused', 403: 'forged', 413: 'too_large' }

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

function signatureOf(query: Record<string, string | string[] | undefined>) {
  return { signature: one(query.msg_signature), timestamp: one(query.timestamp), nonce: one(query.nonce) }
}

/** A parameter given twice is no parameter. */
const one = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '')
