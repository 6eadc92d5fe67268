import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refused } from '../../../src/failures.ts'
import { type KeySet, sealEnvelope } from '../../../src/wecom/crypto.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type TestServer, testServer } from '../../support/server.ts'

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
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/wecom/crypto-vectors.json'), 'utf8'),
) as Vector[]

let house: TestHouse
let door: TestServer
const more: TestServer[] = []
beforeAll(async () => {
  // The door needs to know the handlers; what the worker does later is not its business.
  house = await testHouse({
    db: await testDatabase(),
    shelves: { jobs: new Map(), channels: new Map(), skills: new Map() },
  })
  door = await testServer(house)
})
afterAll(async () => {
  for (const one of [door, ...more]) await one.close()
})

const rows = () =>
  house.db.query<{ path: string; body: string; lane: string; state: string }>(
    'SELECT path, body, lane, state FROM inbox ORDER BY id',
  )

const envelope = (encrypt: string) =>
  `<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`
const search = (signature: string, timestamp: string, nonce: string, echostr?: string) =>
  new URLSearchParams({ msg_signature: signature, timestamp, nonce, ...(echostr === undefined ? {} : { echostr }) })

let nonces = 0
function sealed(plaintext: string, set: KeySet = house.config.wecom, corpId = house.config.wecom.corpId) {
  const { signature, timestamp, nonce, encrypt } = sealEnvelope(set, corpId, plaintext, {
    timestamp: 1_700_000_000,
    nonce: `n${nonces++}`,
  })
  return { query: search(signature, timestamp, nonce), encrypt }
}
const post = (query: URLSearchParams, body: string | Uint8Array<ArrayBuffer>, to = door) =>
  fetch(`${to.url}/wecom/callback?${query}`, { method: 'POST', body })
const event = (n: number) =>
  `<xml><ToUserName><![CDATA[ww0]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${n}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID>LiLei</UserID><ExternalUserID>wm${n}</ExternalUserID></xml>`

/** A door that has the keys of a published vector. */
async function doorOf({ token, encodingAESKey, receiveId }: Vector): Promise<TestServer> {
  const wecom = { ...house.config.wecom, token, aesKey: encodingAESKey, corpId: receiveId }
  const one = await testServer({ ...house, config: { ...house.config, wecom } })
  more.push(one)
  return one
}

test('published verification requests get their plaintext, byte for byte, and nothing else', async () => {
  const published = vectors.filter(({ kind }) => kind === 'echostr')
  expect(published.length).toBeGreaterThanOrEqual(6)
  for (const vector of published) {
    const { url } = await doorOf(vector)
    const query = search(vector.msg_signature, vector.timestamp, vector.nonce, vector.encrypt)
    const response = await fetch(`${url}/wecom/callback?${query}`)
    expect([response.status, await response.text()], vector.id).toEqual([200, vector.expected_plaintext])
    // Some senders do not escape the plus signs of base64.
    const raw = `msg_signature=${vector.msg_signature}&timestamp=${vector.timestamp}&nonce=${vector.nonce}&echostr=${vector.encrypt}`
    expect(await (await fetch(`${url}/wecom/callback?${raw}`)).text(), vector.id).toBe(vector.expected_plaintext)
    query.set('nonce', '1')
    expect((await fetch(`${url}/wecom/callback?${query}`)).status).toBe(403)
  }
})

test('published messages are stored as they were sealed; one for another corp is refused', async () => {
  const published = vectors.filter(({ kind }) => kind === 'post-message')
  expect(published.length).toBeGreaterThanOrEqual(6)
  const refused: string[] = []
  for (const vector of published) {
    const query = search(vector.msg_signature, vector.timestamp, vector.nonce)
    const response = await post(query, envelope(vector.encrypt), await doorOf(vector))
    if (response.status === 400) refused.push(vector.id)
    else {
      expect([response.status, await response.text()], vector.id).toEqual([200, 'success'])
      expect((await rows()).map((row) => row.body)).toContain(vector.expected_plaintext)
    }
  }
  expect(refused).toEqual(published.filter((one) => one.receiveId !== one.expected_receiveid).map(({ id }) => id))
  expect(refused).toHaveLength(1)
})

