import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { OutcomeUnknown, RetryLater } from '../../../src/failures.ts'
import { api } from '../../../src/wecom/api.ts'
import { wecomErrorOf } from '../../../src/wecom/failure.ts'
import { failureOf, wecomBench } from '../../support/wecom-bench.ts'

const read = api({ path: 'test/read', method: 'GET', repeatable: true, answer: z.looseObject({ name: z.string() }) })
const write = api({ path: 'test/write', method: 'POST', repeatable: false, answer: z.looseObject({}) })
const same = api({ ...write, path: 'test/same', repeatable: true })
const bench = wecomBench()

describe('no answer', () => {
  const closedPort = async (): Promise<string> => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    return `http://127.0.0.1:${port}`
  }

  it('from a port nobody listens on is surely not done', async () => {
    await bench.wecom.call(same)
    expect(await failureOf(bench.open({ apiUrl: await closedPort() }).call(write))).toBeInstanceOf(RetryLater)
  })

  it('from a name nobody knows is surely not done', async () => {
    await bench.wecom.call(same)
    const failure = await failureOf(bench.open({ apiUrl: 'http://bowtie.invalid' }).call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('WECOM_API_URL')
  })

  const hangUp = (_: unknown, __: unknown, request: { socket: { destroy(): void } }) => {
    request.socket.destroy()
    return undefined
  }

  it('after the request was written is unknown, and is not repeated', async () => {
    bench.fake.script('test/write', hangUp)
    const failure = await failureOf(bench.wecom.call(write))
    expect(failure).toBeInstanceOf(OutcomeUnknown)
    expect(wecomErrorOf(failure)).toMatchObject({ errcode: null, what: 'no-answer' })
    expect(bench.fake.of('test/write')).toHaveLength(1)
  })

  it('to a call that may be repeated only means later', async () => {
    bench.fake.script('test/read', hangUp)
    bench.fake.script('test/same', hangUp)
    expect(await failureOf(bench.wecom.call(read))).toBeInstanceOf(RetryLater)
    expect(await failureOf(bench.wecom.call(same))).toBeInstanceOf(RetryLater)
  })

  it('in time is unknown', async () => {
    bench.fake.script('test/slow', () => undefined)
    const slow = api({ ...write, path: 'test/slow', withinMs: 50 })
    expect(await failureOf(bench.wecom.call(slow))).toBeInstanceOf(OutcomeUnknown)
  })

  it('that ends half-way is unknown', async () => {
    bench.fake.script('test/slow', (_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"errcode":0')
      return undefined
    })
    expect(await failureOf(bench.wecom.call(api({ ...write, path: 'test/slow', withinMs: 50 })))).toBeInstanceOf(
      OutcomeUnknown,
    )
  })

  it.each([
    ['502 from a gateway', 502, '<html>Bad Gateway</html>'],
    ['a login page', 200, '<html>please sign in</html>'],
    ['JSON that is no object', 200, '[]'],
    ['an errcode that is no number', 200, '{"errcode":"busy"}'],
  ])('but %s is unknown', async (_, status, text) => {
    bench.fake.script('test/write', (__, response) => {
      response.writeHead(status).end(text)
      return undefined
    })
    expect(await failureOf(bench.wecom.call(write))).toBeInstanceOf(OutcomeUnknown)
  })

  it('but a redirect or 404 was not WeCom, so nothing was done', async () => {
    bench.fake.script('test/write', (_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      return undefined
    })
    const failure = await failureOf(bench.wecom.call(write))
    expect(failure).toBeInstanceOf(RetryLater)
    expect(failure.message).toContain('WECOM_API_URL')
  })

  it('but one of an unexpected shape is unknown for a write and later for a read', async () => {
    bench.fake.script('test/read', { errcode: 0 })
    expect(await failureOf(bench.wecom.call(read))).toBeInstanceOf(RetryLater)
    const strict = api({ ...write, path: 'test/read', method: 'POST', answer: read.answer })
    expect(await failureOf(bench.wecom.call(strict))).toBeInstanceOf(OutcomeUnknown)
  })

  it('many times in a row stops the calls, until one that is let through works', async () => {
    bench.fake.script('test/same', hangUp)
    for (let calls = 0; calls < 8; calls++) await failureOf(bench.wecom.call(same))
    const before = bench.fake.received.length
    expect(await failureOf(bench.wecom.call(same))).toMatchObject({
      name: 'RetryLater',
      message: expect.stringContaining('连不上'),
    })
    expect(bench.fake.received.length).toBe(before)
    bench.clock.advance(5_000)
    bench.fake.script('test/same', { errcode: 0 })
    await bench.wecom.call(same)
    await bench.wecom.call(same)
  })
})
