import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '../../../src/db.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type TestServer, testServer } from '../../support/server.ts'
import { fakeWecom } from '../../support/wecom-fake.ts'

let house: TestHouse
let server: TestServer
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bowtie-verify-'))
  house = await testHouse({ db: await testDatabase(), wecomUrl: (await fakeWecom()).url, config: { dataDir } })
  server = await testServer(house)
})
afterAll(async () => {
  await server.close()
  await rm(dataDir, { recursive: true })
})

test('healthz says alive without asking anybody', async () => {
  expect(await server.call('GET', '/healthz', undefined, { stranger: true })).toMatchObject({
    status: 200,
    json: { ok: true },
  })
})

test('readyz is about the database alone; what else is missing is named with 200', async () => {
  expect(await server.call('GET', '/readyz')).toMatchObject({ status: 200, json: { ready: true, degraded: {} } })
  const blind = await testServer({
    ...house,
    config: { ...house.config, redisUrl: 'redis://127.0.0.1:9' },
    wecom: { ...house.wecom, look: () => Promise.reject(new Error('down')) },
  })
  await house.db.query(
    `INSERT INTO inbox (received_at, due_at, path, lane, subject, body, event) VALUES ($1, $1, 'x', 'default', 's', '', '{}')`,
    [new Date(house.clock.now().getTime() - 120_000)],
  )
  const { status, json } = await blind.call('GET', '/readyz')
  expect([status, json.ready, Object.keys(json.degraded).sort()]).toEqual([200, true, ['queue', 'wecom', 'worker']])
  await blind.close()
})

test('without its database a server is not ready, answers 503 in the shape of every error, and stays alive', async () => {
  const db = openDb('postgres://nobody@127.0.0.1:9/none')
  const lost = await testServer({ ...house, db })
  expect((await lost.call('GET', '/readyz')).status).toBe(503)
  expect(await lost.call('GET', '/api/leads')).toMatchObject({ status: 503, json: { error: { id: 'store_down' } } })
  expect((await lost.call('GET', '/healthz')).status).toBe(200)
  await lost.close()
  await db.close()
})

test('metrics are for near addresses or the token', async () => {
  const near = await server.call('GET', '/metrics', undefined, { stranger: true })
  expect(near.status).toBe(200)
  expect(near.text).toMatch(/bowtie_http_seconds_count\{method="GET",route="\/healthz",status="200"\}/)
  expect(near.text).toMatch(/bowtie_waiting\{place="inbox"\} 1/)
  const proxied = { 'X-Forwarded-For': '8.8.8.8' }
  expect((await server.call('GET', '/metrics', undefined, { stranger: true, headers: proxied })).status).toBe(403)
  expect((await server.call('GET', '/metrics', undefined, { headers: proxied })).status).toBe(200)
  const trusting = await testServer({ ...house, config: { ...house.config, trustProxy: true } })
  expect((await trusting.call('GET', '/metrics', undefined, { stranger: true, headers: proxied })).status).toBe(403)
  // Only the nearest proxy is believed; what the client wrote before it is not.
  const forged = { 'X-Forwarded-For': '127.0.0.1, 8.8.8.8' }
  expect((await trusting.call('GET', '/metrics', undefined, { stranger: true, headers: forged })).status).toBe(403)
  await trusting.close()
})

test('no address, identity or word of anybody stands in the metrics', async () => {
  await server.call('GET', '/api/leads/0190a000-0000-7000-8000-000000000000?secret=1')
  await server.call('GET', '/nowhere/at/all')
  const { text } = await server.call('GET', '/metrics')
  expect(text).toContain('route="/api/leads/:id"')
  expect(text).not.toMatch(/0190a000|secret|nowhere/)
})

test('the log holds ids and patterns; no query, body, token, name or number', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const logging = await testServer({ ...house, log })
  await logging.call('POST', '/api/leads', { name: '秘密姓名', mobile: '13800000999' })
  await logging.call('GET', '/api/leads?q=13800000999')
  await logging.call('POST', '/hooks/web?token=secret-token', { name: '秘密姓名' }, { stranger: true })
  await logging.call('GET', '/console/sign-in?code=secret-code', undefined, { stranger: true })
  await logging.call('POST', '/wecom/callback?msg_signature=secret-signature', '<xml>secret body</xml>')
  await logging.close()
  const text = lines.join('')
  expect(lines.length).toBeGreaterThanOrEqual(5)
  expect(text).toContain('"route":"/api/leads"')
  expect(text).toContain('"who":"api"')
  expect(text).not.toMatch(/秘密|13800000999|secret|test-api-token/)
})

test('verify files are served from their folder, and nothing beside them', async () => {
  mkdirSync(join(dataDir, 'verify'))
  writeFileSync(join(dataDir, 'verify', 'WW_verify_abc123.txt'), 'abc123')
  writeFileSync(join(dataDir, 'data-key'), 'secret')
  writeFileSync(join(dataDir, 'verify', 'other.txt'), 'secret')
  const found = await server.call('GET', '/WW_verify_abc123.txt', undefined, { stranger: true })
  expect([found.status, found.text, found.headers.get('content-type')]).toEqual([
    200,
    'abc123',
    'text/plain; charset=utf-8',
  ])
  for (const path of [
    '/WW_verify_none.txt',
    '/MP_verify_abc123.txt',
    '/other.txt',
    '/WW_verify_/../../data-key',
    '/WW_verify_%2e%2e%2f%2e%2e%2fdata-key.txt',
    '/WW_verify_..%5c..%5cdata-key.txt',
    '/verify/WW_verify_abc123.txt',
  ]) {
    const { status, text } = await server.call('GET', path, undefined, { stranger: true })
    expect([path, status]).toEqual([path, 404])
    expect(text).not.toContain('secret')
  }
})

test('every answer carries an id, the security headers and the error shape', async () => {
  for (const [path, status] of [
    ['/api/leads', 401],
    ['/nowhere', 404],
    ['/healthz', 200],
  ] as const) {
    const answer = await server.call('GET', path, undefined, { stranger: true })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    if (status >= 400)
      expect(answer.json.error).toEqual({ id: expect.any(String), message: expect.stringMatching(/[\u4e00-\u9fff]/) })
  }
  expect((await server.call('DELETE', '/api/leads')).status).toBe(405)
})
