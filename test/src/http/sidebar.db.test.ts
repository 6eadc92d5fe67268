import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { build } from '../../../build.mjs'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'
import { type Called, type TestServer, testServer } from '../../support/server.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let house: TestHouse
let wecom: FakeWecom
let server: TestServer
beforeAll(async () => {
  await build()
  wecom = await fakeWecom()
  house = await testHouse({ db: await testDatabase(), wecomUrl: wecom.url })
  server = await testServer(house)
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
  await addStaff(house, 'HanMeimei', ['sales'], { name: '韩梅梅' })
})
afterAll(() => server.close())
beforeEach(() => wecom.reset())

const get = (path: string, headers: Record<string, string> = {}) =>
  server.call('GET', path, undefined, { stranger: true, headers })
const cookieOf = (called: Called, name: string) =>
  called.headers
    .getSetCookie()
    .find((one) => one.startsWith(`${name}=`))
    ?.split(';')[0] ?? ''
const locationOf = (called: Called) => called.headers.get('location') ?? ''

const giveTickets = () => {
  wecom.script('get_jsapi_ticket', { errcode: 0, ticket: 'corp-ticket', expires_in: 7200 })
  wecom.script('ticket/get', { errcode: 0, ticket: 'agent-ticket', expires_in: 7200 })
}

/** Off to WeCom by an address and back as whoever it names. */
async function comeIn(as: object, by = '/sidebar/sign-in') {
  wecom.script('auth/getuserinfo', { errcode: 0, ...as })
  const away = await get(by)
  const state = new URL(locationOf(away)).searchParams.get('state') ?? ''
  return get(`/sidebar/sign-in/back?code=c&state=${state}`, { Cookie: cookieOf(away, 'state-sidebar') })
}

test('whoever has no session there is sent to WeCom before anything is loaded, and comes back to where he was', async () => {
  const page = await get('/sidebar?lead=0190')
  expect(page.status).toBe(303)
  expect(locationOf(page)).toContain(encodeURIComponent('/sidebar/sign-in/back'))
  const back = await comeIn({ userid: 'LiLei' }, '/sidebar?lead=0190')
  expect([back.status, locationOf(back)]).toEqual([303, '/sidebar?lead=0190'])
  const Cookie = cookieOf(back, 'sidebar-sid')
  giveTickets()
  const inside = await get('/sidebar?lead=%3Ca%22', { Cookie })
  expect(inside.status).toBe(200)
  const given = /name="given" content="([^"]*)"/.exec(inside.text)?.[1]?.replaceAll('&quot;', '"') ?? ''
  expect(JSON.parse(given)).toMatchObject({
    me: { userid: 'LiLei', roles: ['sales'], reach: 'own' },
    signed: { corpId: house.config.wecom.corpId },
    url: `${house.config.publicUrl}/sidebar?lead=%3Ca%22`,
  })
  const { wecom } = house.config
  Object.assign(house.config, { sandbox: false, wecom: { ...wecom, loginUrl: 'https://login.example/sso' } })
  expect(locationOf(await get('/sidebar'))).toMatch(/^https:\/\/login\.example\/sso\?/)
  expect(locationOf(await get('/sidebar', { 'User-Agent': 'Mozilla/5.0 wxwork/4.1.36' }))).not.toContain(
    'login.example',
  )
  Object.assign(house.config, { sandbox: true, wecom })
  await house.db.query('DELETE FROM sessions')
  expect((await get('/sidebar', { Cookie })).status).toBe(303)
  expect(inside.headers.get('x-frame-options')).toBeNull()
  expect(inside.headers.get('content-security-policy')).toContain('frame-ancestors https://*.work.weixin.qq.com')
})

test('the way back leads into the sidebar and nowhere else', async () => {
  for (const to of ['https://evil.example', '//evil.example', '/sidebar/../console', '/sidebar/sign-in', '/console'])
    expect(locationOf(await comeIn({ userid: 'LiLei' }, `/sidebar/sign-in?to=${encodeURIComponent(to)}`))).toBe(
      '/sidebar',
    )
})

test('a customer, or a member who is nobody here, is told so by the page itself', async () => {
  for (const visitor of [{ openid: 'o1', external_userid: 'wm1' }, { userid: 'Ghost' }]) {
    const back = await comeIn(visitor)
    expect([locationOf(back), cookieOf(back, 'sidebar-sid')]).toEqual(['/sidebar?fault=not_ours', ''])
  }
  expect((await get('/sidebar?fault=not_ours')).status).toBe(200)
})

test('sidebar and console are two sessions of one browser', async () => {
  const rep = cookieOf(await comeIn({ userid: 'LiLei' }), 'sidebar-sid')
  const console = cookieOf(
    await server.call('POST', '/api/sign-in', { userid: 'HanMeimei' }, { stranger: true }),
    'sid',
  )
  const Cookie = `${rep}; ${console}`
  expect((await get('/api/me', { Cookie })).json.userid).toBe('HanMeimei')
  expect((await get('/api/me', { Cookie, 'X-Room': 'sidebar' })).json.userid).toBe('LiLei')
  expect((await get('/api/me', { Cookie: rep })).status).toBe(401)
})

test('pages of ours are signed for the JS-SDK, by both tickets; other pages are not', async () => {
  giveTickets()
  const ask = (url: string) =>
    server.call('GET', `/api/js-sdk?url=${encodeURIComponent(url)}`, undefined, { as: 'LiLei' })
  const { status, json } = await ask(`${house.config.publicUrl}/sidebar?a=1#b`)
  expect(status).toBe(200)
  expect(json).toMatchObject({ corpId: house.config.wecom.corpId, agentId: house.config.wecom.agentId })
  expect(json.corp.signature).toMatch(/^[0-9a-f]{40}$/)
  expect(json.agent.signature).not.toBe(json.corp.signature)
  for (const url of ['https://evil.example/sidebar', 'javascript:alert(1)', `${house.config.publicUrl}.evil.example/`])
    expect((await ask(url)).status).toBe(422)
})

test('the friend sees what he must know in one answer; anybody else sees nothing', async () => {
  const leadId = await openLead(house, {
    identities: [{ kind: 'externalUserId', value: 'wmZhang' }],
    fields: { name: '张三', company: '宁波精工' },
  })
  await house.db.query(
    "INSERT INTO follows (userid, external_userid, lead_id, state, started_at) VALUES ('LiLei', 'wmZhang', $1, 'full', $2)",
    [leadId, house.clock.now()],
  )
  const ask = (as: string, id = 'wmZhang') => server.call('GET', `/api/contacts/${id}`, undefined, { as })
  const mine = await ask('LiLei')
  expect(mine.status).toBe(200)
  expect(mine.json).toMatchObject({
    lead: { id: leadId, name: '张三' },
    reading: [],
    next: { kind: 'send', contentId: mine.json.suggestions[0].contentId },
  })
  expect((await server.call('GET', `/api/leads/${leadId}/glance`, undefined, { as: 'LiLei' })).json).toEqual(mine.json)
  expect((await ask('HanMeimei')).status).toBe(403)
  expect((await ask('LiLei', 'wmNobody')).status).toBe(404)
})
