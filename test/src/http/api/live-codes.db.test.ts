import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeLiveCodes } from '../../../../src/codes/make.ts'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse } from '../../../support/house.ts'
import { type TestServer, testServer } from '../../../support/server.ts'
import { type FakeWecom, fakeWecom } from '../../../support/wecom-fake.ts'

let house: TestHouse
let api: TestServer
let wecom: FakeWecom
beforeAll(async () => {
  wecom = await fakeWecom()
  house = await testHouse({ db: await testDatabase(), wecomUrl: wecom.url })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
})
afterAll(() => api.close())
beforeEach(() => {
  wecom.reset()
  wecom.script('externalcontact/add_contact_way', {
    errcode: 0,
    config_id: 'cfg',
    qr_code: 'https://wework.qpic.cn/qr/1',
  })
})

test('a live code is made in WeCom at once, with its state', async () => {
  const made = await api.call('POST', '/api/live-codes', {
    name: '展会A',
    staff: ['WangMin', 'LiLei'],
    tags: [{ group: '来源', name: '展会A' }],
    source: { channel: '展会A' },
    welcome: '您好，我是{{ sender.name }}',
  })
  expect(made).toMatchObject({ status: 201, json: { configId: 'cfg', qrCode: 'https://wework.qpic.cn/qr/1' } })
  expect(made.json.state).toMatch(/^lc_\w{16}$/)
  expect(wecom.of('externalcontact/add_contact_way')[0]?.body).toMatchObject({
    state: made.json.state,
    user: ['LiLei', 'WangMin'],
  })
  const list = await api.call('GET', '/api/live-codes')
  expect(list.json.items).toMatchObject([
    { id: made.json.id, name: '展会A', made: 'made', problem: null, source: { channel: '展会A' } },
  ])
})

test('while WeCom is away it is written down and made later', async () => {
  wecom.script('externalcontact/add_contact_way', { errcode: -1, errmsg: 'system busy' })
  const made = await api.call('POST', '/api/live-codes', { name: '稍后', staff: ['WangMin'] })
  expect(made).toMatchObject({ status: 201, json: { configId: null, qrCode: null } })
  wecom.script('externalcontact/add_contact_way', {
    errcode: 0,
    config_id: 'late',
    qr_code: 'https://wework.qpic.cn/qr/2',
  })
  ;(house.clock as unknown as { advance(ms: number): void }).advance(3_600_000)
  await makeLiveCodes(house)
  const [code] = (await api.call('GET', '/api/live-codes?limit=1')).json.items
  expect(code).toMatchObject({ name: '稍后', made: 'made', configId: 'late' })
})

test('what WeCom refuses is told with what to do about it', async () => {
  wecom.script('externalcontact/add_contact_way', { errcode: 84074, errmsg: 'no permission' })
  const refused = await api.call('POST', '/api/live-codes', { name: '没有权限', staff: ['Ghost'] })
  expect(refused).toMatchObject({
    status: 409,
    json: { error: { id: 'wecom_84074', message: expect.stringMatching(/[\u4e00-\u9fff]/) } },
  })
})

test('the page a new lead joins at shows the code, and makes it when nobody has', async () => {
  const { joinUrl } = (await api.call('POST', '/api/leads', { name: '来客' })).json
  const path = new URL(joinUrl).pathname
  const page = await api.call('GET', path, undefined, { stranger: true, headers: { Accept: 'text/html' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.text).toContain('src="https://wework.qpic.cn/qr/1"')
  expect(page.text).toContain('name="viewport"')
  expect(page.text).toContain('lang="zh-CN"')
  expect(page.headers.get('content-security-policy')).toContain("img-src 'self' data: https://wework.qpic.cn")
  expect(page.text).not.toContain('来客')
  await api.call('GET', path, undefined, { stranger: true })
  expect(wecom.of('externalcontact/add_contact_way')).toHaveLength(1)
  expect(wecom.of('externalcontact/add_contact_way')[0]?.body).toMatchObject({
    state: path.split('/').at(-1),
    user: ['WangMin'],
  })
})

test('with WeCom away a lead is made all the same; its page asks to come back, and then has the code', async () => {
  wecom.script('externalcontact/add_contact_way', { errcode: -1, errmsg: 'system busy' })
  const made = await api.call('POST', '/api/leads', { name: '来早了' })
  expect(made.status).toBe(201)
  const path = new URL(made.json.joinUrl).pathname
  const early = await api.call('GET', path, undefined, { stranger: true })
  expect([early.status, early.headers.get('refresh')]).toEqual([503, '10'])
  expect(early.text).toContain('正在生成')
  wecom.script('externalcontact/add_contact_way', {
    errcode: 0,
    config_id: 'c',
    qr_code: 'https://wework.qpic.cn/qr/3',
  })
  ;(house.clock as unknown as { advance(ms: number): void }).advance(3_600_000)
  expect((await api.call('GET', path, undefined, { stranger: true })).text).toContain('qr/3')
})

test('a made-up address is a page too', async () => {
  for (const state of ['jn_none', '%00', "jn_' OR 1=1", 'lc_x']) {
    const page = await api.call('GET', `/c/join/${encodeURIComponent(state)}`, undefined, { stranger: true })
    expect([page.status, page.text.includes('失效')]).toEqual([404, true])
  }
})

test('a message to a customer one can reach is planned and answered with 201; to one nobody can reach it is refused', async () => {
  const { id } = (
    await api.call('POST', '/api/leads', { name: '客户', identities: [{ kind: 'externalUserId', value: 'wmReach' }] })
  ).json
  const unreachable = await api.call('POST', `/api/leads/${id}/messages`, { text: '您好' })
  expect(unreachable).toMatchObject({
    status: 409,
    json: { error: { id: 'not_reachable', details: { state: 'refused' } } },
  })
  await house.db.query(
    `INSERT INTO follows (userid, external_userid, lead_id, state, started_at) VALUES ('WangMin', 'wmReach', $1, 'full', $2)`,
    [id, house.clock.now()],
  )
  const planned = await api.call(
    'POST',
    `/api/leads/${id}/messages`,
    { text: '您好，这是您要的资料' },
    { as: 'WangMin' },
  )
  expect(planned).toMatchObject({
    status: 201,
    json: { leadId: id, state: 'planned', channel: 'group-send', sender: 'WangMin', reason: null },
  })
  for (const body of [{}, { text: 'a', contentId: 'b' }, { text: 'a', channel: 'pigeon' }]) {
    expect((await api.call('POST', `/api/leads/${id}/messages`, body)).status).toBe(422)
  }
  expect((await api.call('POST', `/api/leads/${id}/messages`, { contentId: 'no-such-piece' })).status).toBe(404)
})
