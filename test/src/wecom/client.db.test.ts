import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { GiveUp, OutcomeUnknown, RetryLater } from '../../../src/failures.ts'
import { createMetrics } from '../../../src/metrics.ts'
import { api } from '../../../src/wecom/api.ts'
import { wecomErrorOf } from '../../../src/wecom/failure.ts'
import { failureOf, wecomBench } from '../../support/wecom-bench.ts'

const read = api({ path: 'test/read', method: 'GET', repeatable: true, answer: z.looseObject({ name: z.string() }) })
const write = api({ path: 'test/write', method: 'POST', repeatable: false, answer: z.looseObject({}) })
const same = api({ ...write, path: 'test/same', repeatable: true })
const bench = wecomBench()

describe('a call', () => {
  it('carries the token in the query and the body as JSON', async () => {
    await bench.wecom.call(write, { query: { agentid: 7, absent: undefined }, body: { 名: '值' } })
    expect(bench.fake.of('gettoken')[0]?.query).toEqual({ corpid: bench.corpId, corpsecret: 'S3cret-of-the-app' })
    expect(bench.fake.of('test/write')[0]).toMatchObject({
      method: 'POST',
      query: { agentid: '7', access_token: expect.stringMatching(/^token-/) },
      type: 'application/json',
      body: { 名: '值' },
    })
  })

  it('keeps the path prefix of a private deployment', async () => {
    bench.fake.script('test/read', { name: 'a' })
    expect(await bench.open({ apiUrl: `${bench.fake.url}/egress/qyapi/` }).call(read)).toMatchObject({ name: 'a' })
  })

  it('is good when there is no errcode at all', async () => {
    bench.fake.script('test/read', { name: '李雷', extra: 1 })
    expect(await bench.wecom.call(read)).toEqual({ name: '李雷', extra: 1 })
  })

  it('sends no character WeCom would refuse the whole call for', async () => {
    await bench.wecom.call(write, { body: { text: 'a\u0000b\u001b\ud800c\n😀' } })
    expect(bench.fake.of('test/write')[0]?.body).toEqual({ text: 'ab\ufffdc\n😀' })
  })

  it('shares one token among processes', async () => {
    await Promise.all([bench.wecom.call(same), bench.open().call(same), bench.open().call(same)])
    expect(bench.fake.of('gettoken')).toHaveLength(1)
  })

  it('asks WeCom for a JS-SDK ticket once', async () => {
    bench.fake.script('get_jsapi_ticket', { errcode: 0, ticket: 'corp-t', expires_in: 7200 })
    bench.fake.script('ticket/get', { errcode: 0, ticket: 'agent-t', expires_in: 7200 })
    expect(
      await Promise.all([bench.wecom.ticket('corp'), bench.wecom.ticket('corp'), bench.open().ticket('agent')]),
    ).toEqual(['corp-t', 'corp-t', 'agent-t'])
    expect(bench.fake.of('get_jsapi_ticket')).toHaveLength(1)
    expect(bench.fake.of('ticket/get')[0]?.query.type).toBe('agent_config')
  })

  it('never shows token, secret or query in the log or in a failure', async () => {
    bench.fake.script('test/read', ({ query }) => ({ errcode: 40058, errmsg: `bad ${query.access_token}` }))
    const failure = await failureOf(bench.wecom.call(read, { query: { code: 'private-code' } }))
    const said =
      bench.lines.join('') + JSON.stringify([failure.message, String(failure.cause), { ...(failure.cause as object) }])
    expect(said).toContain('40058')
    expect(said).not.toMatch(/token-\d|S3cret|private-code|access_token=/)
  })
})

describe('a token that died early', () => {
  it.each([40014, 42001])('%i is renewed once and the call made again', async (errcode) => {
    bench.fake.script('test/read', { errcode, errmsg: 'x' }, { errcode: 0, name: 'a' })
    expect(await bench.wecom.call(read)).toMatchObject({ name: 'a' })
    const [first, second] = bench.fake.of('test/read').map(({ query }) => query.access_token)
    expect(first).not.toBe(second)
    expect(bench.fake.of('gettoken')).toHaveLength(2)
  })

  it('twenty calls that find it dead renew it once', async () => {
    await bench.wecom.call(same)
    const dead = bench.fake.of('test/same')[0]?.query.access_token
    bench.fake.script('test/same', ({ query }) =>
      query.access_token === dead ? { errcode: 42001, errmsg: 'expired' } : { errcode: 0 },
    )
    await Promise.all(Array.from({ length: 20 }, () => bench.wecom.call(same)))
    expect(bench.fake.of('gettoken')).toHaveLength(2)
  })

  it('and is refused again is not renewed for ever', async () => {
    bench.fake.script('test/read', { errcode: 40014, errmsg: 'x' })
    expect(await failureOf(bench.wecom.call(read))).toBeInstanceOf(RetryLater)
    expect(bench.fake.of('test/read')).toHaveLength(2)
  })
})

