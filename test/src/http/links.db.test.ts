import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { movableClock } from '../../../src/clock.ts'
import { createSignInLink } from '../../../src/http/sign-in-links.ts'
import { newId } from '../../../src/ids.ts'
import { saveContent } from '../../../src/messages/library.ts'
import { plan } from '../../../src/messages/plan.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'
import { ticketIn } from '../../support/reading.ts'
import { type Called, type TestServer, testServer } from '../../support/server.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

const wechat = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50'
const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'

let house: TestHouse
let wecom: FakeWecom
let server: TestServer
let leadId: string
let link: string
beforeAll(async () => {
  wecom = await fakeWecom()
  house = await testHouse({ db: await testDatabase(), wecomUrl: wecom.url })
  server = await testServer(house)
  Object.assign(house.config, { publicUrl: server.url, contentUrl: server.url })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
})
afterAll(() => server.close())
let serial = 0
beforeEach(async () => {
  wecom.reset()
  ;(house.clock as ReturnType<typeof movableClock>).advance(8 * 86_400_000)
  const externalUserId = `wm-reader-${++serial}`
  leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: externalUserId }] })
  await befriend(house, leadId, 'LiLei', externalUserId)
  link = await send({ kind: 'article', title: '标题', body: '正文', say: '看看', stages: ['MAL'] })
  wecom.script('auth/getuserinfo', { errcode: 0, external_userid: externalUserId, openid: `o-${externalUserId}` })
})

const send = async (piece: Parameters<typeof saveContent>[1]): Promise<string> => {
  const { id } = await saveContent(house, piece, 'test')
  const row = await house.db.transaction((tx) =>
    plan(tx, house, {
      key: newId(house.clock),
      leadId,
      purpose: 'marketing',
      contentId: id,
      by: 'test',
      personal: true,
    }),
  )
  return row.link ?? ''
}
const get = (path: string, agent: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Called> =>
  server.call(method, path, undefined, { stranger: true, headers: { 'User-Agent': agent, ...headers } })
const post = (path: string, fields: Record<string, string>): Promise<Called> =>
  server.call('POST', path, new URLSearchParams(fields).toString(), {
    stranger: true,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
const to = (called: Called): string => called.headers.get('location') ?? ''
const cookie = (called: Called): string =>
  called.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
const visits = () => house.db.query('SELECT 1 FROM visits WHERE link = $1', [link])
const beacon = (ticket: string, more: object = {}) =>
  server.call('POST', '/c/t', { t: ticket, d: 2000, r: 10, a: [], ...more }, { stranger: true })
/** In WeChat, by WeCom and back. */
const come = async (path = `/s/${link}`) => {
  const away = await get(path, wechat)
  const state = new URL(to(away)).searchParams.get('state') ?? ''
  const back = await get(`/c/who?code=CODE&state=${state}`, wechat, { Cookie: cookie(away) })
  const known = cookie(back)
  let page = await get(to(back), wechat, { Cookie: known })
  while (page.status === 302) page = await get(to(page), wechat, { Cookie: known })
  return { away, back, page, known, ticket: ticketIn(page.text) }
}

test('links are long, of letters and digits, and unknown ones lead nowhere', async () => {
  expect(link).toMatch(/^[0-9A-Za-z]{12}$/)
  for (const path of ['/s/aaaaaaaaaaaa', '/s/short', '/c/p/aaaaaaaaaaaa', `/c/p/${link}x`, '/c/prefs/nobody', '/c/who'])
    expect((await get(path, chrome)).status, path).toBe(404)
  expect((await get('/s/aaaaaaaaaaaa', chrome)).text).toContain('这条内容已经不在了')
})

test('outside WeChat the page opens without asking anybody, and nobody is counted as the lead', async () => {
  const first = await get(`/s/${link}`, chrome)
  expect([first.status, to(first)]).toEqual([302, `/c/p/${link}`])
  const page = await get(`/c/p/${link}`, chrome)
  expect(page.status).toBe(200)
  expect(page.headers.getSetCookie()).toEqual([])
  expect((await beacon(ticketIn(page.text))).status).toBe(204)
  expect(await house.db.query('SELECT lead_id, visitor_id FROM visits WHERE link = $1', [link])).toEqual([
    { lead_id: null, visitor_id: null },
  ])
  expect(wecom.of('auth/getuserinfo')).toEqual([])
})

test('inside WeChat WeCom is asked once, silently, and its word is kept in one signed cookie', async () => {
  const { away, back, known, ticket } = await come()
  const asked = new URL(to(away))
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    scope: 'snsapi_base',
    redirect_uri: `${server.url}/c/who`,
  })
  expect(asked.searchParams.get('state')).toMatch(/^[0-9A-Za-z]{1,128}$/)
  expect(back.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^visitor=.*HttpOnly; SameSite=Lax/))
  await beacon(ticket)
  expect(await house.db.query('SELECT lead_id FROM visits WHERE link = $1', [link])).toEqual([{ lead_id: leadId }])
  expect(to(await get(`/s/${link}`, wechat, { Cookie: known }))).toBe(`/c/p/${link}`)
  expect(wecom.of('auth/getuserinfo')).toHaveLength(1)
  // A cookie that was changed is no cookie.
  const forged = known.replace(/visitor=./, 'visitor=x')
  expect(to(await get(`/s/${link}`, wechat, { Cookie: forged }))).toContain('/connect/oauth2/authorize')
})

