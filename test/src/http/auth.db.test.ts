import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Role, roles } from '../../../src/http/principal.ts'
import type { Route } from '../../../src/http/route.ts'
import { routes } from '../../../src/http/routes.ts'
import { openSession } from '../../../src/http/sessions.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { apiToken, type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
const leads = { own: '', foreign: '', missing: randomUUID() }

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), config: { admins: ['Boss'] } })
  api = await testServer(house, { checkAnswers: false })
  for (const role of roles) await api.call('PUT', `/api/staff/P-${role}`, { roles: [role], team: 'east' })
  await api.call('PUT', '/api/staff/Stranger', { roles: ['sales'], team: 'west' })
  await api.call('PUT', '/api/staff/Nobody', { roles: [] })
})
afterAll(() => api.close())

const own = async (owner: string | null) => {
  const { json } = await api.call('POST', '/api/leads', { name: 'x' })
  await house.db.query('UPDATE leads SET owner = $2 WHERE id = $1', [json.id, owner])
  return json.id as string
}

/** Who reaches whose lead, written down once more and independently of the code. */
const reaches: Record<Role, { own: boolean; foreign: boolean }> = {
  admin: { own: true, foreign: true },
  mdr: { own: true, foreign: true },
  manager: { own: true, foreign: false },
  sdr: { own: true, foreign: false },
  sales: { own: true, foreign: false },
  csm: { own: true, foreign: false },
}

const fill = (route: Route, lead: string) =>
  route.path.replace(':id', lead).replace(':userid', 'P-sales').replace(':version', '1').replace(':source', 'web')

/** 401 and 403 are the door's; anything else means that the door was open. */
const isShut = (status: number) => status === 401 || status === 403

describe.each(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
  '%s',
  (_, route) => {
    const call = (path: string, how: object) =>
      api.call(route.method.toUpperCase(), path, route.method === 'get' ? undefined : {}, how)

    test('is shut to strangers, to bad credentials and to people without a role', async () => {
      const path = fill(route, leads.missing)
      expect((await call(path, { stranger: true })).status).toBe(401)
      expect((await call(path, { stranger: true, headers: { Authorization: 'Bearer wrong' } })).status).toBe(401)
      expect((await call(path, { stranger: true, headers: { Authorization: `Basic ${btoa('a:b')}` } })).status).toBe(
        401,
      )
      expect((await call(path, { stranger: true, headers: { Cookie: 'sid=made-up' } })).status).toBe(401)
      expect((await call(path, { as: 'Ghost' })).status).toBe(403)
      if (route.who !== 'everyone') expect((await call(path, { as: 'Nobody' })).status).toBe(403)
    })

    test.each(roles)('%s: own, foreign and missing', async (role) => {
      const may = route.who === 'everyone' || route.who.includes(role)
      if (!may) {
        for (const lead of Object.values(leads))
          expect((await call(fill(route, lead || leads.missing), { as: `P-${role}` })).status).toBe(403)
        return
      }
      if (route.scope !== 'lead') {
        expect(isShut((await call(fill(route, leads.missing), { as: `P-${role}` })).status)).toBe(false)
        return
      }
      const mine = await own(`P-${role}`)
      const foreign = await own('Stranger')
      expect((await call(fill(route, leads.missing), { as: `P-${role}` })).status).toBe(404)
      const answers = {
        own: await call(fill(route, mine), { as: `P-${role}` }),
        foreign: await call(fill(route, foreign), { as: `P-${role}` }),
      }
      for (const whose of ['own', 'foreign'] as const) {
        const shut = answers[whose].json?.error?.id === 'not_within_reach'
        expect(shut, `${whose}: ${answers[whose].text.slice(0, 200)}`).toBe(!reaches[role][whose])
        if (shut) expect(answers[whose].status).toBe(403)
      }
    })
  },
)

test('lists hold only what is within reach: own, offered, befriended; a team and what nobody owns; everything', async () => {
  const lead = {
    mine: await own('P-sales'),
    team: await own('P-sdr'),
    foreign: await own('Stranger'),
    free: await own(null),
    friend: await own('Stranger'),
  }
  await house.db.query(
    `INSERT INTO follows (userid, external_userid, lead_id, state, started_at) VALUES ('P-sales', 'wmFriend', $1, 'full', now())`,
    [lead.friend],
  )
  const seen = async (as: string) => {
    const ids = new Set<string>()
    for (let cursor = '', more = true; more; ) {
      const { json } = await api.call('GET', `/api/leads?limit=200&cursor=${cursor}`, undefined, { as })
      for (const one of json.items) ids.add(one.id)
      cursor = json.nextCursor ?? ''
      more = cursor !== ''
    }
    return Object.entries(lead).flatMap(([name, id]) => (ids.has(id) ? [name] : []))
  }
  expect(await seen('P-sales')).toEqual(['mine', 'friend'])
  expect(await seen('P-manager')).toEqual(['mine', 'team', 'free'])
  expect(await seen('P-mdr')).toEqual(['mine', 'team', 'foreign', 'free', 'friend'])
  expect(await seen('Boss')).toEqual(['mine', 'team', 'foreign', 'free', 'friend'])
  expect(await seen('Nobody')).toEqual([])
})

