import { beforeAll, expect, test } from 'vitest'
import { lockLead } from '../../src/leads/lock.ts'
import { pickContent } from '../../src/messages/pick.ts'
import { plan } from '../../src/messages/plan.ts'
import { openForReaders, press, readAs, tell } from '../support/reading.ts'
import { testWorld, type World } from '../support/world.ts'

const contentId = 'case-ningbo-quote-days'
const title = '宁波精工：三个月把询价到报价从 5 天缩到 1 天'
let world: World
let zhang: { external: string; id: string; link: string }
let li: { external: string; id: string; link: string }

const arrive = async (name: string) => {
  const { external_userid: external } = await world.sandbox.customerScans({ name, userid: 'LiLei' })
  await world.settle()
  await world.pass(6_000)
  const [{ id }] = (await world.api('GET', `/api/leads?externalUserId=${external}`)).json.items
  return { external, id, link: '' }
}
const lastLink = (external: string): string =>
  world.sandbox
    .received(external)
    .flatMap(({ attachments }) => attachments ?? [])
    .map((attachment) => (attachment as { link?: { url: string } }).link?.url ?? '')
    .at(-1) ?? ''
const confirmAll = async () => {
  // WeCom shows the task to the member a moment later.
  await world.pass(3_000)
  for (const { msgid } of world.sandbox.world.groupSends)
    await world.sandbox.confirmGroupSend({ userid: 'LiLei', msgid }).catch(() => {})
}
const events = async (id: string): Promise<string[]> =>
  (await world.api('GET', `/api/leads/${id}/timeline?limit=200`)).json.items
    .map(({ kind }: { kind: string }) => kind)
    .filter((kind: string) => kind.startsWith('event:content') || kind === 'event:price_view')
    .sort()
const notices = () =>
  world.sandbox
    .inboxOf('LiLei')
    .map(({ content }) => JSON.stringify(content))
    .filter((text) => /正在看|转给/.test(text))
const visits = async (id: string) => (await world.api('GET', `/api/leads/${id}/visits`)).json.items

beforeAll(async () => {
  world = await testWorld()
  openForReaders(world)
  zhang = await arrive('张三')
  li = await arrive('李四')
})

test('a piece for one lead goes out as a link of his own, with its short words', async () => {
  const sent = await world.api('POST', `/api/leads/${zhang.id}/messages`, { contentId }, 'LiLei')
  expect(sent.status).toBe(201)
  await world.settle()
  await world.pass(10 * 60_000)
  await confirmAll()
  const [, message] = world.sandbox.received(zhang.external)
  expect(message?.text).toMatch(/^宁波精工做非标装备.*2 分钟看完。$/)
  zhang.link = lastLink(zhang.external)
  expect(zhang.link).toMatch(/\/s\/[0-9A-Za-z]{12}$/)
  expect(await world.house.db.query('SELECT lead_id FROM links')).toEqual([{ lead_id: zhang.id }])
})