test('a way back that began elsewhere, long ago, or was used does not say who it is; the page opens all the same', async () => {
  const away = await get(`/s/${link}`, wechat)
  const state = new URL(to(away)).searchParams.get('state') ?? ''
  const path = `/c/who?code=CODE&state=${state}`
  const other = await get(path, wechat)
  expect(to(other)).toMatch(new RegExp(`^/c/p/${link}\\?w=\\d+$`))
  expect(other.headers.getSetCookie().join()).not.toContain('visitor=')
  const back = await get(path, wechat, { Cookie: cookie(away) })
  expect(back.headers.getSetCookie()).toContainEqual(expect.stringContaining('way=; '))
  ;(house.clock as ReturnType<typeof movableClock>).advance(301_000)
  expect(to(await get(path, wechat, { Cookie: cookie(away) }))).toContain('?w=')
  expect(wecom.of('auth/getuserinfo')).toHaveLength(1)
})

test('when WeCom cannot say who it is the page opens for nobody in particular, without going round in circles', async () => {
  wecom.script('auth/getuserinfo', { errcode: 40029, errmsg: 'invalid code' })
  const { page, back, ticket } = await come()
  expect(back.status).toBe(302)
  expect(page.status).toBe(200)
  await beacon(ticket)
  expect(await house.db.query('SELECT visitor_id FROM visits WHERE link = $1', [link])).toEqual([{ visitor_id: null }])
})

test('where pages have a domain of their own, WeCom comes back to the trusted one and the reader goes on to the pages', async () => {
  const { contentUrl } = house.config
  house.config.contentUrl = contentUrl.replace('127.0.0.1', 'localhost')
  try {
    const state = `${'a'.repeat(32)}1795000000${link}`
    const back = await get(`/c/who?code=CODE&state=${state}`, wechat)
    expect(to(back)).toBe(`${house.config.contentUrl}/c/who?code=CODE&state=${state}`)
    expect(wecom.of('auth/getuserinfo')).toEqual([])
  } finally {
    house.config.contentUrl = contentUrl
  }
})

const ahead: Record<string, string>[] = [
  { 'Sec-Purpose': 'prefetch' },
  { 'Sec-Purpose': 'prefetch;prerender' },
  { Purpose: 'prefetch' },
  { 'X-Moz': 'prefetch' },
]

