import { afterAll, beforeAll, expect, test } from 'vitest'
import type { movableClock } from '../../../../src/clock.ts'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse } from '../../../support/house.ts'
import { type TestServer, testServer } from '../../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  for (const [userid, roles] of [
    ['WangMin', ['mdr']],
    ['LiLei', ['sales']],
    ['HanMei', ['sales']],
  ] as const) {
    expect((await api.call('PUT', `/api/staff/${userid}`, { roles })).status).toBe(200)
  }
})
afterAll(() => api.close())

const clock = () => house.clock as ReturnType<typeof movableClock>
let count = 0
async function newLead(fields: Record<string, unknown> = {}) {
  const { status, json } = await api.call('POST', '/api/leads', { name: `线索 ${++count}`, ...fields })
  expect(status, JSON.stringify(json)).toBeLessThan(300)
  return json as { id: string; version: number; joinUrl: string } & Record<string, unknown>
}

test('a new lead is answered whole with 201; who shares an identity is the same lead with 200', async () => {
  const first = await api.call('POST', '/api/leads', {
    name: ' 张三 ',
    company: '宁波精工机械有限公司',
    title: '采购总监',
    mobile: '138 0000 0001',
    email: 'Zhang@Example.com',
    source: { channel: '官网', campaign: '白皮书' },
    tags: [{ group: '需求', name: '降本' }],
  })
  expect(first.status).toBe(201)
  expect(first.json).toMatchObject({
    name: '张三',
    company: '宁波精工机械有限公司',
    stage: 'MAL',
    owner: null,
    identities: [
      { kind: 'email', value: 'z***@example.com' },
      { kind: 'mobile', value: '138****0001' },
    ],
    tags: [{ group: '需求', name: '降本' }],
    source: { first: { kind: 'api', channel: '官网', campaign: '白皮书' }, last: { channel: '官网' } },
    recycleCount: 0,
    version: expect.any(Number),
  })
  expect(first.text).not.toContain('13800000001')
  const again = await api.call('POST', '/api/leads', { name: '张先生', mobile: '+8613800000001', industry: '制造' })
  expect(again.status).toBe(200)
  expect(again.json).toMatchObject({ id: first.json.id, name: '张三', industry: '制造', joinUrl: first.json.joinUrl })
})

test('ten requests for one new person at once make one lead', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => api.call('POST', '/api/leads', { name: '同一个人', mobile: '13900000009' })),
  )
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect((await api.call('GET', '/api/leads?q=13900000009')).json.items).toHaveLength(1)
})

test('a lead has an address at which it can join, and the code behind it is asked for', async () => {
  const { id, joinUrl } = await newLead()
  expect(joinUrl).toMatch(/^http:\/\/127\.0\.0\.1:3000\/c\/join\/jn_\w{16}$/)
  expect(house.woken).toContain('make-live-codes')
  const [code] = await house.db.query<{ kind: string; leadId: string; staff: string[] }>(
    'SELECT kind, lead_id AS "leadId", staff FROM live_codes WHERE state = $1',
    [joinUrl.split('/').at(-1)],
  )
  expect(code).toEqual({ kind: 'join', leadId: id, staff: ['WangMin'] })
})

test('what is wrong is named field by field, in Chinese', async () => {
  const { status, json } = await api.call('POST', '/api/leads', {
    company: 'x'.repeat(300),
    mobile: '12345',
    tags: [{ group: '需求' }],
    isAdmin: true,
  })
  expect(status).toBe(422)
  expect(json.error).toMatchObject({ id: 'invalid', message: '有字段不符合要求' })
  const fields = Object.fromEntries(
    json.error.details.map((one: { field: string; message: string }) => [one.field, one.message]),
  )
  expect(fields).toMatchObject({ name: '必填', 'tags[0].name': '必填', '(整体)': '不认识的字段：isAdmin' })
  expect(fields.company).toMatch(/[\u4e00-\u9fff]/)
  const bad = await api.call('POST', '/api/leads', { name: '李四', mobile: '12345', email: 'x@y' })
  expect(bad.json.error.details).toEqual([
    { field: 'mobile', message: '不是手机号' },
    { field: 'email', message: '不是邮箱' },
  ])
})

