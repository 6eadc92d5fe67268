import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { movableClock } from '../../../src/clock.ts'
import { createSignInLink, firstConsoleUrl } from '../../../src/http/sign-in-links.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type Called, type TestServer, testServer } from '../../support/server.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let house: TestHouse
let wecom: FakeWecom
let sandbox: TestServer
let real: TestServer
beforeAll(async () => {
  wecom = await fakeWecom()
  house = await testHouse({ db: await testDatabase(), wecomUrl: wecom.url })
  // The page that needs nothing built.
  sandbox = await testServer(house, { consolePages: (_, next) => next() })
  real = await testServer(
    {
      ...house,
      config: { ...house.config, sandbox: false, publicUrl: 'https://crm.example.com' },
    },
    { consolePages: (_, next) => next() },
  )
})
afterAll(async () => {
  await sandbox.close()
  await real.close()
})
beforeEach(async () => {
  wecom.reset()
  await house.db.query('DELETE FROM sessions')
  await house.db.query('DELETE FROM staff')
  await sandbox.call('PUT', '/api/staff/WangMin', { name: '王敏', roles: ['mdr'] })
})

const clock = () => house.clock as ReturnType<typeof movableClock>
const cookies = (called: Called) => called.headers.getSetCookie()
const sid = (called: Called) =>
  /(?:__Host-)?sid=([^;]+)/.exec(cookies(called).find((one) => /sid=/.test(one)) ?? '')?.[1] ?? ''
const stranger = (headers: Record<string, string> = {}) => ({ stranger: true, headers })
const codeOf = (url: string) => new URL(url).searchParams.get('code') as string
const whoAmI = (server: TestServer, token: string, name = 'sid') =>
  server.call('GET', '/api/me', undefined, stranger({ Cookie: `${name}=${token}` }))

test('in the sandbox one click makes you somebody; outside it does not', async () => {
  const page = await sandbox.call('GET', '/console/sign-in', undefined, stranger())
  expect(page.status).toBe(200)
  expect(page.text).toContain('王敏')
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-.*frame-ancestors 'none'/)
  const inside = await sandbox.call('POST', '/api/sign-in', { userid: 'wangmin' }, stranger())
  expect(inside).toMatchObject({ status: 200, json: { userid: 'WangMin', roles: ['mdr'] } })
  expect(cookies(inside)).toHaveLength(1)
  expect(cookies(inside)[0]).toMatch(/^sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
  expect((await whoAmI(sandbox, sid(inside))).json.userid).toBe('WangMin')
  expect((await sandbox.call('POST', '/api/sign-in', { userid: 'Ghost' }, stranger())).status).toBe(403)
  expect((await real.call('POST', '/api/sign-in', { userid: 'WangMin' }, stranger())).status).toBe(403)
  expect((await real.call('GET', '/api/sign-in', undefined, stranger())).json.people).toEqual([])
  expect((await real.call('GET', '/console/sign-in', undefined, stranger())).text).not.toContain('王敏')
})

/** `fetch` does not let a name be made up. */
function signInUnder(host: string): Promise<number> {
  return new Promise((done, fail) => {
    const asked = request(`${sandbox.url}/api/sign-in`, { method: 'POST', headers: { Host: host } }, (answer) => {
      answer.resume().on('end', () => done(answer.statusCode as number))
    })
    asked.on('error', fail).end(JSON.stringify({ userid: 'WangMin' }))
  })
}

test('another site, or a name made to point here, signs nobody in', async () => {
  expect(await signInUnder('rebound.evil.example')).toBe(403)
  expect(await signInUnder('localhost:3000')).toBe(200)
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }] as Record<
    string,
    string
  >[]) {
    expect((await sandbox.call('POST', '/api/sign-in', { userid: 'WangMin' }, stranger(headers))).status).toBe(403)
  }
})

test('a link signs its person in once, and the session that was there before is over', async () => {
  const before = sid(await sandbox.call('POST', '/api/sign-in', { userid: 'WangMin' }, stranger()))
  const code = codeOf(await createSignInLink(house, 'WangMin'))
  const opened = await real.call(
    'GET',
    `/console/sign-in?code=${code}`,
    undefined,
    stranger({ Cookie: `__Host-sid=${before}` }),
  )
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/console'])
  expect(cookies(opened)[0]).toMatch(/^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/)
  expect((await whoAmI(real, sid(opened), '__Host-sid')).json.userid).toBe('WangMin')
  expect((await whoAmI(sandbox, before)).status).toBe(401)
  const again = await real.call('GET', `/console/sign-in?code=${code}`, undefined, stranger())
  expect([again.status, again.json?.error.id, sid(again)]).toEqual([403, 'link_over', ''])
  expect((await real.call('POST', '/api/sign-in', { code }, stranger())).status).toBe(403)
  const late = codeOf(await createSignInLink(house, 'WangMin'))
  clock().advance(25 * 36e5)
  expect((await real.call('GET', `/console/sign-in?code=${late}`, undefined, stranger())).status).toBe(403)
})