test('programs that make a card of a link, or look ahead, count for nothing and are asked nothing', async () => {
  for (const [agent, headers] of [
    ['Mozilla/5.0 (compatible; Baiduspider/2.0)', {}],
    ['facebookexternalhit/1.1', {}],
    ['curl/8.5.0', {}],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', {}],
    ['', {}],
    ['DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)', {}],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/63.0 Safari/537.36 DingTalkBot-LinkService/1.0', {}],
    [
      'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider; https://zhanzhang.toutiao.com/)',
      {},
    ],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/76.0 Safari/537.36 LarkUrl2png/1.0', {}],
    ['TelegramBot (like TwitterBot)', {}],
    ['WhatsApp/2.23.20.0', {}],
    ['Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)', {}],
    ['Mozilla/5.0 (Macintosh) SkypeUriPreview Preview/0.5', {}],
    ['Apache-HttpClient/4.5.13 (Java/11.0.2)', {}],
    ['Go-http-client/2.0', {}],
    ['Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)', {}],
    ...ahead.map((headers) => [wechat, headers] as const),
    [wechat, { 'X-Purpose': 'preview' }],
    [wechat, { 'Sec-Purpose': 'prefetch;prerender;preview' }],
  ] as const) {
    expect(to(await get(`/s/${link}`, agent, headers)), agent).toBe(`/c/p/${link}`)
    const page = await get(`/c/p/${link}`, agent, headers)
    expect([page.status, ticketIn(page.text)], agent).toEqual([200, ''])
  }
  // People: a telephone of that name is one; browsers of apps, old and new.
  for (const agent of [
    'Mozilla/5.0 (Linux; Android 13; CUBOT X30) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36',
    'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)',
    'Mozilla/5.0 (Linux; U; Android 9; zh-CN) AppleWebKit/537.36 Version/4.0 Chrome/78.0 UCBrowser/13.3 Mobile Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Lark/7.1.0 LarkLocale/zh_CN',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/21A AliApp(DingTalk/7.1.0)',
    'Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/116.0 Safari/537.36 QQBrowser/19.4 SE 2.X MetaSr 1.0',
  ])
    expect(ticketIn((await get(`/c/p/${link}`, agent)).text), agent).not.toBe('')
  for (const agent of [
    'Mozilla/5.0 (Linux; Android 14) Chrome/116 MMWEBSDK/2023 MicroMessenger/8.0.47.2560(0x28002F51) WeChat/arm64 Weixin NetType/WIFI',
    'Mozilla/5.0 (Windows NT 10.0) Chrome/108.0 Safari/537.36 wxwork/4.1.10 MicroMessenger/7.0.1 Language/zh',
  ])
    expect(to(await get(`/s/${link}`, agent)), agent).toContain('connect/oauth2/authorize')
  expect(to(await get(`/s/${link}`, wechat, {}, 'HEAD'))).toBe(`/c/p/${link}`)
  expect(await visits()).toEqual([])
})

test('a page that was fetched ahead of time is asked for again once it is seen, and is then a visit like any other', async () => {
  const { known } = await come()
  const headers = { Cookie: known }
  const page = `/c/p/${link}?f=${new URL(to(await get(`/c/p/${link}`, wechat, headers)), server.url).searchParams.get('f')}`
  for (const looking of ahead) {
    const early = await get(page, wechat, { ...headers, ...looking })
    expect([early.status, ticketIn(early.text), early.text.includes('<body data-ahead>')]).toEqual([200, '', true])
  }
  expect(await visits()).toEqual([])
  // An app that says so with every request is believed no longer.
  const seen = await get(`${page}&seen=1`, wechat, { ...headers, ...ahead[0] })
  await beacon(ticketIn(seen.text))
  expect(await house.db.query('SELECT lead_id FROM visits WHERE link = $1', [link])).toEqual([{ lead_id: leadId }])
  expect((await get(`/c/p/${link}`, 'curl/8.5.0')).text).not.toContain('data-ahead>')
})