test('lists go page by page through everything once, newest first, and a forged cursor is refused', async () => {
  for (let n = 0; n < 7; n++) {
    await newLead({ industry: '翻页' })
    if (n % 2) clock().advance(1)
  }
  const seen: string[] = []
  let cursor = ''
  let pages = 0
  do {
    const { json } = await api.call('GET', `/api/leads?limit=3&cursor=${cursor}`)
    seen.push(...json.items.map((lead: { id: string }) => lead.id))
    cursor = json.nextCursor ?? ''
    pages++
  } while (cursor)
  const all = await house.db.query<{ id: string }>(
    'SELECT id FROM leads WHERE merged_into IS NULL ORDER BY created_at DESC, id DESC',
  )
  expect(seen).toEqual(all.map(({ id }) => id))
  expect(pages).toBe(Math.ceil(all.length / 3))
  for (const forged of ['x', 'AAAA', `${(await api.call('GET', '/api/leads?limit=1')).json.nextCursor}A`]) {
    expect(await api.call('GET', `/api/leads?cursor=${forged}`)).toMatchObject({
      status: 400,
      json: { error: { id: 'bad_cursor' } },
    })
  }
  // A cursor of one list does not open another.
  const { nextCursor } = (await api.call('GET', '/api/leads?limit=1')).json
  expect((await api.call('GET', `/api/messages?cursor=${nextCursor}`)).status).toBe(400)
  for (const limit of ['0', '201', 'abc', '-1'])
    expect((await api.call('GET', `/api/leads?limit=${limit}`)).status).toBe(422)
})

test('leads are found by stage, desk, owner, tag, words, mobile and external_userid', async () => {
  const lead = await newLead({
    name: '王小明',
    company: '苏州 100% 纺织_厂',
    mobile: '13700000007',
    tags: [{ group: '行业', name: '纺织' }],
    identities: [{ kind: 'externalUserId', value: 'wmFindMe' }],
  })
  const ids = async (query: string) =>
    (await api.call('GET', `/api/leads?${query}`)).json.items.map((one: { id: string }) => one.id)
  for (const query of [
    'q=王小明',
    'q=小明',
    'q=纺织_厂',
    'q=100%25',
    'q=13700000007',
    'q=%2B86 137 0000 0007',
    'tag=行业:纺织',
    'tag=纺织',
    'externalUserId=wmFindMe',
  ]) {
    expect(await ids(query), query).toEqual([lead.id])
  }
  for (const query of [
    'q=1370000000',
    'q=纺织X厂',
    'tag=需求:纺织',
    'externalUserId=wmOther',
    'stage=MQL',
    'owner=LiLei',
    'desk=sales',
  ]) {
    expect(await ids(query), query).not.toContain(lead.id)
  }
  expect(await ids('stage=MAL&q=王小明&limit=1')).toEqual([lead.id])
})

test('a merged lead is read through the one that speaks for it, with its tags and identities, and can be split', async () => {
  const keep = await newLead({ name: '留下', mobile: '13600000001', tags: [{ group: '需求', name: '降本' }] })
  const gone = await newLead({
    name: '并入',
    identities: [{ kind: 'externalUserId', value: 'wmMerged' }],
    tags: [{ group: '需求', name: '提效' }],
  })
  const merged = await api.call('POST', `/api/leads/${keep.id}/merge`, { leadId: gone.id })
  expect(merged).toMatchObject({ status: 200, json: { id: keep.id, mergeId: expect.any(String) } })
  expect(merged.json.tags.map((one: { name: string }) => one.name).sort()).toEqual(['提效', '降本'])
  expect((await api.call('GET', `/api/leads/${gone.id}`)).json.id).toBe(keep.id)
  expect((await api.call('GET', '/api/leads?externalUserId=wmMerged')).json.items[0].id).toBe(keep.id)
  expect((await api.call('GET', `/api/leads?tag=提效`)).json.items[0].id).toBe(keep.id)
  expect((await api.call('POST', `/api/leads/${keep.id}/merge`, { leadId: gone.id })).json.error.id).toBe('same_lead')
  const split = await api.call('POST', `/api/leads/${keep.id}/split`)
  expect(split).toMatchObject({ status: 200, json: { id: gone.id, name: '并入' } })
  expect((await api.call('POST', `/api/leads/${gone.id}/split`)).json.error.id).toBe('not_merged')
  expect((await api.call('GET', `/api/leads/${keep.id}`)).json.tags).toEqual([{ group: '需求', name: '降本' }])
})

test('identities that point at two leads only suggest a merge, which a person makes or dismisses', async () => {
  const pair = async (n: number) => {
    const a = await newLead({ mobile: `1320000000${n}` })
    const b = await newLead({ email: `pair${n}@example.com` })
    const both = await newLead({ mobile: `1320000000${n}`, email: `pair${n}@example.com` })
    expect([a.id, b.id]).toContain(both.id)
    return [a.id, b.id].sort()
  }
  const [first, second] = [await pair(1), await pair(2)]
  const list = async () => (await api.call('GET', '/api/merge-suggestions')).json.items
  const sides = (one: { a: { id: string }; b: { id: string } }) => [one.a.id, one.b.id].sort()
  expect((await list()).map(sides)).toEqual([second, first])
  expect((await list())[0].why).toEqual([{ kind: expect.any(String), hint: expect.stringContaining('*') }])
  await api.call('POST', `/api/leads/${first[0]}/merge`, { leadId: first[1] })
  const [left, ...none] = await list()
  expect([sides(left), none]).toEqual([second, []])
  expect((await api.call('POST', `/api/merge-suggestions/${left.id}/dismiss`)).status).toBe(204)
  expect((await api.call('POST', `/api/merge-suggestions/${left.id}/dismiss`)).status).toBe(404)
  expect(await list()).toEqual([])
})