test('WeCom says who opens it; he reads, and the colleague hears how often within the same moment', async () => {
  const page = await readAs(world, `customer:${zhang.external}`, zhang.link)
  expect(page.hops).toEqual([
    new URL(zhang.link).pathname,
    '/connect/oauth2/authorize',
    '/c/who',
    expect.stringMatching(/^\/c\/p\//),
    expect.stringMatching(/^\/c\/p\//),
  ])
  expect(page.body).toContain(`<h1>${title}</h1>`)
  expect(page.body).not.toContain('张三')
  expect(await events(zhang.id)).toEqual([])
  await tell(world, page.ticket, { seconds: 1 })
  await world.settle()
  expect(notices()).toEqual([expect.stringMatching(/张三.*正在看《宁波精工/)])
  world.clock.advance(60_000)
  await tell(world, page.ticket, { seconds: 50, depth: 80 })
  expect(await events(zhang.id)).toEqual(['event:content_open', 'event:content_read'])
  expect(await visits(zhang.id)).toMatchObject([{ contentId, title, seconds: 50, depth: 80, read: true, hops: 0 }])
})

test('opening a piece puts the needs it is about as tags, by a rule that names itself', async () => {
  const needs = [
    { group: '需求', name: '降本' },
    { group: '需求', name: '提效' },
  ]
  const { tags, score } = (await world.api('GET', `/api/leads/${zhang.id}`)).json
  expect(tags).toEqual(expect.arrayContaining(needs))
  expect(score.intent).toBeGreaterThan(0)
  const put = await world.house.db.query(
    'SELECT DISTINCT by, rule FROM lead_tags WHERE lead_id = $1 AND rule IS NOT NULL',
    [zhang.id],
  )
  expect(put).toContainEqual({ by: 'rule:reading', rule: 'reading:needs' })
  expect((await world.api('GET', `/api/leads/${li.id}`)).json.tags).not.toEqual(expect.arrayContaining(needs))
})

test('beacons repeated, late or out of order change nothing; a second opening is a second visit', async () => {
  const again = await readAs(world, `customer:${zhang.external}`, zhang.link)
  expect(again.hops).not.toContain('/connect/oauth2/authorize')
  world.clock.advance(60_000)
  for (const [seconds, depth] of [
    [20, 40],
    [3, 10],
    [20, 40],
    [1, 0],
  ])
    await tell(world, again.ticket, { seconds: seconds as number, depth: depth as number })
  expect(await visits(zhang.id)).toMatchObject([{ seconds: 20, depth: 40, read: false }, { seconds: 50 }])
  expect(await events(zhang.id)).toEqual(['event:content_open', 'event:content_open', 'event:content_read'])
  await world.settle()
  // Within half an hour the colleague is not told again.
  expect(notices()).toHaveLength(1)
  await world.pass(31 * 60_000)
  const third = await readAs(world, `customer:${zhang.external}`, zhang.link)
  await tell(world, third.ticket)
  await world.settle()
  expect(notices()).toHaveLength(2)
  expect(notices().at(-1)).toContain('第 3 次')
})

test('somebody it was forwarded to never counts as the lead: he forwarded it, and the stranger reads for himself', async () => {
  const before = await events(zhang.id)
  const stranger = await readAs(world, 'stranger:oStranger1', zhang.link)
  await tell(world, stranger.ticket, { seconds: 60, depth: 100 })
  const after = await events(zhang.id)
  expect(after.filter((kind) => !before.includes(kind))).toEqual(['event:content_forward'])
  expect(after).toHaveLength(before.length + 1)
  await tell(world, (await readAs(world, 'stranger:oStranger1', zhang.link)).ticket)
  expect(await events(zhang.id)).toHaveLength(before.length + 1)
  await world.settle()
  expect(notices().at(-1)).toContain('转给了别人')
  // The address of his page names him, so the next one's forwarder is known, and the chain is two long.
  expect(stranger.url).toMatch(/\?f=[0-9A-Za-z]{12}$/)
  const second = await readAs(world, 'stranger:oStranger2', stranger.url)
  await tell(world, second.ticket)
  expect(await events(zhang.id)).toHaveLength(before.length + 1)
  expect(
    await world.house.db.query(
      `SELECT v.hops, s.openid, g.openid AS "from" FROM visits v JOIN visitors s ON s.id = v.visitor_id LEFT JOIN visitors g ON g.id = v.from_visitor
       WHERE s.openid LIKE 'oStranger%' ORDER BY v.opened_at, v.id`,
    ),
  ).toMatchObject([{ hops: 1 }, { hops: 1 }, { hops: 2, from: 'oStranger1' }])
})

test('one of us who looks is never a reader', async () => {
  const before = await world.house.db.query('SELECT 1 FROM visits')
  const page = await readAs(world, 'staff:LiLei', zhang.link)
  expect(page).toMatchObject({ status: 200, ticket: '' })
  expect(page.body).toContain('您是同事')
  expect(await world.house.db.query('SELECT 1 FROM visits')).toHaveLength(before.length)
})

test('a stranger who leaves his number is a lead with a raised hand, and what he read before is his', async () => {
  const page = await readAs(world, 'stranger:oStranger1', zhang.link)
  const fields = { t: page.ticket, action: 'demo', name: '王五', mobile: '13800001234', company: '台州远航' }
  expect((await press(world, '/c/ask', fields)).status).toBe(422)
  const consent = (await world.house.playbook.current()).playbook.pages.consent.version
  const asked = await press(world, '/c/ask', { ...fields, consent })
  expect(asked.status).toBe(200)
  expect(asked.text).toMatch(/之前联系您/)
  expect(asked.text).toMatch(/\/c\/join\/jn_/)
  expect((await press(world, '/c/ask', { ...fields, consent })).status).toBe(200)
  const [lead] = (await world.api('GET', '/api/leads?q=王五')).json.items
  expect(lead).toMatchObject({ company: '台州远航', desk: 'review', source: { first: { channel: '内容页' } } })
  // Two openings, one of them to the end; and he had passed it on himself.
  expect(await events(lead.id)).toEqual([
    'event:content_forward',
    'event:content_open',
    'event:content_open',
    'event:content_read',
  ])
  const consents = await world.house.db.query('SELECT purpose, source FROM consents WHERE lead_id = $1', [lead.id])
  expect(consents).toEqual([{ purpose: 'contact', source: `page:${consent}` }])
  const { items } = (await world.api('GET', '/api/review-queue')).json
  expect(items.find(({ id }: { id: string }) => id === lead.id)).toMatchObject({ handRaised: true })
})

test('a customer we know asks with one tap, and his question is on his timeline', async () => {
  const page = await readAs(world, `customer:${zhang.external}`, zhang.link)
  expect((await press(world, '/c/ask', { t: page.ticket, action: 'demo' })).status).toBe(200)
  const words = '能对接用友吗？<script>alert(1)</script>'
  expect((await press(world, '/c/ask', { t: page.ticket, action: 'ask', words })).status).toBe(200)
  const { items } = (await world.api('GET', `/api/leads/${zhang.id}/timeline?limit=200`)).json
  expect(items).toContainEqual(expect.objectContaining({ kind: 'event:demo_request' }))
  expect(items).toContainEqual(expect.objectContaining({ kind: 'note', words }))
})

test('sends that are merged share the task’s link; WeCom still says who is who', async () => {
  await world.pass(8 * 86_400_000)
  const piece = 'why-delivery-dates-slip'
  for (const { id } of [zhang, li])
    expect((await world.api('POST', `/api/leads/${id}/messages`, { contentId: piece }, 'LiLei')).status).toBe(201)
  await world.settle()
  await world.pass(10 * 60_000)
  await confirmAll()
  ;[zhang.link, li.link] = [lastLink(zhang.external), lastLink(li.external)]
  expect(zhang.link).toBe(li.link)
  const code = zhang.link.slice(-12)
  const links = await world.house.db.query('SELECT lead_id, task FROM links WHERE content_id = $1', [piece])
  expect(links).toEqual([{ lead_id: null, task: expect.any(String) }])
  const carried = await world.house.db.query('SELECT DISTINCT link FROM messages WHERE content_id = $1', [piece])
  expect(carried).toEqual([{ link: code }])
  await tell(world, (await readAs(world, `customer:${li.external}`, li.link)).ticket)
  expect(await visits(li.id)).toMatchObject([{ contentId: piece }])
  expect((await visits(zhang.id)).filter((visit: { contentId: string }) => visit.contentId === piece)).toEqual([])
  await world.pass(11 * 60_000)
  expect((await world.api('GET', `/api/content/${piece}/effect`)).json).toEqual({
    contentId: piece,
    sent: 2,
    opened: 1,
    read: 0,
    forwarded: 0,
    strangers: 0,
    anonymous: 0,
  })
})

test('one tap stops everything, for whom WeCom says it is; another tap takes it back', async () => {
  const page = await readAs(world, `customer:${li.external}`, li.link)
  const stopped = await press(world, '/c/stop', { t: page.ticket })
  expect(stopped.text).toContain('已经停止')
  const refused = await world.api('POST', `/api/leads/${li.id}/messages`, { text: '您好' })
  expect(refused).toMatchObject({ status: 409, json: { error: { id: 'opted_out' } } })
  const prefs = /action="(\/c\/prefs\/[^"]+)"/.exec(stopped.text)?.[1] ?? ''
  expect((await press(world, prefs, { do: 'resume' })).status).toBe(303)
  expect((await press(world, prefs, { do: 'pause-30' })).status).toBe(303)
  const paused = await world.api('POST', `/api/leads/${li.id}/messages`, { text: '您好' })
  expect(paused).toMatchObject({ status: 409, json: { error: { id: 'opted_out', message: '客户请我们先歇一歇' } } })
  expect((await world.server.call('GET', prefs, undefined, { stranger: true })).text).toContain('之前不给您发资料')
  await press(world, prefs, { do: 'resume' })
  expect((await world.api('POST', `/api/leads/${li.id}/messages`, { text: '您好' }, 'LiLei')).status).toBe(201)
})

