import { afterAll, beforeAll, expect, test } from 'vitest'
import { staffChanged } from '../../../src/mirror/staff.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type Called, type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/SunLi', { name: '孙丽', roles: ['admin'] })
  await api.call('PUT', '/api/staff/LiLei', { name: '李雷', roles: ['sales'], team: '华东' })
})
afterAll(() => api.close())

const sid = (called: Called) => /sid=([^;]+)/.exec(called.headers.getSetCookie().join())?.[1] ?? ''
const signIn = async (userid: string, headers: Record<string, string> = {}) =>
  sid(await api.call('POST', '/api/sign-in', { userid }, { stranger: true, headers }))
const status = async (token: string) =>
  (await api.call('GET', '/api/me', undefined, { stranger: true, headers: { Cookie: `sid=${token}` } })).status
const member = async (userid: string) =>
  (await api.call('GET', `/api/members?q=${userid}`, undefined, { as: 'SunLi' })).json.items[0]

test('what an admin changes about a member stands in the audit log: from what to what, by whom, without his name', async () => {
  const hours = [{ days: 'workdays', from: '13:00', to: '22:00' }]
  const put = { name: '李大雷', roles: ['sales', 'manager'], capacity: 12, skills: ['英语'], hours }
  expect((await api.call('PUT', '/api/staff/lilei', put, { as: 'SunLi' })).json).toMatchObject({
    skills: ['英语'],
    hours,
  })
  const [line] = await house.db.query<{ act_as: string; target: string; data: { changed: object } }>(
    "SELECT act_as, target, data FROM audit WHERE action = 'member-changed' ORDER BY at DESC, id DESC LIMIT 1",
  )
  expect(line).toMatchObject({ act_as: 'SunLi', target: 'LiLei' })
  expect(line?.data.changed).toMatchObject({
    roles: { from: ['sales'], to: ['sales', 'manager'] },
    capacity: { from: null, to: 12 },
  })
  expect(JSON.stringify(line)).not.toContain('李大雷')
  const bad = await api.call('PUT', '/api/staff/LiLei', { hours: [{ days: 'mon', from: '9', to: '25:00' }] })
  expect(bad.status).toBe(422)
})

test('the last admin cannot be taken his rights, by himself or anybody', async () => {
  for (const body of [{ roles: ['sales'] }, { active: false }])
    expect(await api.call('PUT', '/api/staff/SunLi', body, { as: 'SunLi' })).toMatchObject({
      status: 409,
      json: { error: { id: 'last_admin' } },
    })
  await api.call('PUT', '/api/staff/ZhaoQian', { roles: ['admin'] })
  expect((await api.call('PUT', '/api/staff/SunLi', { roles: ['admin', 'manager'] })).status).toBe(200)
})

test('an admin sees who is signed in and can end it everywhere; a link lets its person in once', async () => {
  const [desk, phone] = [await signIn('LiLei'), await signIn('LiLei')]
  expect(await member('lilei')).toMatchObject({ sessions: 2, reach: 'team', lastSignIn: expect.any(String) })
  const out = await api.call('POST', '/api/members/lilei/sign-out', {}, { as: 'SunLi' })
  expect(out.json).toEqual({ ended: 2 })
  expect([await status(desk), await status(phone)]).toEqual([401, 401])
  const { url } = (await api.call('POST', '/api/members/LiLei/sign-in-link', {}, { as: 'SunLi' })).json
  const code = new URL(url).searchParams.get('code')
  const enter = () => api.call('POST', '/api/sign-in', { code }, { stranger: true })
  expect([(await enter()).status, (await enter()).status]).toEqual([200, 403])
  expect((await api.call('POST', '/api/members/Ghost/sign-out', {}, { as: 'SunLi' })).status).toBe(404)
  expect((await api.call('GET', '/api/members?q=%25', undefined, { as: 'SunLi' })).json.items).toEqual([])
})

test('a member who leaves the company, or is put out of service, is out at once, and no link lets him in', async () => {
  const token = await signIn('LiLei')
  await house.db.transaction((tx) => staffChanged(tx, house, [{ userid: 'lilei', inScope: false }]))
  expect(await status(token)).toBe(401)
  expect(await member('lilei')).toMatchObject({ sessions: 0, inScope: false })
  expect((await api.call('POST', '/api/members/LiLei/sign-in-link', {}, { as: 'SunLi' })).status).toBe(409)
  const other = await signIn('ZhaoQian')
  await api.call('PUT', '/api/staff/ZhaoQian', { active: false })
  expect(await status(other)).toBe(401)
})

test('a browser outside WeCom is shown the QR code, WeCom itself is not; both with a state of this browser', async () => {
  house.config.wecom.loginUrl = 'https://login.work.weixin.qq.com/wwlogin/sso/login'
  const leave = async (agent: string) => {
    const answer = await api.call('GET', '/console/sign-in/wecom', undefined, {
      stranger: true,
      headers: { 'User-Agent': agent },
    })
    return new URL(answer.headers.get('location') as string)
  }
  const desktop = await leave('Mozilla/5.0 Chrome/142')
  expect(desktop.origin + desktop.pathname).toBe('https://login.work.weixin.qq.com/wwlogin/sso/login')
  expect(Object.fromEntries(desktop.searchParams)).toMatchObject({
    login_type: 'CorpApp',
    appid: house.config.wecom.corpId,
    agentid: String(house.config.wecom.agentId),
    redirect_uri: 'http://127.0.0.1:3000/console/sign-in/wecom/back',
    state: expect.stringMatching(/^[a-zA-Z0-9]{1,128}$/),
  })
  expect((await leave('Mozilla/5.0 wxwork/4.1')).href).toContain(house.config.wecom.oauthUrl)
})
