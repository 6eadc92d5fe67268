import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { movableClock } from '../../../src/clock.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { apiToken, type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
})
afterAll(() => api.close())
const clock = () => house.clock as ReturnType<typeof movableClock>
const count = async (sql: string) =>
  (await house.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n ?? 0

describe('a request with an Idempotency-Key', () => {
  const lead = { name: '一次', mobile: '13800000501' }

  test('is done once; the same again gets the first answer, status included', async () => {
    const first = await api.call('POST', '/api/leads', lead, { key: 'k1' })
    expect(first.status).toBe(201)
    await api.call('POST', `/api/leads/${first.json.id}/consent`, { purpose: 'marketing', granted: false, source: 'x' })
    const second = await api.call('POST', '/api/leads', lead, { key: 'k1' })
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect(second.json).toEqual(first.json)
    // Without a key it is done again, and finds him.
    expect((await api.call('POST', '/api/leads', lead)).status).toBe(200)
  })

  test('done twice at the same time is done once', async () => {
    const before = await count('leads')
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.call('POST', '/api/leads', { name: '同时' }, { key: 'k2' })),
    )
    expect(await count('leads')).toBe(before + 1)
    const statuses = answers.map(({ status, json }) => (status === 409 ? json.error.id : status))
    expect(statuses).toContain(201)
    expect(statuses.every((status) => status === 201 || status === 'still_running')).toBe(true)
    expect((await api.call('POST', '/api/leads', { name: '同时' }, { key: 'k2' })).status).toBe(201)
  })

  test('under a key that was for something else is refused', async () => {
    await api.call('POST', '/api/leads', { name: '甲' }, { key: 'k3' })
    for (const again of [
      api.call('POST', '/api/leads', { name: '乙' }, { key: 'k3' }),
      api.call('PUT', '/api/staff/LiNa', { name: '甲' }, { key: 'k3' }),
    ]) {
      expect(await again).toMatchObject({ status: 422, json: { error: { id: 'idempotency_key_reused' } } })
    }
  })

  test('is its own for each principal', async () => {
    const mine = await api.call('POST', '/api/leads', { name: '丙' }, { key: 'k4' })
    const other = await api.call('POST', '/api/leads', { name: '丙' }, { key: 'k4', as: 'WangMin' })
    expect(other.json.id).not.toBe(mine.json.id)
  })

  test('keeps a refusal, forgets a failure of ours', async () => {
    const id = '0190a000-0000-7000-8000-000000000000'
    for (let round = 0; round < 2; round++) {
      const refused = await api.call('POST', `/api/leads/${id}/release`, undefined, { key: 'k5' })
      expect(refused).toMatchObject({ status: 404, json: { error: { id: 'lead_unknown' } } })
    }
    const broken = await testServer({
      ...house,
      playbook: { ...house.playbook, current: () => Promise.reject(new Error('boom')) },
    })
    const failed = await broken.call('POST', '/api/leads', { name: '丁' }, { key: 'k6' })
    expect(failed).toMatchObject({
      status: 500,
      json: { error: { id: 'internal', message: '系统出错了，已记录下来' } },
    })
    expect(failed.text).not.toContain('boom')
    expect((await api.call('POST', '/api/leads', { name: '丁' }, { key: 'k6' })).status).toBe(201)
    await broken.close()
  })

  test('whose first attempt died is free again after a minute', async () => {
    const body = JSON.stringify({ name: '戊' })
    await api.call('POST', '/api/leads', body, { key: 'k7' })
    await house.db.query(`UPDATE idempotency SET status = NULL, answer = NULL WHERE key = 'k7'`)
    expect((await api.call('POST', '/api/leads', body, { key: 'k7' })).json.error.id).toBe('still_running')
    clock().advance(61_000)
    expect((await api.call('POST', '/api/leads', body, { key: 'k7' })).status).toBe(201)
  })

  test('must be a key', async () => {
    for (const key of ['a b', 'x'.repeat(201)])
      expect((await api.call('POST', '/api/leads', { name: 'x' }, { key })).status).toBe(400)
  })
})