test('a stored event is acknowledged; a replay, sealed anew or not, is acknowledged and changes nothing', async () => {
  const before = (await rows()).length
  const { query, encrypt } = sealed(event(1))
  expect(await (await post(query, envelope(encrypt))).text()).toBe('success')
  for (let round = 0; round < 3; round++) {
    const again = sealed(event(1))
    expect((await post(query, envelope(encrypt))).status).toBe(200)
    expect((await post(again.query, envelope(again.encrypt))).status).toBe(200)
  }
  expect(await rows()).toHaveLength(before + 1)
  await house.db.query('DELETE FROM inbox WHERE body = $1', [event(1)])
  expect((await post(query, envelope(encrypt))).status).toBe(200)
  expect(await rows()).toHaveLength(before)
})

test('five hundred different events at once are five hundred rows', async () => {
  const before = (await rows()).length
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) => {
      const { query, encrypt } = sealed(event(10_000 + n))
      return post(query, envelope(encrypt)).then((response) => response.text())
    }),
  )
  expect(new Set(answers)).toEqual(new Set(['success']))
  expect(await rows()).toHaveLength(before + 500)
})

test('while keys are rotated both sets open events, and a third does not', async () => {
  const old = { token: 'oldToken', aesKey: 'cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP' }
  const one = await testServer({
    ...house,
    config: { ...house.config, wecom: { ...house.config.wecom, tokenOld: old.token, aesKeyOld: old.aesKey } },
  })
  more.push(one)
  for (const [set, status] of [
    [old, 200],
    [house.config.wecom, 200],
    [{ ...old, token: 'third' }, 403],
  ] as const) {
    const { query, encrypt } = sealed(event(2000 + nonces), set)
    expect((await post(query, envelope(encrypt), one)).status).toBe(status)
  }
  // The door that is not in rotation knows the new set only.
  const { query, encrypt } = sealed(event(2999), old)
  expect((await post(query, envelope(encrypt))).status).toBe(403)
})