test('events score a lead, a hand-raise brings it to review, an id counts once', async () => {
  const { id } = await newLead({ mobile: '13500000005' })
  const lead = { kind: 'mobile', value: '135 0000 0005' }
  expect((await api.call('POST', '/api/events', { lead, type: 'price_view', id: 'e-1' })).status).toBe(202)
  const batch = [
    { lead, type: 'price_view', id: 'e-1' },
    { lead, type: 'nobody_knows_this', id: 'e-2', data: { page: '/x' } },
    { lead: { kind: 'mobile', value: '13100000000' }, type: 'price_view', id: 'e-3' },
    {
      lead: { kind: 'id', value: id },
      type: 'demo_request',
      id: 'e-4',
      at: new Date(clock().now().getTime() - 60_000).toISOString(),
    },
    { lead, type: 'price_view', at: '2099-01-01T00:00:00+08:00' },
  ]
  const report = await api.call('POST', '/api/events', batch)
  expect(report.json).toEqual({
    accepted: 3,
    refused: [
      { index: 2, id: 'e-3', message: '没有这条线索' },
      { index: 4, id: null, message: '时间在未来' },
    ],
  })
  const after = (await api.call('GET', `/api/leads/${id}`)).json
  expect(after).toMatchObject({ stage: 'MAL', desk: 'review' })
  const lines = (await api.call('GET', `/api/leads/${id}/score`)).json
  expect(lines.intent.points).toBe(after.score.intent)
  expect(lines.intent.lines.reduce((sum: number, one: { points: number }) => sum + one.points, 0)).toBe(
    after.score.intent,
  )
  const kinds = (await api.call('GET', `/api/leads/${id}/timeline`)).json.items.map((one: { kind: string }) => one.kind)
  expect(kinds.filter((kind: string) => kind === 'event:price_view')).toHaveLength(1)
  expect(kinds).toContain('event:nobody_knows_this')
  expect(kinds).toContain('stage')
})

test('the timeline pages through everything once, newest first', async () => {
  const { id } = await newLead({ mobile: '13400000004' })
  await api.call(
    'POST',
    '/api/events',
    Array.from({ length: 25 }, (_, n) => ({ lead: { kind: 'id', value: id }, type: 'content_open', id: `t-${n}` })),
  )
  const seen: { id: string; at: string }[] = []
  let cursor = ''
  do {
    const { json } = await api.call('GET', `/api/leads/${id}/timeline?limit=7&cursor=${cursor}`)
    seen.push(...json.items)
    cursor = json.nextCursor ?? ''
  } while (cursor)
  const [row] = await house.db.query<{ count: number }>('SELECT count(*) FROM timeline WHERE lead_id = $1', [id])
  expect(seen).toHaveLength(row?.count as number)
  expect(new Set(seen.map((one) => one.id)).size).toBe(seen.length)
  expect([...seen].sort((a, b) => (a.at < b.at ? 1 : -1)).map((one) => one.at)).toEqual(seen.map((one) => one.at))
})

test('an opt-out is kept and stops what is planned', async () => {
  const { id } = await newLead()
  const out = await api.call('POST', `/api/leads/${id}/consent`, {
    purpose: 'marketing',
    granted: false,
    source: '电话',
  })
  expect(out).toMatchObject({ status: 200, json: { marketing: 'denied' } })
  const refused = await api.call('POST', `/api/leads/${id}/messages`, { text: '您好' })
  expect(refused).toMatchObject({
    status: 409,
    json: { error: { id: 'opted_out', details: { state: 'refused', leadId: id } } },
  })
  const list = await api.call('GET', `/api/messages?leadId=${id}&state=refused`)
  expect(list.json.items).toMatchObject([{ leadId: id, state: 'refused', reason: { id: 'opted_out' } }])
  expect(
    (await api.call('POST', `/api/leads/${id}/consent`, { purpose: 'marketing', granted: true, source: '表单' })).json
      .marketing,
  ).toBe('granted')
})

test('an unknown lead is 404, whatever is asked about it', async () => {
  for (const id of ['0190a000-0000-7000-8000-000000000000', 'nobody', '%00', "';--"]) {
    expect((await api.call('GET', `/api/leads/${id}`)).status, id).toBe(404)
    expect(
      (await api.call('POST', `/api/leads/${id}/consent`, { purpose: 'marketing', granted: true, source: 'x' })).status,
    ).toBe(404)
  }
})