describe('hostile input', () => {
  const post = (body: string, type = 'application/json') =>
    api.call('POST', '/api/leads', body, { headers: { 'Content-Type': type } })

  test('is answered with 4xx in the shape of every error, and leaves nothing behind', async () => {
    const before = await count('leads')
    const cases: [string, () => ReturnType<typeof post>, number][] = [
      ['not JSON', () => post('{"name":'), 400],
      ['another type', () => post('name=x', 'application/x-www-form-urlencoded'), 400],
      ['text', () => post('{"name":"x"}', 'text/plain'), 400],
      ['an array', () => post('[]'), 422],
      ['null', () => post('null'), 422],
      ['deep', () => post(`{"name":"x","attributes":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 400],
      ['a prototype', () => post('{"name":"x","__proto__":{"roles":["admin"]}}'), 400],
      ['a prototype inside', () => post('{"name":"x","attributes":{"__proto__":"y"}}'), 400],
      ['a constructor', () => post('{"name":"x","constructor":{"prototype":{}}}'), 422],
      ['NUL', () => post('{"name":"a\\u0000b"}'), 422],
      ['10 MB', () => post(`{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`), 413],
      ['an operator', () => post('{"name":{"contains":""}}'), 422],
      ['a number for text', () => post('{"name":1}'), 422],
    ]
    for (const [what, send, status] of cases) {
      const answer = await send()
      expect([what, answer.status]).toEqual([what, status])
      expect(answer.json.error, what).toMatchObject({
        id: expect.any(String),
        message: expect.stringMatching(/[\u4e00-\u9fff]/),
      })
    }
    const notUtf8 = await fetch(`${api.url}/api/leads`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' },
      body: Uint8Array.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    })
    expect(notUtf8.status).toBe(400)
    expect(await count('leads')).toBe(before)
    expect(({} as { roles?: unknown }).roles).toBeUndefined()
  })

  test('in addresses and queries is answered with 4xx', async () => {
    for (const path of [
      '/api/leads?stage[$ne]=MAL',
      '/api/leads?limit=50&limit=60',
      '/api/leads?nonsense=1',
      `/api/leads?q=${'x'.repeat(5000)}`,
      '/api/leads?q=%00',
      '/api/leads/%E0%A4%A',
      '/api/leads/..%2f..%2fstaff',
      '/api/messages?leadId=1',
      '/api/messages?state=none',
      '/api/playbook/versions/0',
      '/api/playbook/versions/99999999999999',
      '/api/staff/a%20b',
      '/api/inbox?state=x',
    ]) {
      const { status, json } = await api.call('GET', path)
      expect([path, status >= 400 && status < 500, json?.error?.id !== undefined]).toEqual([path, true, true])
    }
    for (const id of ['abc', '-1', '1e3', '99999999999999999999', '0'])
      expect((await api.call('POST', `/api/inbox/${id}/replay`)).status).toBe(404)
  })

  test('in names is kept as it is and never runs', async () => {
    const name = `<img src=x onerror=alert(1)>'"{{7*7}}😀\u202e`
    const { status, json } = await api.call('POST', '/api/leads', { name, company: "'; DROP TABLE leads; --" })
    expect([status, json.name]).toEqual([201, name])
    const page = await api.call('GET', json.joinUrl.replace('http://127.0.0.1:3000', ''))
    expect(page.text).not.toContain('onerror')
    const found = await api.call('GET', `/api/leads?q=${encodeURIComponent("'; DROP TABLE")}`)
    expect(found.json.items).toHaveLength(1)
  })
})

describe('the playbook', () => {
  test('is patched into a new version; the rest stays; every version can be read', async () => {
    const before = (await api.call('GET', '/api/playbook')).json
    const after = await api.call('PUT', '/api/playbook', {
      hours: { work: 'always', quiet: 'never' },
      groupSend: { window: 0 },
    })
    expect(after).toMatchObject({
      status: 200,
      json: { version: before.version + 1, hours: { work: 'always', quiet: 'never' } },
    })
    expect({ ...after.json, version: 0, hours: 0, groupSend: 0 }).toEqual({
      ...before,
      version: 0,
      hours: 0,
      groupSend: 0,
    })
    expect((await api.call('GET', '/api/playbook')).json).toEqual(after.json)
    const versions = (await api.call('GET', '/api/playbook/versions?limit=1')).json
    expect(versions).toMatchObject({
      items: [{ version: after.json.version, by: 'api' }],
      nextCursor: expect.any(String),
    })
    expect((await api.call('GET', `/api/playbook/versions/${before.version}`)).json).toEqual(before)
  })

  test('refuses what does not hold together, field by field, and an edit of an old version', async () => {
    const bad = await api.call('PUT', '/api/playbook', { sla: { review: 'soon' }, hours: { work: 7 } })
    expect(bad.status).toBe(422)
    expect(bad.json.error.details.length).toBeGreaterThanOrEqual(2)
    expect(bad.text).toContain('sla.review')
    expect(await api.call('PUT', '/api/playbook', { version: 1 })).toMatchObject({
      status: 409,
      json: { error: { id: 'stale_version' } },
    })
    expect((await api.call('PUT', '/api/playbook', [])).status).toBe(422)
    expect((await api.call('PUT', '/api/playbook', {}, { as: 'WangMin' })).status).toBe(403)
  })
})

describe('staff', () => {
  test('is made and changed by PUT; what is not said stays; userids are compared without case', async () => {
    const made = await api.call('PUT', '/api/staff/HanMei', {
      roles: ['sales', 'sales'],
      team: '华东',
      capacity: 30,
      regions: ['宁波'],
    })
    expect(made).toMatchObject({
      status: 200,
      json: { userid: 'HanMei', roles: ['sales'], team: '华东', capacity: 30, weight: 1, active: true },
    })
    const changed = await api.call('PUT', '/api/staff/hanmei', { weight: 3, capacity: null })
    expect(changed.json).toMatchObject({
      userid: 'HanMei',
      roles: ['sales'],
      team: '华东',
      capacity: null,
      weight: 3,
      regions: ['宁波'],
    })
    expect((await api.call('GET', '/api/staff/HANMEI')).json).toEqual(changed.json)
    expect((await api.call('GET', '/api/staff/Nobody')).status).toBe(404)
    expect((await api.call('PUT', '/api/staff/HanMei', { roles: ['king'] })).status).toBe(422)
    const list = (await api.call('GET', '/api/staff?limit=1')).json
    expect(list.items).toHaveLength(1)
    expect(
      (await api.call('GET', `/api/staff?cursor=${list.nextCursor}`)).json.items.map(
        (one: { userid: string }) => one.userid,
      ),
    ).toContain('WangMin')
  })
})

describe('content', () => {
  test('is made, changed into versions, listed, and suggested for a stage', async () => {
    const piece = { kind: 'article', title: '三个月把报价缩到一天', body: '您好', stages: ['MAL'], needs: ['降本'] }
    const made = await api.call('POST', '/api/content', piece)
    expect(made).toMatchObject({ status: 201, json: { id: expect.any(String), version: 1 } })
    const { id } = made.json
    expect((await api.call('PUT', `/api/content/${id}`, piece)).json).toEqual({ id, version: 1 })
    expect((await api.call('PUT', `/api/content/${id}`, { ...piece, title: '新题目' })).json).toEqual({
      id,
      version: 2,
    })
    const list = (await api.call('GET', '/api/content?stage=MAL&limit=200')).json.items
    expect(list.filter((one: { id: string }) => one.id === id)).toMatchObject([
      { title: '新题目', version: 2, origin: 'database' },
    ])
    const lead = (await api.call('POST', '/api/leads', { name: '读者', tags: [{ group: '需求', name: '降本' }] })).json
    const { items } = (await api.call('GET', `/api/leads/${lead.id}/suggestions`)).json
    expect(items).toContainEqual({ contentId: id, title: '新题目', reason: expect.stringMatching(/[\u4e00-\u9fff]/) })
    expect((await api.call('POST', '/api/content', { ...piece, stages: ['NOWHERE'] })).status).toBe(422)
    expect((await api.call('POST', '/api/content', { ...piece, url: 'javascript:alert(1)' })).status).toBe(422)
    expect((await api.call('PUT', '/api/content/none', piece)).status).toBe(404)
  })
})

describe('operations', () => {
  test('the plug is pulled for all or for one channel, and put back', async () => {
    expect((await api.call('PUT', '/api/outgoing', { paused: true })).json).toEqual({ paused: true, channels: [] })
    expect((await api.call('PUT', '/api/outgoing', { paused: true, channel: 'group-send' })).json).toEqual({
      paused: true,
      channels: ['group-send'],
    })
    expect((await api.call('PUT', '/api/outgoing', { paused: false })).json).toEqual({
      paused: false,
      channels: ['group-send'],
    })
    expect((await api.call('PUT', '/api/outgoing', { paused: false, channel: 'group-send' })).json).toEqual({
      paused: false,
      channels: [],
    })
    expect((await api.call('GET', '/api/outgoing')).json).toEqual({ paused: false, channels: [] })
    expect((await api.call('PUT', '/api/outgoing', { paused: true, channel: 'pigeon' })).status).toBe(422)
  })

  test('what came in is listed by state, newest first, and can be handled again', async () => {
    const at = clock().now()
    for (const [n, state] of ['done', 'failed', 'ignored', 'working', 'failed'].entries()) {
      await house.db.query(
        `INSERT INTO inbox (received_at, due_at, path, lane, subject, body, event, state, reason) VALUES ($1, $1, $2, 'default', 's', 'secret words', '{}', $3, 'why')`,
        [at, `wecom/x${n}`, state],
      )
    }
    const failed = await api.call('GET', '/api/inbox?state=failed')
    expect(failed.json.items.map((one: { path: string }) => one.path)).toEqual(['wecom/x4', 'wecom/x1'])
    expect(failed.text).not.toContain('secret words')
    const all = (await api.call('GET', '/api/inbox?limit=2')).json
    expect(
      (await api.call('GET', `/api/inbox?limit=200&cursor=${all.nextCursor}`)).json.items.map(
        (one: { path: string }) => one.path,
      ),
    ).toEqual(['wecom/x2', 'wecom/x1', 'wecom/x0'])
    const [one] = failed.json.items
    expect(await api.call('POST', `/api/inbox/${one.id}/replay`)).toMatchObject({ status: 202, json: { id: one.id } })
    expect((await api.call('GET', '/api/inbox?state=received')).json.items).toMatchObject([
      { id: one.id, reason: null },
    ])
    const [busy] = (await api.call('GET', '/api/inbox?state=working')).json.items
    expect((await api.call('POST', `/api/inbox/${busy.id}/replay`)).json.error.id).toBe('event_busy')
  })
})

test('the API describes itself, to machines and to people, without a login', async () => {
  const document = await api.call('GET', '/api/openapi.json', undefined, { stranger: true })
  expect(document.json).toMatchObject({ openapi: '3.1.0', paths: { '/api/leads': { get: {}, post: {} } } })
  const page = await api.call('GET', '/api/docs', undefined, { stranger: true })
  expect(page.status).toBe(200)
  expect(page.text).toContain('/api/leads/{id}/verdict')
  expect(page.text).not.toMatch(/(src|href)="https?:/)
})
