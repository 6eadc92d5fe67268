import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../../support/db.ts'
import { type TestServer, testServer } from '../../../support/server.ts'
import { type WecomHouse, wecomHouse } from '../../../support/wecom-house.ts'

let house: WecomHouse
let api: TestServer
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
  await api.call('PUT', '/api/staff/LiLei', { roles: ['sales'] })
})
afterAll(() => api.close())

const full = {
  name: '工博会 <A&B>',
  staff: ['WangMin'],
  source: { channel: '工博会' },
  slots: [{ days: 'workdays', from: '09:00', to: '18:00', staff: ['LiLei', 'HanMeimei'] }],
  dailyLimit: 30,
  limits: { LiLei: 10 },
  backup: ['ZhangWei'],
  greetings: [{ days: ['sat', 'sun'], from: '00:00', to: '24:00', text: '周末好' }],
  remark: '{{name}}-{{channel}}-{{MMDD}}',
  verify: true,
}
const make = async (body: object = full, path = '/api/live-codes') => (await api.call('POST', path, body)).json
const keep = () => house.shelves.jobs.get('keep-duty')?.run(house)

test('a code is made, read, changed part by part, and archived; what was not said stays', async () => {
  const { id } = await make()
  const read = await api.call('GET', `/api/live-codes/${id}`)
  expect(read).toMatchObject({
    status: 200,
    json: {
      ...full,
      onDuty: { userids: ['HanMeimei', 'LiLei'], why: 'slot', nextAt: '2026-11-19T10:00:00.000Z' },
      counts: {
        today: 0,
        total: 0,
        staff: [
          { userid: 'HanMeimei', limit: 30 },
          { userid: 'LiLei', limit: 10 },
        ],
      },
    },
  })
  const changed = await api.call('PUT', `/api/live-codes/${id}`, { dailyLimit: null, verify: false, version: 1 })
  expect(changed.json).toMatchObject({ dailyLimit: null, verify: false, version: 2, limits: { LiLei: 10 } })
  await keep()
  expect(house.sandbox.world.contactWays.at(-1)).toMatchObject({ skip_verify: true, user: ['HanMeimei', 'LiLei'] })
  expect(await api.call('PUT', `/api/live-codes/${id}`, { name: 'x', version: 1 })).toMatchObject({
    status: 409,
    json: { error: { id: 'stale_version' } },
  })
  expect((await api.call('DELETE', `/api/live-codes/${id}`)).json.archivedAt).not.toBeNull()
  await keep()
  expect(house.sandbox.world.contactWays.filter(({ remark }) => remark === full.name)).toEqual([])
  const names = async (archived: string) =>
    (await api.call('GET', `/api/live-codes?archived=${archived}`)).json.items.length
  expect([await names('true'), await names('false'), await names('all')]).toEqual([1, 0, 1])
})

test('a repeated request makes one code', async () => {
  const ask = () => api.call('POST', '/api/live-codes', full, { key: 'once' })
  const [one, two] = [await ask(), await ask()]
  expect([two.json.id, two.headers.get('idempotency-replayed')]).toEqual([one.json.id, 'true'])
})

test.each([
  ['a slot that begins when it ends', { slots: [{ from: '09:00', to: '09:00', staff: ['LiLei'] }] }],
  ['a slot of nobody', { slots: [{ from: '09:00', to: '10:00', staff: [] }] }],
  ['a day that is none', { slots: [{ days: 'someday', from: '09:00', to: '10:00', staff: ['LiLei'] }] }],
  ['an unknown word in a remark', { remark: '{{mobile}}' }],
  ['a limit of nothing', { dailyLimit: 0 }],
  ['a limit for a name that is none', { limits: { '李雷；DROP': 3 } }],
  ['more people than WeCom takes', { staff: Array.from({ length: 101 }, (_, n) => `P${n}`) }],
  [
    'more people in all than WeCom takes',
    { staff: Array.from({ length: 90 }, (_, n) => `P${n}`), backup: Array.from({ length: 20 }, (_, n) => `B${n}`) },
  ],
  ['a field nobody knows', { pauseForever: true }],
  ['a name with control characters', { name: 'a\u0000b' }],
])('%s is refused with what is wrong', async (_, change) => {
  const refused = await api.call('POST', '/api/live-codes', { ...full, ...change })
  expect(refused.status).toBe(422)
  expect(refused.json.error.message).toMatch(/[\u4e00-\u9fff]/)
})

