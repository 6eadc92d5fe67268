import { createCipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getSignature } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BadSignature,
  keySets,
  openEnvelope,
  sealEnvelope,
  sealReply,
  signPage,
  Undecipherable,
  verifyUrl,
} from '../../../src/wecom/crypto.ts'
import { readXml } from '../../../src/wecom/xml.ts'

interface Vector {
  id: string
  kind: string
  expect: string
  token: string
  encodingAESKey: string
  receiveId: string
  timestamp: string
  nonce: string
  msg_signature: string
  encrypt: string
  expected_plaintext: string
  expected_receiveid: string
  random16_hex: string
  parts: string[]
  expected_signature: string
  string1: string
}
const vectorFile = new URL('../../fixtures/wecom/crypto-vectors.json', import.meta.url)
const vectors: Vector[] = JSON.parse(readFileSync(vectorFile, 'utf8'))
const published = vectors.filter((vector) => vector.expect === 'ok' && vector.msg_signature)

const corpId = 'wx5823bf96d3bd56c7'
const set = { token: 'QDG6eK', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' }
const other = { token: 'OtherToken', aesKey: 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR' }
const receiver = { sets: [set], corpId }

/** Seals raw bytes with a good signature: what a forger who knows the token but not our checks would send. */
function forge(plain: Buffer): { signature: string; timestamp: string; nonce: string; encrypt: string } {
  const key = Buffer.from(`${set.aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return sign(Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64'))
}

function sign(encrypt: string) {
  return { signature: getSignature(set.token, '1', '2', encrypt), timestamp: '1', nonce: '2', encrypt }
}

function framed(message: Buffer | string, length?: number, id = corpId): Buffer {
  const bytes = Buffer.from(message)
  const head = Buffer.alloc(20, 7)
  head.writeUInt32BE(length ?? bytes.length, 16)
  return Buffer.concat([head, bytes, Buffer.from(id)])
}

function padded(plain: Buffer, fill?: (size: number) => Buffer): Buffer {
  const size = 32 - (plain.length % 32)
  return Buffer.concat([plain, fill ? fill(size) : Buffer.alloc(size, size)])
}

describe('published vectors', () => {
  it('are all here', () => expect(published.length).toBeGreaterThanOrEqual(14))

  it.each(published.map((vector) => [vector.id, vector] as const))('%s opens to the published text', (_, vector) => {
    const keys = { token: vector.token, aesKey: vector.encodingAESKey }
    const envelope = { signature: vector.msg_signature, timestamp: vector.timestamp, nonce: vector.nonce }
    const own = { sets: [keys], corpId: vector.expected_receiveid }
    expect(openEnvelope(own, { ...envelope, encrypt: vector.encrypt })).toEqual({
      plaintext: vector.expected_plaintext,
      setIndex: 0,
    })
    expect(verifyUrl(own, { ...envelope, echostr: vector.encrypt })).toBe(vector.expected_plaintext)
    const at = {
      timestamp: Number(vector.timestamp),
      nonce: vector.nonce,
      random: Buffer.from(vector.random16_hex, 'hex'),
    }
    const sealed = sealEnvelope(keys, own.corpId, vector.expected_plaintext, at)
    expect(sealed).toEqual({ ...envelope, encrypt: vector.encrypt })
  })

  it('of another corp are refused behind a good signature', () => {
    const vector = vectors.find(({ id }) => id === 'go-workwx-post-signature')!
    const own = { sets: [{ token: vector.token, aesKey: vector.encodingAESKey }], corpId: 'ww6a112864f8022910' }
    const { timestamp, nonce, encrypt, msg_signature: signature } = vector
    expect(() => openEnvelope(own, { signature, timestamp, nonce, encrypt })).toThrow(Undecipherable)
  })

  it('sealed with another key are refused', () => {
    const vector = vectors.find(({ id }) => id === 'senparc-testXml-wrong-key')!
    const own = { sets: [{ token: set.token, aesKey: vector.encodingAESKey }], corpId }
    expect(() => openEnvelope(own, sign(vector.encrypt))).toThrow(Undecipherable)
  })

  it('give the published JS-SDK signature, with or without a fragment in the URL', () => {
    const vector = vectors.find(({ kind }) => kind === 'jsapi-signature')!
    const [, ticket = '', nonce = '', timestamp, url] =
      /^jsapi_ticket=(.*)&noncestr=(.*)&timestamp=(\d+)&url=(.*)$/.exec(vector.string1) ?? []
    const page = { ticket, nonce, timestamp: Number(timestamp) }
    expect(signPage({ ...page, url: `${url}` })).toBe(vector.expected_signature)
    expect(signPage({ ...page, url: `${url}#/home` })).toBe(vector.expected_signature)
  })
})

