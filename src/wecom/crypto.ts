import { createHash, timingSafeEqual } from 'node:crypto'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'

/** Token and EncodingAESKey of one 接收消息 registration. */
export interface KeySet {
  token: string
  /** 43 characters, used as WeCom shows it: often not canonical base64. */
  aesKey: string
}

/** Who we are: our corp, and every key set still in force (two while keys are rotated). */
export interface Receiver {
  sets: readonly KeySet[]
  corpId: string
}

/** One sealed message as it arrived, each value URL-decoded. */
export interface Envelope {
  signature: string
  timestamp: string
  nonce: string
  encrypt: string
}

/** None of our tokens made this signature. */
export class BadSignature extends Error {
  constructor() {
    super('the signature was not made with any of our tokens')
    this.name = 'BadSignature'
  }
}

/** Behind a good signature: not our key, not well-formed, or not for our corp. Outside, all of these look the same. */
export class Undecipherable extends Error {
  constructor(options?: ErrorOptions) {
    super('the message cannot be opened', options)
    this.name = 'Undecipherable'
  }
}

/**
 * Checks the signature in constant time, decrypts, and refuses whatever is not exactly what WeCom would have sent to us.
 * `setIndex` tells which key set opened it. WeCom doc page 90968.
 * @throws {BadSignature} before anything is decrypted
 * @throws {Undecipherable}
 */
export function openEnvelope(receiver: Receiver, envelope: Envelope): { plaintext: string; setIndex: number } {
  const signed = receiver.sets.map((set) =>
    isSame(getSignature(set.token, envelope.timestamp, envelope.nonce, envelope.encrypt), envelope.signature),
  )
  if (!signed.includes(true)) throw new BadSignature()
  for (const [setIndex, set] of receiver.sets.entries()) {
    // A rotation may keep the token and change only the key, so a good signature does not yet choose the set.
    if (!signed[setIndex]) continue
    const plaintext = decipher(set.aesKey, receiver.corpId, envelope.encrypt)
    if (plaintext !== undefined) return { plaintext, setIndex }
  }
  throw new Undecipherable()
}

/**
 * Answers the check WeCom makes when the callback URL is saved: the plaintext to echo within one second. WeCom doc page 90930.
 * @throws {BadSignature} {@link Undecipherable}
 */
export function verifyUrl(receiver: Receiver, query: Omit<Envelope, 'encrypt'> & { echostr: string }): string {
  // A `+` that was not percent-encoded has become a space on its way through a query parser; base64 has no spaces.
  return openEnvelope(receiver, { ...query, encrypt: query.echostr.replaceAll(' ', '+') }).plaintext
}

/** Seals a message the way WeCom does. `timestamp` is in seconds; `random` (16 bytes) only to reproduce a published vector. */
export function sealEnvelope(
  set: KeySet,
  corpId: string,
  plaintext: string,
  at: { timestamp: number; nonce: string; random?: Buffer },
): Envelope {
  const sealed = encrypt(set.aesKey, plaintext, corpId, at.random)
  return {
    signature: getSignature(set.token, at.timestamp, at.nonce, sealed),
    timestamp: String(at.timestamp),
    nonce: at.nonce,
    encrypt: sealed,
  }
}

/** The body of a passive reply (被动回复) around an inner XML. WeCom doc pages 90930, 90241. */
export function sealReply(...parameters: Parameters<typeof sealEnvelope>): string {
  const sealed = sealEnvelope(...parameters)
  return `<xml>
<Encrypt><![CDATA[${sealed.encrypt}]]></Encrypt>
<MsgSignature><![CDATA[${sealed.signature}]]></MsgSignature>
<TimeStamp>${sealed.timestamp}</TimeStamp>
<Nonce><![CDATA[${sealed.nonce}]]></Nonce>
</xml>`
}

/** The key sets in force, newest first; an old token or key alone is completed with its current partner. */
export function keySets(wecom: { token: string; aesKey: string; tokenOld?: string; aesKeyOld?: string }): KeySet[] {
  const { token, aesKey, tokenOld, aesKeyOld } = wecom
  const sets = [{ token, aesKey }]
  if (tokenOld || aesKeyOld) sets.push({ token: tokenOld || token, aesKey: aesKeyOld || aesKey })
  return sets
}

/** The signature wx.config and wx.agentConfig want; `url` may carry its fragment. WeCom doc page 90506. */
export function signPage(page: { ticket: string; nonce: string; timestamp: number; url: string }): string {
  const [url] = page.url.split('#', 1)
  const text = `jsapi_ticket=${page.ticket}&noncestr=${page.nonce}&timestamp=${page.timestamp}&url=${url}`
  return createHash('sha1').update(text).digest('hex')
}

function decipher(aesKey: string, corpId: string, sealed: string): string | undefined {
  try {
    const { message, id, random } = decrypt(aesKey, sealed)
    // The library trusts padding, length, base64 and UTF-8. All four are right exactly when sealing again gives the same text.
    if (id === corpId && isSame(encrypt(aesKey, message, id, random), sealed)) return message
  } catch {
    // Whatever the library throws at garbage means one thing only; telling more would help an attacker.
  }
  return undefined
}

function isSame(expected: string, given: string): boolean {
  const a = Buffer.from(expected)
  const b = Buffer.from(given)
  return a.length === b.length && timingSafeEqual(a, b)
}