test('what he does not want to hear of is neither suggested nor sent, and what was planned of it is taken back', async () => {
  const { house } = world
  const page = await readAs(world, `customer:${li.external}`, li.link)
  const prefs = /href="(\/c\/prefs\/[^"]+)"/.exec(page.body)?.[1] ?? ''
  const open = async () => (await world.server.call('GET', prefs, undefined, { stranger: true })).text
  const ticked = /value="系统集成" checked/
  expect(await open()).toMatch(ticked)
  const about = async (need: string) =>
    (await pickContent(house.db, house, li.id, { limit: 50 })).filter(({ contentId }) => pieces.get(contentId) === need)
  const pieces = new Map(
    (await house.db.query<{ id: string; needs: string[] }>('SELECT id, needs FROM content WHERE current')).map(
      ({ id, needs }) => [id, needs.join('、')],
    ),
  )
  const [piece] = await about('降本')
  expect(piece).toBeDefined()
  const send = (key: string) =>
    house.db.transaction(async (tx) => {
      await lockLead(tx, li.id)
      const contentId = piece?.contentId
      return plan(tx, house, { key, leadId: li.id, purpose: 'marketing', contentId, by: 'journey:x', mayWait: true })
    })
  const planned = await send('topic-1')
  expect(planned.state).toBe('planned')
  expect((await press(world, prefs, { do: 'topics', topic: '提效' })).status).toBe(303)
  expect(await open()).not.toMatch(ticked)
  expect(await about('降本')).toEqual([])
  const [row] = await house.db.query('SELECT state FROM messages WHERE id = $1', [planned.id])
  expect(row).toEqual({ state: 'cancelled' })
  expect(await send('topic-2')).toMatchObject({ state: 'refused', reason: { id: 'topic_declined' } })
})