test('of ten who use one link at once one comes in', async () => {
  const code = codeOf(await createSignInLink(house, 'WangMin'))
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => real.call('POST', '/api/sign-in', { code }, stranger())),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(403)])
})

test("the first admin's link is printed while there is none, makes one, and no second", async () => {
  const outside = { ...house, config: { ...house.config, sandbox: false } }
  const [first, second] = [await firstConsoleUrl(outside), await firstConsoleUrl(outside)]
  const page = await real.call('GET', `/console/sign-in?code=${codeOf(first)}`, undefined, stranger())
  expect(page.text).toContain('成为管理员')
  expect((await real.call('POST', '/api/sign-in', { code: codeOf(first) }, stranger())).status).toBe(422)
  const admin = await real.call('POST', '/api/sign-in', { code: codeOf(first), userid: 'ZhangWei' }, stranger())
  expect(admin).toMatchObject({ status: 200, json: { userid: 'ZhangWei', roles: ['admin'] } })
  expect(
    (await real.call('POST', '/api/sign-in', { code: codeOf(second), userid: 'Mallory' }, stranger())).status,
  ).toBe(403)
  expect(await firstConsoleUrl(outside)).toBe('http://127.0.0.1:3000/console')
  expect(await firstConsoleUrl(house)).toBe('http://127.0.0.1:3000/console/sign-in')
})

test('signing out ends the session on the server', async () => {
  const token = sid(await sandbox.call('POST', '/api/sign-in', { userid: 'WangMin' }, stranger()))
  const out = await sandbox.call('POST', '/api/sign-out', undefined, stranger({ Cookie: `sid=${token}` }))
  expect(out.status).toBe(204)
  expect(cookies(out)[0]).toContain('Max-Age=0')
  expect((await whoAmI(sandbox, token)).status).toBe(401)
})

async function leave() {
  const away = await real.call('GET', '/console/sign-in/wecom', undefined, stranger())
  const address = new URL(away.headers.get('location') as string)
  return {
    address,
    state: address.searchParams.get('state') as string,
    cookie: (cookies(away)[0] as string).split(';')[0] as string,
  }
}
const back = (query: Record<string, string>, cookie?: string) =>
  real.call(
    'GET',
    `/console/sign-in/wecom/back?${new URLSearchParams(query)}`,
    undefined,
    stranger(cookie ? { Cookie: cookie } : {}),
  )

test('a member comes back from WeCom as himself', async () => {
  const { address, state, cookie } = await leave()
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    appid: house.config.wecom.corpId,
    redirect_uri: 'https://crm.example.com/console/sign-in/wecom/back',
    scope: 'snsapi_base',
    agentid: String(house.config.wecom.agentId),
  })
  expect(state).toMatch(/^[a-zA-Z0-9]{1,128}$/)
  wecom.script('auth/getuserinfo', { errcode: 0, userid: 'wangmin' })
  const answer = await back({ code: 'CODE', state }, cookie)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console'])
  expect((await whoAmI(real, sid(answer), '__Host-sid')).json.userid).toBe('WangMin')
  expect(wecom.of('auth/getuserinfo')[0]?.query.code).toBe('CODE')
  expect(cookies(answer).find((one) => one.startsWith('__Host-state-console='))).toContain('Max-Age=0')
})

test('a state of another browser, an old one, a made-up one, or none at all lets nobody in', async () => {
  wecom.script('auth/getuserinfo', { errcode: 0, userid: 'WangMin' })
  const one = await leave()
  const other = await leave()
  expect((await back({ code: 'C', state: one.state })).status).toBe(403)
  expect((await back({ code: 'C', state: one.state }, other.cookie)).status).toBe(403)
  expect((await back({ code: 'C' }, one.cookie)).status).toBe(403)
  expect((await back({ code: 'C', state: '' }, '__Host-state-console=.')).status).toBe(403)
  expect((await back({ code: 'C', state: 'x' }, '__Host-state-console=x.y')).status).toBe(403)
  clock().advance(301_000)
  expect((await back({ code: 'C', state: one.state }, one.cookie)).status).toBe(403)
  expect(wecom.of('auth/getuserinfo')).toEqual([])
})

test('a customer, a stranger to the house and a leaver stay outside', async () => {
  await house.db.query(
    `INSERT INTO staff (userid, active, created_at, updated_at) VALUES ('Left', false, now(), now())`,
  )
  for (const visitor of [
    { openid: 'o1', external_userid: 'wm1' },
    { openid: 'o1' },
    { userid: 'Unknown' },
    { userid: 'Left' },
  ]) {
    const { state, cookie } = await leave()
    wecom.script('auth/getuserinfo', { errcode: 0, ...visitor })
    const answer = await back({ code: 'C', state }, cookie)
    expect([answer.status, sid(answer)], JSON.stringify(visitor)).toEqual([403, ''])
  }
})