describe('signature', () => {
  const good = sealEnvelope(set, corpId, 'hello', { timestamp: 1, nonce: '2' })

  it.each([
    ['empty', ''],
    ['shorter', good.signature.slice(1)],
    ['longer', `${good.signature}0`],
    ['of multi-byte characters', '签'.repeat(40)],
    ['in upper case', good.signature.toUpperCase()],
    ['one digit off', good.signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ])('%s is refused', (_, signature) => {
    expect(() => openEnvelope(receiver, { ...good, signature })).toThrow(BadSignature)
  })

  it('is checked before anything is decrypted', () => {
    expect(() => openEnvelope(receiver, { ...good, encrypt: 'garbage' })).toThrow(BadSignature)
  })

  it('covers timestamp, nonce and text', () => {
    for (const change of [{ timestamp: '9' }, { nonce: '9' }, { encrypt: `${good.encrypt} ` }])
      expect(() => openEnvelope(receiver, { ...good, ...change })).toThrow(BadSignature)
  })
})

describe('behind a good signature', () => {
  it.each([
    ['an empty text', sign('')],
    ['not base64', sign('%%%')],
    ['a base64 length that is no block', sign(Buffer.alloc(31).toString('base64'))],
    ['one block only', forge(Buffer.alloc(16, 16))],
    ['no padding', forge(framed('x'.repeat(64 - 20 - corpId.length)))],
    ['padding 0', forge(padded(framed('hi'), (size) => Buffer.alloc(size)))],
    ['padding above 32', forge(padded(framed('hi'), (size) => Buffer.alloc(size, 200)))],
    ['unequal padding', forge(padded(framed('hi'), (size) => Buffer.from([...Buffer.alloc(size - 1, 9), size])))],
    [
      'padding to 16 instead of 32',
      forge(Buffer.concat([framed('x'.repeat(66 - 20 - corpId.length)), Buffer.alloc(14, 14)])),
    ],
    ['a length of 4 GiB', forge(padded(framed('hi', 0xffffffff)))],
    ['a length one too long', forge(padded(framed('hi', 3)))],
    ['a length one too short', forge(padded(framed('hi', 1)))],
    ['the receiveid of another corp', forge(padded(framed('hi', undefined, 'ww0000000000000000')))],
    ['no receiveid', forge(padded(framed('hi', undefined, '')))],
    ['text that is not UTF-8', forge(padded(framed(Buffer.from([0xff, 0xfe]))))],
  ])('%s is refused like any other', (_, envelope) => {
    expect(() => openEnvelope(receiver, envelope)).toThrow(new Undecipherable())
  })

  it('junk inside the base64 is refused', () => {
    const { encrypt } = forge(padded(framed('hi')))
    expect(openEnvelope(receiver, sign(encrypt)).plaintext).toBe('hi')
    for (const junk of [
      `${encrypt}\n`,
      ` ${encrypt}`,
      `${encrypt.slice(0, 4)}*${encrypt.slice(4)}`,
      encrypt.replace(/=*$/, '==='),
    ])
      expect(() => openEnvelope(receiver, sign(junk))).toThrow(Undecipherable)
  })

  it('no bytes at all make it throw anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        expect(() => openEnvelope(receiver, forge(Buffer.from(bytes.subarray(0, bytes.length & ~15))))).toThrow(
          Undecipherable,
        )
      }),
    )
  })
})

describe('sealing and opening', () => {
  it('gives back any text, so every padding from 1 to 32', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const envelope = sealEnvelope(set, corpId, text, { timestamp: 1409659813, nonce: 'n' })
        expect(openEnvelope(receiver, envelope)).toEqual({ plaintext: text, setIndex: 0 })
      }),
    )
    for (let length = 0; length <= 64; length++) {
      const envelope = sealEnvelope(set, corpId, 'x'.repeat(length), { timestamp: 1, nonce: '' })
      expect(openEnvelope(receiver, envelope).plaintext).toHaveLength(length)
    }
  })

  it('an echostr whose plus signs came unescaped is understood', () => {
    let tries = 0
    let sealed = sealEnvelope(set, corpId, '1616140317555161061', { timestamp: 1, nonce: '2' })
    while (!sealed.encrypt.includes('+') && tries++ < 500)
      sealed = sealEnvelope(set, corpId, '1616140317555161061', { timestamp: 1, nonce: '2' })
    expect(sealed.encrypt).toContain('+')
    expect(verifyUrl(receiver, { ...sealed, echostr: sealed.encrypt.replaceAll('+', ' ') })).toBe('1616140317555161061')
  })

  it('a passive reply carries the signed parts WeCom reads', () => {
    const reply = readXml(sealReply(set, corpId, '<xml></xml>', { timestamp: 1409659813, nonce: '1372623149' }))
    expect(Object.keys(reply)).toEqual(['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'])
    const envelope = {
      signature: String(reply.MsgSignature),
      timestamp: String(reply.TimeStamp),
      nonce: String(reply.Nonce),
      encrypt: String(reply.Encrypt),
    }
    expect(openEnvelope(receiver, envelope).plaintext).toBe('<xml></xml>')
  })
})

describe('while keys are rotated', () => {
  const at = { timestamp: 1, nonce: '2' }

  it('messages of both sets open, and it is told which', () => {
    const both = { sets: [set, other], corpId }
    expect(openEnvelope(both, sealEnvelope(set, corpId, 'new', at))).toEqual({ plaintext: 'new', setIndex: 0 })
    expect(openEnvelope(both, sealEnvelope(other, corpId, 'old', at))).toEqual({ plaintext: 'old', setIndex: 1 })
  })

  it('a token kept while the key changes opens with either key', () => {
    const sets = keySets({ ...set, aesKeyOld: other.aesKey })
    const old = sealEnvelope({ token: set.token, aesKey: other.aesKey }, corpId, 'old', at)
    expect(openEnvelope({ sets, corpId }, old)).toEqual({ plaintext: 'old', setIndex: 1 })
  })

  it('a set that was withdrawn is refused', () => {
    expect(() => openEnvelope(receiver, sealEnvelope(other, corpId, 'old', at))).toThrow(BadSignature)
  })

  it('without an old pair there is one set', () => expect(keySets(set)).toEqual([set]))
})
