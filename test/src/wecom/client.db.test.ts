import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { movableClock } from '../../../src/clock.ts'
import { GiveUp, OutcomeUnknown, RetryLater } from '../../../src/failures.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { createMetrics } from '../../../src/metrics.ts'
import { api } from '../../../src/wecom/api.ts'
import { createWecom, type Wecom } from '../../../src/wecom/client.ts'
import { wecomErrorOf } from '../../../src/wecom/failure.ts'
import { testDatabase } from '../../support/db.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let fake: FakeWecom
beforeAll(async () => {
  db = await testDatabase()
  fake = await fakeWecom()
})

const read = api({ path: 'test/read', method: 'GET', repeatable: true, answer: z.looseObject({ name: z.string() }) })
const write = api({ path: 'test/write', method: 'POST', repeatable: false, answer: z.looseObject({}) })
const same = api({ ...write, path: 'test/same', repeatable: true })

const seal = createSeal(randomBytes(32))
const opened: Wecom[] = []
const lines: string[] = []
let clock = movableClock('2026-03-01T00:00:00Z')
let corpId = ''
let wecom: Wecom

const open = (
  changes: Partial<Parameters<typeof createWecom>[0]> & { apiUrl?: string; secret?: string } = {},
): Wecom => {
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const { apiUrl = fake.url, secret = 'S3cret-of-the-app', ...parts } = changes
  const config = { wecom: { corpId, agentId: 1000002, secret, apiUrl } }
  const one = createWecom({ config, db, clock, log, seal, busyMs: 1, ...parts })
  opened.push(one)
  return one
}