test('every page for customers ends with 停止接收, whatever led there, and pressing it does what it says', async () => {
  const token = (page: Called) =>
    /name="t" value="([^"]+)"><button class="plain">停止接收<\/button><\/form>/.exec(lastOf(page))?.[1] ?? ''
  const lastOf = ({ text }: Called) => /<footer>(.*)<\/footer>/s.exec(text)?.[1] ?? ''
  const [{ state } = { state: '' }] = await house.db.query<{ state: string }>(
    `INSERT INTO live_codes (id, state, kind, name, staff, lead_id, created_by, created_at, qr_code)
     VALUES ($1, 'jn_' || left($2::text, 12), 'join', '', '{LiLei}', $2::uuid, 'test', now(), 'https://wework.qpic.cn/x') RETURNING state`,
    [newId(house.clock), leadId],
  )
  const { known } = await come()
  const headers = { Cookie: known }
  const pages = await Promise.all(
    ['/s/aaaaaaaaaaaa', '/c/p/aaaaaaaaaaaa', '/c/prefs/nobody', '/c/who', '/c/join/nobody', `/c/join/${state}`].map(
      async (path) => [path, await get(path, chrome, headers)] as const,
    ),
  )
  const stale = await post('/c/ask', { t: 'x', action: 'demo' })
  for (const [path, page] of [...pages, ['stale', stale] as const]) expect(token(page), path).not.toBe('')
  // Who opened the code of a lead's own is not known: it takes a second press. A page that leads nowhere knows whom WeCom named.
  const joining = token(await get(`/c/join/${state}`, chrome))
  expect((await post('/c/stop', { t: joining })).text).toContain('要停止接收吗')
  expect((await post('/c/stop', { t: token(stale) })).text).toContain('还差一步')
  const stopped = await post('/c/stop', { t: token(pages[0]?.[1] as Called) })
  expect(lastOf(stopped)).toContain('已停止接收')
  const prefs = /href="(\/c\/prefs\/[^"]+)"/.exec(lastOf(stopped))?.[1] ?? ''
  expect(lastOf(await get(prefs, chrome))).toContain('已停止接收')
  const marketing = async () => (await house.db.query('SELECT marketing FROM leads WHERE id = $1', [leadId]))[0]
  expect(await marketing()).toEqual({ marketing: 'denied' })
  await post(prefs, { do: 'resume' })
  expect(await marketing()).toEqual({ marketing: 'granted' })
  await post('/c/stop', { t: joining, sure: 'yes' })
  expect(await marketing()).toEqual({ marketing: 'denied' })
})

test('a page that lay open for a month can still be stopped from', async () => {
  const { ticket } = await come()
  ;(house.clock as ReturnType<typeof movableClock>).advance(30 * 86_400_000)
  expect((await post('/c/stop', { t: ticket })).text).toContain('已经停止')
})

test('a beacon is taken only with a ticket of ours; what it claims is bounded by the time there was', async () => {
  const { ticket } = await come()
  const [body = '', signature = ''] = ticket.split('.')
  const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('null', 'null ')).toString('base64url')
  for (const bad of ['', 'x', `${body}.`, `${changed}.${signature}`, `${body}.${signature.toUpperCase()}`])
    expect((await beacon(bad)).status).toBe(403)
  for (const wrong of [{ r: 101 }, { d: -1 }, { d: 'x' }, { a: 'demo' }, { r: null }])
    expect((await beacon(ticket, wrong)).status).toBe(422)
  expect(await visits()).toEqual([])
  expect((await beacon(ticket, { d: 9e9, r: 100, a: ['demo', 'nothing-of-ours'] })).status).toBe(204)
  const [visit] = await house.db.query('SELECT dwell_ms, acts FROM visits WHERE link = $1', [link])
  expect(visit).toEqual({ dwell_ms: 5000, acts: ['demo'] })
  ;(house.clock as ReturnType<typeof movableClock>).advance(8 * 86_400_000)
  expect((await beacon(ticket)).status).toBe(403)
})

test('the same beacon many times at once is one visit and one opening', async () => {
  const { ticket } = await come()
  const answers = await Promise.all(Array.from({ length: 12 }, () => beacon(ticket)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
  expect(await visits()).toHaveLength(1)
  const opened = await house.db.query(
    "SELECT 1 FROM timeline WHERE lead_id = $1 AND kind = 'event:content_open' AND data ->> 'link' = $2",
    [leadId, link],
  )
  expect(opened).toHaveLength(1)
})

test('a flood from one address is held back', async () => {
  const { ticket } = await come()
  const statuses: number[] = []
  for (let round = 0; round < 13; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => beacon('x')))
    statuses.push(...answers.map(({ status }) => status))
  }
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(50)
  ;(house.clock as ReturnType<typeof movableClock>).advance(60_000)
  expect((await beacon(ticket)).status).toBe(204)
})