test('Act-As takes the roles of the person, in whatever case it is spelled, and is written down', async () => {
  const { json } = await api.call('GET', '/api/me', undefined, { as: 'p-SALES' })
  expect(json).toEqual({ userid: 'P-sales', roles: ['sales'], reach: 'own', team: 'east' })
  const mine = await own('P-sales')
  await api.call(
    'POST',
    `/api/leads/${mine}/consent`,
    { purpose: 'marketing', granted: true, source: 'x' },
    { as: 'P-sales' },
  )
  const [line] = await house.db.query(
    'SELECT principal, act_as, action, target FROM audit ORDER BY at DESC, id DESC LIMIT 1',
  )
  expect(line).toEqual({ principal: 'api', act_as: 'P-sales', action: 'POST /api/leads/:id/consent', target: mine })
})

describe('a session', () => {
  const withCookie = (token: string, headers: Record<string, string> = {}) => ({
    stranger: true,
    headers: { Cookie: `sid=${token}`, ...headers },
  })

  test('is its person, until he leaves: then it is over at once', async () => {
    const token = await openSession(house, 'P-mdr')
    expect((await api.call('GET', '/api/me', undefined, withCookie(token))).json).toMatchObject({
      userid: 'P-mdr',
      roles: ['mdr'],
    })
    await house.db.query(`UPDATE staff SET in_scope = false WHERE userid = 'P-mdr'`)
    expect((await api.call('GET', '/api/me', undefined, withCookie(token))).status).toBe(401)
    await house.db.query(`UPDATE staff SET in_scope = true WHERE userid = 'P-mdr'`)
    await api.call('PUT', '/api/staff/P-mdr', { active: false })
    expect((await api.call('GET', '/api/me', undefined, withCookie(token))).status).toBe(401)
    await api.call('PUT', '/api/staff/P-mdr', { active: true })
    expect((await api.call('GET', '/api/me', undefined, withCookie(token))).status).toBe(401)
  })

  test('may not act as somebody else, and no header makes it an admin', async () => {
    const token = await openSession(house, 'P-sales')
    expect((await api.call('GET', '/api/me', undefined, withCookie(token, { 'Act-As': 'Boss' }))).status).toBe(403)
  })

  test('changes nothing for a request another site made the browser send', async () => {
    const token = await openSession(house, 'P-mdr')
    const lead = await own(null)
    const send = (headers: Record<string, string>) =>
      api.call(
        'POST',
        `/api/leads/${lead}/consent`,
        { purpose: 'marketing', granted: true, source: 'x' },
        withCookie(token, headers),
      )
    const home = new URL(api.url).origin
    for (const headers of [
      {},
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: home },
    ] as Record<string, string>[]) {
      expect((await send(headers)).json.error.id, JSON.stringify(headers)).toBe('other_site')
    }
    for (const headers of [
      { 'Sec-Fetch-Site': 'same-origin' },
      { Origin: home },
      { Origin: house.config.publicUrl },
    ] as Record<string, string>[]) {
      expect((await send(headers)).status, JSON.stringify(headers)).toBe(200)
    }
  })

  test('ends after twelve idle hours and after a week in any case', async () => {
    const clock = house.clock as unknown as { advance(ms: number): void }
    const [idle, used] = [await openSession(house, 'P-mdr'), await openSession(house, 'P-mdr')]
    const alive = async (token: string) =>
      (await api.call('GET', '/api/me', undefined, withCookie(token))).status === 200
    clock.advance(11 * 36e5)
    expect(await alive(used)).toBe(true)
    clock.advance(2 * 36e5)
    expect([await alive(used), await alive(idle)]).toEqual([true, false])
    for (let hours = 0; hours < 16 * 11; hours += 11) {
      clock.advance(11 * 36e5)
      await alive(used)
    }
    expect(await alive(used)).toBe(false)
  })
})

test('without an API_TOKEN the machine API is off', async () => {
  const one = await testServer({ ...house, config: { ...house.config } })
  const off = { ...house, config: { ...house.config, apiToken: undefined } }
  const server = await testServer(off)
  off.config.apiToken = undefined
  for (const token of ['', 'undefined', apiToken]) {
    const response = await fetch(`${server.url}/api/me`, { headers: { Authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
  }
  await one.close()
  await server.close()
})