beforeEach(() => {
  fake.reset()
  lines.length = 0
  clock = movableClock('2026-03-01T00:00:00Z')
  corpId = `ww${randomBytes(8).toString('hex')}`
  wecom = open()
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

const failureOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

describe('a call', () => {
  it('carries the token in the query and the body as JSON', async () => {
    await wecom.call(write, { query: { agentid: 7, absent: undefined }, body: { 名: '值' } })
    expect(fake.of('gettoken')[0]?.query).toEqual({ corpid: corpId, corpsecret: 'S3cret-of-the-app' })
    expect(fake.of('test/write')[0]).toMatchObject({
      method: 'POST',
      query: { agentid: '7', access_token: expect.stringMatching(/^token-/) },
      type: 'application/json',
      body: { 名: '值' },
    })
  })

  it('keeps the path prefix of a private deployment', async () => {
    fake.script('test/read', { name: 'a' })
    expect(await open({ apiUrl: `${fake.url}/egress/qyapi/` }).call(read)).toMatchObject({ name: 'a' })
  })

  it('is good when there is no errcode at all', async () => {
    fake.script('test/read', { name: '李雷', extra: 1 })
    expect(await wecom.call(read)).toEqual({ name: '李雷', extra: 1 })
  })

  it('sends no character WeCom would refuse the whole call for', async () => {
    await wecom.call(write, { body: { text: 'a\u0000b\u001b\ud800c\n😀' } })
    expect(fake.of('test/write')[0]?.body).toEqual({ text: 'ab\ufffdc\n😀' })
  })

  it('shares one token among processes', async () => {
    await Promise.all([wecom.call(same), open().call(same), open().call(same)])
    expect(fake.of('gettoken')).toHaveLength(1)
  })

  it('asks WeCom for a JS-SDK ticket once', async () => {
    fake.script('get_jsapi_ticket', { errcode: 0, ticket: 'corp-t', expires_in: 7200 })
    fake.script('ticket/get', { errcode: 0, ticket: 'agent-t', expires_in: 7200 })
    expect(await Promise.all([wecom.ticket('corp'), wecom.ticket('corp'), open().ticket('agent')])).toEqual([
      'corp-t',
      'corp-t',
      'agent-t',
    ])
    expect(fake.of('get_jsapi_ticket')).toHaveLength(1)
    expect(fake.of('ticket/get')[0]?.query.type).toBe('agent_config')
  })

  it('never shows token, secret or query in the log or in a failure', async () => {
    fake.script('test/read', ({ query }) => ({ errcode: 40058, errmsg: `bad ${query.access_token}` }))
    const failure = await failureOf(wecom.call(read, { query: { code: 'private-code' } }))
    const said =
      lines.join('') + JSON.stringify([failure.message, String(failure.cause), { ...(failure.cause as object) }])
    expect(said).toContain('40058')
    expect(said).not.toMatch(/token-\d|S3cret|private-code|access_token=/)
  })
})

describe('a token that died early', () => {
  it.each([40014, 42001])('%i is renewed once and the call made again', async (errcode) => {
    fake.script('test/read', { errcode, errmsg: 'x' }, { errcode: 0, name: 'a' })
    expect(await wecom.call(read)).toMatchObject({ name: 'a' })
    const [first, second] = fake.of('test/read').map(({ query }) => query.access_token)
    expect(first).not.toBe(second)
    expect(fake.of('gettoken')).toHaveLength(2)
  })

  it('twenty calls that find it dead renew it once', async () => {
    await wecom.call(same)
    const dead = fake.of('test/same')[0]?.query.access_token
    fake.script('test/same', ({ query }) =>
      query.access_token === dead ? { errcode: 42001, errmsg: 'expired' } : { errcode: 0 },
    )
    await Promise.all(Array.from({ length: 20 }, () => wecom.call(same)))
    expect(fake.of('gettoken')).toHaveLength(2)
  })

  it('and is refused again is not renewed for ever', async () => {
    fake.script('test/read', { errcode: 40014, errmsg: 'x' })
    expect(await failureOf(wecom.call(read))).toBeInstanceOf(RetryLater)
    expect(fake.of('test/read')).toHaveLength(2)
  })
})

describe('a refusal', () => {
  it('becomes GiveUp with a stable reason and the hint for the operator', async () => {
    fake.script('test/write', { errcode: 84061, errmsg: 'not external contact' })
    const failure = await failureOf(wecom.call(write))
    expect(failure).toBeInstanceOf(GiveUp)
    expect(failure).toMatchObject({ reason: 'wecom_84061', message: expect.stringContaining('没有好友关系') })
    expect(wecomErrorOf(failure)).toMatchObject({ api: 'test/write', errcode: 84061, what: 'gone' })
  })

  it('for an untrusted IP says which one and waits for the operator', async () => {
    fake.script('test/write', {
      errcode: 60020,
      errmsg: 'not allow to access from your ip, hint: [1_2_3], from ip: 203.0.113.9, more info at https://open…',
    })
    const failure = await failureOf(wecom.call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('企业可信IP')
    expect(wecomErrorOf(failure)?.fromIp).toBe('203.0.113.9')
  })

  it('because WeCom is busy is tried three times in all', async () => {
    fake.script('test/write', { errcode: -1, errmsg: 'system busy' }, { errcode: -1 }, { errcode: 0 })
    await wecom.call(write)
    expect(fake.of('test/write')).toHaveLength(3)
    fake.script('test/write', { errcode: -1, errmsg: 'system busy' })
    expect(await failureOf(wecom.call(write))).toBeInstanceOf(RetryLater)
    expect(fake.of('test/write')).toHaveLength(6)
  })

  it('for frequency closes that API in every process, and only that one', async () => {
    fake.script('test/write', { errcode: 45009, errmsg: 'api freq out of limit' })
    const other = open()
    expect(await failureOf(wecom.call(write))).toMatchObject({ afterMs: 60_000 })
    expect(await failureOf(other.call(write))).toMatchObject({ afterMs: 60_000 })
    expect(fake.of('test/write')).toHaveLength(1)
    await other.call(same)
    fake.script('test/write', { errcode: 0 })
    clock.advance(60_000)
    await other.call(write)
  })

  it('for concurrency lowers it', async () => {
    let inside = 0
    let most = 0
    const wide = api({ ...same, path: 'test/wide', parallel: 4 })
    fake.script('test/wide', { errcode: 45033, errmsg: 'api concurrent out of limit' }, async () => {
      most = Math.max(most, ++inside)
      await new Promise(setImmediate)
      inside -= 1
      return { errcode: 0 }
    })
    expect(await failureOf(wecom.call(wide))).toBeInstanceOf(RetryLater)
    await Promise.all(Array.from({ length: 12 }, () => wecom.call(wide)))
    expect(most).toBeLessThanOrEqual(2)
  })

  it('by a code nobody knows is final and says where to look it up', async () => {
    fake.script('test/write', { errcode: 999001, errmsg: '?' })
    expect(await failureOf(wecom.call(write))).toMatchObject({
      reason: 'wecom_999001',
      message: expect.stringContaining('e=999001'),
    })
  })
})

describe('no answer', () => {
  const closedPort = async (): Promise<string> => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    return `http://127.0.0.1:${port}`
  }

  it('from a port nobody listens on is surely not done', async () => {
    await wecom.call(same)
    expect(await failureOf(open({ apiUrl: await closedPort() }).call(write))).toBeInstanceOf(RetryLater)
  })

  it('from a name nobody knows is surely not done', async () => {
    await wecom.call(same)
    const failure = await failureOf(open({ apiUrl: 'http://bowtie.invalid' }).call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('WECOM_API_URL')
  })

  const hangUp = (_: unknown, __: unknown, request: { socket: { destroy(): void } }) => {
    request.socket.destroy()
    return undefined
  }

  it('after the request was written is unknown, and is not repeated', async () => {
    fake.script('test/write', hangUp)
    const failure = await failureOf(wecom.call(write))
    expect(failure).toBeInstanceOf(OutcomeUnknown)
    expect(wecomErrorOf(failure)).toMatchObject({ errcode: null, what: 'no-answer' })
    expect(fake.of('test/write')).toHaveLength(1)
  })

  it('to a call that may be repeated only means later', async () => {
    fake.script('test/read', hangUp)
    fake.script('test/same', hangUp)
    expect(await failureOf(wecom.call(read))).toBeInstanceOf(RetryLater)
    expect(await failureOf(wecom.call(same))).toBeInstanceOf(RetryLater)
  })

  it('in time is unknown', async () => {
    fake.script('test/slow', () => undefined)
    const slow = api({ ...write, path: 'test/slow', withinMs: 50 })
    expect(await failureOf(wecom.call(slow))).toBeInstanceOf(OutcomeUnknown)
  })

  it('that ends half-way is unknown', async () => {
    fake.script('test/slow', (_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"errcode":0')
      return undefined
    })
    expect(await failureOf(wecom.call(api({ ...write, path: 'test/slow', withinMs: 50 })))).toBeInstanceOf(
      OutcomeUnknown,
    )
  })

  it.each([
    ['502 from a gateway', 502, '<html>Bad Gateway</html>'],
    ['a login page', 200, '<html>please sign in</html>'],
    ['JSON that is no object', 200, '[]'],
    ['an errcode that is no number', 200, '{"errcode":"busy"}'],
  ])('but %s is unknown', async (_, status, text) => {
    fake.script('test/write', (__, response) => {
      response.writeHead(status).end(text)
      return undefined
    })
    expect(await failureOf(wecom.call(write))).toBeInstanceOf(OutcomeUnknown)
  })

  it('but a redirect or 404 was not WeCom, so nothing was done', async () => {
    fake.script('test/write', (_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      return undefined
    })
    const failure = await failureOf(wecom.call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('WECOM_API_URL')
  })

  it('but one of an unexpected shape is unknown for a write and later for a read', async () => {
    fake.script('test/read', { errcode: 0 })
    expect(await failureOf(wecom.call(read))).toBeInstanceOf(RetryLater)
    const strict = api({ ...write, path: 'test/read', method: 'POST', answer: read.answer })
    expect(await failureOf(wecom.call(strict))).toBeInstanceOf(OutcomeUnknown)
  })

  it('many times in a row stops the calls, until one that is let through works', async () => {
    fake.script('test/same', hangUp)
    for (let calls = 0; calls < 8; calls++) await failureOf(wecom.call(same))
    const before = fake.received.length
    expect(await failureOf(wecom.call(same))).toMatchObject({
      name: 'RetryLater',
      message: expect.stringContaining('连不上'),
    })
    expect(fake.received.length).toBe(before)
    clock.advance(5_000)
    fake.script('test/same', { errcode: 0 })
    await wecom.call(same)
    await wecom.call(same)
  })
})

describe('time', () => {
  it('that is over before the call means no call', async () => {
    await wecom.call(same)
    const failure = await failureOf(wecom.call(write, { deadline: new Date(clock.now().getTime() - 1) }))
    expect(failure).toMatchObject({ name: 'GiveUp', reason: 'wecom_too_late' })
    expect(fake.of('test/write')).toHaveLength(0)
  })

  it('is cut to the deadline', async () => {
    fake.script('test/slow', () => undefined)
    const deadline = new Date(clock.now().getTime() + 60)
    expect(await failureOf(wecom.call(api({ ...write, path: 'test/slow' }), { deadline }))).toBeInstanceOf(
      OutcomeUnknown,
    )
  })

  it('to wait for a member who had thirty messages is the caller’s', async () => {
    const send = api({ ...write, path: 'message/send' })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () => wecom.call(send, { members: ['LiLei'] })),
    )
    const late = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(late.length).toBeGreaterThan(10)
    for (const { reason } of late) expect(reason).toBeInstanceOf(RetryLater)
    await wecom.call(send, { members: ['HanMeimei'] })
  })
})

describe('counts', () => {
  it('of every call stand in the database by day in China, api and errcode', async () => {
    clock.set('2026-03-01T17:00:00Z')
    fake.script('test/read', { errcode: 84061, errmsg: 'x' }, { errcode: 0, name: 'a' })
    await failureOf(wecom.call(read))
    await wecom.call(read)
    await wecom.call(read)
    await wecom.flush()
    await wecom.call(read)
    await wecom.flush()
    const rows = await db.query(
      `SELECT day::text, errcode, calls FROM wecom_calls WHERE api = 'test/read' AND day = '2026-03-02' ORDER BY errcode`,
    )
    expect(rows).toEqual([
      { day: '2026-03-02', errcode: 0, calls: 3 },
      { day: '2026-03-02', errcode: 84061, calls: 1 },
    ])
  })

  it('of several processes add up', async () => {
    clock.set('2026-03-05T00:00:00Z')
    const other = open()
    await Promise.all([wecom.call(same), other.call(same)])
    await Promise.all([wecom.flush(), other.flush()])
    const rows = await db.query(`SELECT calls FROM wecom_calls WHERE api = 'test/same' AND day = '2026-03-05'`)
    expect(rows).toEqual([{ calls: 2 }])
  })

  it('go to Prometheus', async () => {
    const metrics = createMetrics()
    fake.script('test/write', (_, response) => {
      response.destroy()
      return undefined
    })
    const counted = open({ metrics })
    await counted.call(same)
    await failureOf(counted.call(write))
    const text = await metrics.registry.metrics()
    expect(text).toContain('bowtie_wecom_calls_total{api="test/same",errcode="0"} 1')
    expect(text).toContain('bowtie_wecom_calls_total{api="test/write",errcode="transport"} 1')
    expect(text).toContain('bowtie_wecom_seconds_count{api="test/same"} 1')
  })
})

describe('a proxy', () => {
  it('is used for WeCom, and not for this machine', async () => {
    const seen: string[] = []
    const proxy = createServer((socket) => {
      socket.once('data', (data) => {
        seen.push(data.toString().split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 502 no\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`
    const config = (apiUrl: string) => ({ wecom: { corpId, agentId: 1, secret: 's', apiUrl }, proxyUrl })
    await failureOf(open({ config: config('https://qyapi.example.com') }).call(same))
    expect(seen[0]).toMatch(/^CONNECT qyapi\.example\.com:443/)
    await open({ config: config(fake.url) }).call(same)
    expect(seen).toHaveLength(1)
    await new Promise((resolve) => proxy.close(resolve))
  })
})