describe('a refusal', () => {
  it('becomes GiveUp with a stable reason and the hint for the operator', async () => {
    bench.fake.script('test/write', { errcode: 84061, errmsg: 'not external contact' })
    const failure = await failureOf(bench.wecom.call(write))
    expect(failure).toBeInstanceOf(GiveUp)
    expect(failure).toMatchObject({ reason: 'wecom_84061', message: expect.stringContaining('没有好友关系') })
    expect(wecomErrorOf(failure)).toMatchObject({ api: 'test/write', errcode: 84061, what: 'gone' })
  })

  it('for an untrusted IP says which one and waits for the operator', async () => {
    bench.fake.script('test/write', {
      errcode: 60020,
      errmsg: 'not allow to access from your ip, hint: [1_2_3], from ip: 203.0.113.9, more info at https://open…',
    })
    const failure = await failureOf(bench.wecom.call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('企业可信IP')
    expect(wecomErrorOf(failure)?.fromIp).toBe('203.0.113.9')
  })

  it('because WeCom is busy is tried three times in all', async () => {
    bench.fake.script('test/write', { errcode: -1, errmsg: 'system busy' }, { errcode: -1 }, { errcode: 0 })
    await bench.wecom.call(write)
    expect(bench.fake.of('test/write')).toHaveLength(3)
    bench.fake.script('test/write', { errcode: -1, errmsg: 'system busy' })
    expect(await failureOf(bench.wecom.call(write))).toBeInstanceOf(RetryLater)
    expect(bench.fake.of('test/write')).toHaveLength(6)
  })

  it('for frequency closes that API in every process, and only that one', async () => {
    bench.fake.script('test/write', { errcode: 45009, errmsg: 'api freq out of limit' })
    const other = bench.open()
    expect(await failureOf(bench.wecom.call(write))).toMatchObject({ afterMs: 60_000 })
    expect(await failureOf(other.call(write))).toMatchObject({ afterMs: 60_000 })
    expect(bench.fake.of('test/write')).toHaveLength(1)
    await other.call(same)
    bench.fake.script('test/write', { errcode: 0 })
    bench.clock.advance(60_000)
    await other.call(write)
  })

  it('for concurrency lowers it', async () => {
    let inside = 0
    let most = 0
    const wide = api({ ...same, path: 'test/wide', parallel: 4 })
    bench.fake.script('test/wide', { errcode: 45033, errmsg: 'api concurrent out of limit' }, async () => {
      most = Math.max(most, ++inside)
      await new Promise(setImmediate)
      inside -= 1
      return { errcode: 0 }
    })
    expect(await failureOf(bench.wecom.call(wide))).toBeInstanceOf(RetryLater)
    await Promise.all(Array.from({ length: 12 }, () => bench.wecom.call(wide)))
    expect(most).toBeLessThanOrEqual(2)
  })

  it('by a code nobody knows is final and says where to look it up', async () => {
    bench.fake.script('test/write', { errcode: 999001, errmsg: '?' })
    expect(await failureOf(bench.wecom.call(write))).toMatchObject({
      reason: 'wecom_999001',
      message: expect.stringContaining('e=999001'),
    })
  })
})

describe('time', () => {
  it('that is over before the call means no call', async () => {
    await bench.wecom.call(same)
    const failure = await failureOf(bench.wecom.call(write, { deadline: new Date(bench.clock.now().getTime() - 1) }))
    expect(failure).toMatchObject({ name: 'GiveUp', reason: 'wecom_too_late' })
    expect(bench.fake.of('test/write')).toHaveLength(0)
  })

  it('is cut to the deadline', async () => {
    bench.fake.script('test/slow', () => undefined)
    const deadline = new Date(bench.clock.now().getTime() + 60)
    expect(await failureOf(bench.wecom.call(api({ ...write, path: 'test/slow' }), { deadline }))).toBeInstanceOf(
      OutcomeUnknown,
    )
  })

  it('to wait for a member who had thirty messages is the caller’s', async () => {
    const send = api({ ...write, path: 'message/send' })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () => bench.wecom.call(send, { members: ['LiLei'] })),
    )
    const late = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(late.length).toBeGreaterThan(10)
    for (const { reason } of late) expect(reason).toBeInstanceOf(RetryLater)
    await bench.wecom.call(send, { members: ['HanMeimei'] })
  })
})

describe('counts', () => {
  it('of every call stand in the database by day in China, api and errcode', async () => {
    bench.clock.set('2026-03-01T17:00:00Z')
    bench.fake.script('test/read', { errcode: 84061, errmsg: 'x' }, { errcode: 0, name: 'a' })
    await failureOf(bench.wecom.call(read))
    await bench.wecom.call(read)
    await bench.wecom.call(read)
    await bench.wecom.flush()
    await bench.wecom.call(read)
    await bench.wecom.flush()
    const rows = await bench.db.query(
      `SELECT day::text, errcode, calls FROM wecom_calls WHERE api = 'test/read' AND day = '2026-03-02' ORDER BY errcode`,
    )
    expect(rows).toEqual([
      { day: '2026-03-02', errcode: 0, calls: 3 },
      { day: '2026-03-02', errcode: 84061, calls: 1 },
    ])
  })

  it('of several processes add up', async () => {
    bench.clock.set('2026-03-05T00:00:00Z')
    const other = bench.open()
    await Promise.all([bench.wecom.call(same), other.call(same)])
    await Promise.all([bench.wecom.flush(), other.flush()])
    const rows = await bench.db.query(`SELECT calls FROM wecom_calls WHERE api = 'test/same' AND day = '2026-03-05'`)
    expect(rows).toEqual([{ calls: 2 }])
  })

  it('go to Prometheus', async () => {
    const metrics = createMetrics()
    bench.fake.script('test/write', (_, response) => {
      response.destroy()
      return undefined
    })
    const counted = bench.open({ metrics })
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
    const config = (apiUrl: string) => ({ wecom: { corpId: bench.corpId, agentId: 1, secret: 's', apiUrl }, proxyUrl })
    await failureOf(bench.open({ config: config('https://qyapi.example.com') }).call(same))
    expect(seen[0]).toMatch(/^CONNECT qyapi\.example\.com:443/)
    await bench.open({ config: config(bench.fake.url) }).call(same)
    expect(seen).toHaveLength(1)
    await new Promise((resolve) => proxy.close(resolve))
  })
})