test('a piece about prices is a look at prices too', async () => {
  link = await send({
    kind: 'article',
    title: '价格',
    body: '正文',
    say: '看看',
    stages: ['MAL'],
    counts: 'price_view',
  })
  await beacon((await come()).ticket)
  const kinds = await house.db.query<{ kind: string }>(
    "SELECT kind FROM timeline WHERE lead_id = $1 AND data ->> 'link' = $2 ORDER BY kind",
    [leadId, link],
  )
  expect(kinds.map(({ kind }) => kind)).toEqual(['event:content_open', 'event:price_view'])
})

test('a tag may wait for several different pieces to be read; the same piece again is one', async () => {
  const { version, playbook } = await house.playbook.current()
  const rule = { of: 'needs', on: 'read', atLeast: 2, group: '关心' } as const
  const change = (pages: object) => server.call('PUT', '/api/playbook', { pages })
  expect((await change({ tags: [rule] })).status).toBe(200)
  try {
    const worn = async () => (await server.call('GET', `/api/leads/${leadId}`)).json.tags
    const read = async (code: string, how: object) => beacon((await come(`/s/${code}`)).ticket, how)
    const whole = { d: 9000, r: 100 }
    const about = { kind: 'article', body: '正文', say: '看看', stages: ['MAL'], needs: ['交付'] } as const
    const [one, two] = [await send({ ...about, title: '甲' }), await send({ ...about, title: '乙' })]
    const slowly = async (code: string) => {
      const { ticket } = await come(`/s/${code}`)
      ;(house.clock as ReturnType<typeof movableClock>).advance(10_000)
      await beacon(ticket, whole)
    }
    await slowly(one)
    await slowly(one)
    await read(two, {})
    expect(await worn()).toEqual([])
    await slowly(two)
    expect(await worn()).toEqual([{ group: '关心', name: '交付' }])
  } finally {
    await change({ tags: playbook.pages.tags })
    expect((await house.playbook.current()).version).toBe(version + 2)
  }
})

test('nobody known who presses stop on a personal link is asked again, in words that name nobody', async () => {
  await house.db.query("UPDATE leads SET name = '张三' WHERE id = $1", [leadId])
  const ticket = ticketIn((await get(`/c/p/${link}`, chrome)).text)
  const asked = await post('/c/stop', { t: ticket })
  expect(asked.text).toContain('要停止接收吗')
  expect(asked.text).not.toMatch(/张三|李雷/)
  const marketing = () => house.db.query('SELECT marketing FROM leads WHERE id = $1', [leadId])
  expect(await marketing()).toEqual([{ marketing: 'default' }])
  const done = await post('/c/stop', { t: ticket, sure: 'yes' })
  expect(done.text).toContain('已经停止')
  // Whoever it was gets no key to the lead's preferences.
  expect(done.text).not.toContain('/c/prefs/')
  expect(await marketing()).toEqual([{ marketing: 'denied' }])
  expect((await post('/c/stop', { t: 'x' })).status).toBe(400)
})

test('a stranger’s stop is his own: it holds when he becomes a lead, and not for the one who sent him the page', async () => {
  wecom.script('auth/getuserinfo', { errcode: 0, openid: 'oStranger' })
  const { ticket } = await come()
  expect((await post('/c/stop', { t: ticket })).text).toContain('已经停止')
  expect(await house.db.query('SELECT marketing FROM leads WHERE id = $1', [leadId])).toEqual([
    { marketing: 'default' },
  ])
  const later = await openLead(house, { identities: [{ kind: 'openid', value: 'oStranger' }] })
  await house.shelves.jobs.get('join-visitors')?.run(house)
  expect(await house.db.query('SELECT marketing FROM leads WHERE id = $1', [later])).toEqual([{ marketing: 'denied' }])
})

test('a customer who was a stranger yesterday stays one visitor, and his openings become his', async () => {
  wecom.script('auth/getuserinfo', { errcode: 0, openid: `o-wm-reader-${serial}` })
  await beacon((await come()).ticket)
  expect(await house.db.query('SELECT lead_id FROM visits WHERE link = $1', [link])).toEqual([{ lead_id: null }])
  wecom.script('auth/getuserinfo', {
    errcode: 0,
    external_userid: `wm-reader-${serial}`,
    openid: `o-wm-reader-${serial}`,
  })
  await beacon((await come()).ticket)
  expect(await house.db.query('SELECT lead_id FROM visits WHERE link = $1', [link])).toEqual([
    { lead_id: leadId },
    { lead_id: leadId },
  ])
  expect(await house.db.query('SELECT kind FROM visitors WHERE openid = $1', [`o-wm-reader-${serial}`])).toEqual([
    { kind: 'customer' },
  ])
})