test('behind a good signature whatever fails looks the same', async () => {
  const { wecom } = house.config
  const resign = (encrypt: string) => {
    const { signature, timestamp, nonce } = signOnly(encrypt)
    return search(signature, timestamp, nonce)
  }
  const wrongCorp = sealed(event(3), wecom, 'ww_somebody_else')
  const wrongKey = sealed(event(3), { ...wecom, aesKey: 'cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP' })
  const notXml = sealed('{"json":true}')
  const doctype = sealed('<!DOCTYPE x [<!ENTITY a "b">]><xml><Event>&a;</Event></xml>')
  const torn = sealed('<xml><Event>x</Event>')
  const good = sealed(event(3))
  const answers = await Promise.all([
    post(wrongCorp.query, envelope(wrongCorp.encrypt)),
    post(wrongKey.query, envelope(wrongKey.encrypt)),
    post(notXml.query, envelope(notXml.encrypt)),
    post(doctype.query, envelope(doctype.encrypt)),
    post(torn.query, envelope(torn.encrypt)),
    post(resign('not base64 at all'), envelope('not base64 at all')),
    post(resign('AAAA'), envelope('AAAA')),
    post(good.query, `<!DOCTYPE xml>${envelope(good.encrypt)}`),
    post(good.query, envelope(good.encrypt).replace('</xml>', '')),
  ])
  const seen = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`))
  expect(new Set(seen).size, JSON.stringify(seen)).toBe(1)
  expect(seen[0]).toMatch(/^400 \{"error":\{"id":"undecipherable"/)
})

test('without a good signature the answer is 403, whatever else is wrong', async () => {
  const { query, encrypt } = sealed(event(4))
  const without = (name: string) => {
    const copy = new URLSearchParams(query)
    copy.delete(name)
    return copy
  }
  const twice = new URLSearchParams(query)
  twice.append('nonce', 'other')
  const bodies: [URLSearchParams, string][] = [
    [new URLSearchParams(), envelope(encrypt)],
    [without('msg_signature'), envelope(encrypt)],
    [without('timestamp'), envelope(encrypt)],
    [without('nonce'), envelope(encrypt)],
    [twice, envelope(encrypt)],
    [query, envelope(`${encrypt}A`)],
    [query, ''],
    [query, '<xml></xml>'],
    [query, 'garbage'],
    [query, `<!DOCTYPE x><xml><Encrypt>AAAA</Encrypt></xml>`],
  ]
  for (const [given, body] of bodies) expect((await post(given, body)).status, body.slice(0, 60)).toBe(403)
  expect((await fetch(`${door.url}/wecom/callback`)).status).toBe(403)
})

test('a body over 1 MiB is refused with 413 whether or not it says how long it is', async () => {
  const { query, encrypt } = sealed(event(5))
  const large = envelope(encrypt).replace('<Encrypt>', `<Pad>${'x'.repeat(1024 * 1024)}</Pad><Encrypt>`)
  const told = await post(query, large)
  expect(told.status).toBe(413)
  expect(await told.json()).toMatchObject({ error: { id: 'too_large' } })
  expect((await post(query, Buffer.alloc(10 * 1024 * 1024, 120))).status).toBe(413)
  const untold = await fetch(`${door.url}/wecom/callback?${query}`, {
    method: 'POST',
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit)
  expect(untold.status).toBe(413)
  // Just under the limit is read.
  const almost = envelope(encrypt).replace('<Encrypt>', `<Pad>${'x'.repeat(1024 * 1024 - 3000)}</Pad><Encrypt>`)
  expect((await post(query, almost)).status).toBe(200)
})

test('a sender that stops half-way stores nothing and hurts nobody', async () => {
  const before = (await rows()).length
  const { query, encrypt } = sealed(event(6))
  const body = envelope(encrypt)
  await new Promise<void>((done) => {
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1', () => {
      socket.write(
        `POST /wecom/callback?${query} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 50)}`,
        () => socket.destroy(),
      )
    })
    socket.on('close', () => done())
  })
  expect((await post(query, body)).status).toBe(200)
  expect(await rows()).toHaveLength(before + 1)
})

test('a store that is down or too far behind answers 503, so that WeCom sends again', async () => {
  for (const id of ['store_down', 'store_behind']) {
    const one = await testServer(house, {
      acceptor: { accept: () => Promise.reject(new Refused(503, id, '暂时无法保存')), close: async () => {} },
    })
    more.push(one)
    const { query, encrypt } = sealed(event(7))
    const response = await post(query, envelope(encrypt), one)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
  }
  expect((await rows()).some((row) => row.body === event(7))).toBe(false)
})

test('an event goes into the lane of its handler; one nobody knows is stored all the same', async () => {
  const strange = event(8).replace('edit_external_contact', 'brand_new_change')
  const { query, encrypt } = sealed(strange)
  expect((await post(query, envelope(encrypt))).status).toBe(200)
  expect((await rows()).at(-1)).toMatchObject({
    path: 'wecom/change_external_contact/brand_new_change',
    lane: 'default',
    state: 'received',
  })
})

test('other methods are refused', async () => {
  for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
    expect((await fetch(`${door.url}/wecom/callback`, { method })).status).toBeGreaterThanOrEqual(400)
  }
})

function signOnly(encrypt: string) {
  const { token } = house.config.wecom
  const timestamp = '1700000000'
  const nonce = 'signed'
  return { timestamp, nonce, signature: sha1(token, timestamp, nonce, encrypt) }
}

function sha1(...parts: string[]) {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
}