test('the picture of a code has its name under it, and runs nothing; a link is drawn here', async () => {
  const { id } = await make()
  const svg = await api.call('GET', `/api/live-codes/${id}/qr?size=300`)
  expect([svg.status, svg.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(svg.text).toContain('工博会 &#60;A&#38;B&#62;')
  expect(svg.text).toMatch(/href="data:image\/svg\+xml;base64,/)
  expect(svg.headers.get('content-security-policy')).toContain("default-src 'none'")
  const link = await make({ name: '信息流', staff: ['LiLei'] }, '/api/acquisition-links')
  expect(link.qrCode).toContain(`customer_channel=${link.state}`)
  const png = await api.call('GET', `/api/acquisition-links/${link.id}/qr?format=png&size=400`)
  expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png'])
  // What is one kind's is not the other's.
  expect((await api.call('GET', `/api/live-codes/${link.id}`)).status).toBe(404)
  expect((await api.call('GET', `/api/live-codes/${id}/qr?size=99999`)).status).toBe(422)
  expect((await api.call('GET', '/api/live-codes/none')).status).toBe(404)
})

test('a preview says what a remark would be and who takes over when, and changes nothing', async () => {
  const before = house.sandbox.calls.length
  const { json } = await api.call('POST', '/api/live-codes/preview', { ...full, welcome: undefined, verify: undefined })
  expect(json.remark).toBe('陈晓芸-工博会-1119')
  expect(json.duty.slice(0, 3)).toEqual([
    { from: '2026-11-19T02:00:00.000Z', userids: ['HanMeimei', 'LiLei'], why: 'slot' },
    { from: '2026-11-19T10:00:00.000Z', userids: ['WangMin'], why: 'staff' },
    { from: '2026-11-20T01:00:00.000Z', userids: ['HanMeimei', 'LiLei'], why: 'slot' },
  ])
  expect(house.sandbox.calls.length).toBe(before)
})

test('a rep switches himself off and on; his codes follow', async () => {
  await make({ name: '值班', staff: ['LiLei'], backup: ['HanMeimei'] })
  const way = () => house.sandbox.world.contactWays.find(({ remark }) => remark === '值班')?.user
  const absent = (until: string | null) => api.call('PUT', '/api/me/absence', { until }, { as: 'LiLei' })
  expect((await absent('2026-11-20T00:00:00Z')).json).toMatchObject({ absentUntil: '2026-11-20T00:00:00.000Z' })
  await keep()
  expect(way()).toEqual(['HanMeimei'])
  await absent(null)
  await keep()
  expect(way()).toEqual(['LiLei'])
  expect((await absent('2020-01-01T00:00:00Z')).status).toBe(422)
  expect((await api.call('PUT', '/api/me/absence', { until: null })).status).toBe(409)
})

test('an old code of one member goes on working, and says why it cannot have two', async () => {
  const { id } = await make({ name: '旧码', staff: ['LiLei'] })
  await house.db.query("UPDATE live_codes SET single = true, plan = '{}' WHERE id = $1", [id])
  expect((await api.call('PUT', `/api/live-codes/${id}`, { name: '旧码二' })).status).toBe(200)
  expect(await api.call('PUT', `/api/live-codes/${id}`, { backup: ['HanMeimei'] })).toMatchObject({
    status: 409,
    json: { error: { id: 'live_code_single' } },
  })
})