test('one of us sees the page as customers do, signed in or by WeCom, and is not counted', async () => {
  const signIn = new URL(await createSignInLink(house, 'LiLei'))
  const sid = cookie(await get(signIn.pathname + signIn.search, chrome))
  const page = await get(`/c/p/${link}`, chrome, { Cookie: sid })
  expect([page.status, ticketIn(page.text)]).toEqual([200, ''])
  expect(page.text).toContain('您是同事')
  const [piece] = await house.db.query<{ id: string }>('SELECT content_id AS id FROM links WHERE code = $1', [link])
  expect((await get(`/c/content/${piece?.id}`, chrome)).status).toBe(401)
  expect((await get(`/c/content/${piece?.id}`, chrome, { Cookie: sid })).text).toContain('<h1>标题</h1>')
  expect((await get('/c/content/welcome', chrome, { Cookie: sid })).status).toBe(404)
})

test('where the playbook asks first, a page asks a customer who has said neither yes nor no, once', async () => {
  await house.playbook.change({ consent: { default: 'ask' } }, 'test')
  try {
    const { known, page } = await come()
    const prefs = /class="note">以后有这类资料.*action="(\/c\/prefs\/[^"]+)"/.exec(page.text)?.[1] ?? ''
    expect((await post(prefs, { do: 'grant' })).status).toBe(303)
    expect(await house.db.query('SELECT marketing FROM leads WHERE id = $1', [leadId])).toEqual([
      { marketing: 'granted' },
    ])
    const again = await get(to(await get(`/c/p/${link}`, wechat, { Cookie: known })), wechat, { Cookie: known })
    expect(again.status).toBe(200)
    expect(again.text).not.toContain('以后有这类资料')
  } finally {
    await house.playbook.change({ consent: { default: 'granted' } }, 'test')
  }
})

test('on the sandbox’s phone, a browser several people share, whoever opens the link is asked anew', async () => {
  Object.assign(house.config, { sandboxUrl: 'http://127.0.0.1:4999' })
  const { known } = await come()
  const opened = await get(`/s/${link}`, chrome, { Cookie: known, Referer: 'http://127.0.0.1:4999/' })
  expect(to(opened)).toContain('/connect/oauth2/authorize')
  expect(to(await get(`/s/${link}`, chrome, { Referer: 'http://127.0.0.1:49990/' }))).toBe(`/c/p/${link}`)
  house.config.sandbox = false
  expect(to(await get(`/s/${link}`, chrome, { Referer: 'http://127.0.0.1:4999/' }))).toBe(`/c/p/${link}`)
  house.config.sandbox = true
})

test('what people wrote is text on a page, wherever it stands', async () => {
  const evil = '<img src=x onerror=alert(1)>"\'</title><script>alert(2)</script>'
  link = await send({
    kind: 'article',
    title: evil,
    body: `${evil}\n\n[点我](javascript:alert(3)) ![图](https://img.example.com/a.png) [站](https://example.com "${evil}")`,
    say: evil,
    stages: ['MAL'],
  })
  const page = await get(`/c/p/${link}`, chrome)
  const markup = page.text.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*<\/script>/, '')
  expect(markup).not.toMatch(/<script|<img src=x|onerror=(?!alert\(1\)&gt;)|href="javascript:/)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(
    /default-src 'none'.*script-src 'sha256-[^']+';.*img-src 'self' data: https:\/\/img\.example\.com;/,
  )
  expect(policy).not.toContain('unsafe')
  const fields = { t: ticketIn(page.text), action: 'ask', name: evil, words: evil, mobile: '1', consent: 'x' }
  const again = await post('/c/ask', fields)
  expect(again.status).toBe(422)
  expect(again.text).toContain('手机号好像不对')
  expect(again.text.replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(/<script|<img src=x/)
})
