import { beforeAll, beforeEach, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import type { House } from '../../../src/house.ts'
import { setConsent } from '../../../src/leads/consent.ts'
import { saveContent } from '../../../src/messages/library.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { presentMessage } from '../../../src/messages/read.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

const clock = movableClock(thursdayMorning)
let house: TestHouse
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
  await addStaff(house, 'HanMeimei', ['sales'], { name: '韩梅梅' })
})
let serial = 0
beforeEach(() => {
  clock.set(new Date(new Date(thursdayMorning).getTime() + ++serial * 14 * 86_400_000))
})

const unique = () => `k-${serial}-${Math.random().toString(36).slice(2)}`
const planned = (request: Partial<PlanRequest> & { leadId: string | null }, at: House = house) =>
  at.db.transaction((tx) => {
    const lock = request.leadId ? tx.query('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [request.leadId]) : undefined
    return Promise.resolve(lock).then(() =>
      plan(tx, at, { key: unique(), purpose: 'marketing', by: 'test', ...request }),
    )
  })
const friend = async (userid = 'LiLei', fields: { name?: string; company?: string } = { name: '张三' }) => {
  const externalUserId = `wm-${unique()}`
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: externalUserId }], fields })
  await befriend(house, leadId, userid, externalUserId)
  return leadId
}
const article = (title = '案例', body = '{{ lead.name | default: "您" }}好，请看案例。') =>
  saveContent(house, { kind: 'text', title, body, stages: ['MAL'] }, 'test').then(({ id }) => id)

test('planning twice under one key plans once and answers the first', async () => {
  const leadId = await friend()
  const key = unique()
  const [first, second] = [await planned({ leadId, key, text: '您好' }), await planned({ leadId, key, text: '另一句' })]
  expect(second).toEqual(first)
  expect(first).toMatchObject({ state: 'planned', channel: 'group-send', sender: 'LiLei', body: { text: '您好' } })
})

test('planning at the same time under one key plans once', async () => {
  const leadId = await friend()
  const key = unique()
  const rows = await Promise.all(Array.from({ length: 8 }, () => planned({ leadId, key, text: '您好' })))
  expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
})

test('every refusal is a row with its reason, and the order of reasons is the contract’s', async () => {
  const stranger = await openLead(house)
  expect(await planned({ leadId: stranger, text: '您好' })).toMatchObject({
    state: 'refused',
    reason: { id: 'not_reachable', message: expect.stringContaining('好友') },
  })
  const leadId = await friend()
  const { playbook } = await house.playbook.current()
  expect((await planned({ leadId, text: `这是${playbook.redLine[0]}的` })).reason?.id).toBe('red_line')
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )
  const refused = await planned({ leadId, text: '您好' })
  expect(await presentMessage(house, refused)).toMatchObject({
    leadId,
    state: 'refused',
    waitsFor: null,
    reason: { id: 'opted_out' },
  })
  expect((await planned({ leadId, purpose: 'answer', text: '好的' })).state).toBe('planned')
  const lines = await house.db.query('SELECT data FROM timeline WHERE lead_id = $1 AND kind = $2', [leadId, 'message'])
  expect(lines).toContainEqual({
    data: expect.objectContaining({ message: refused.id, state: 'refused', reason: 'opted_out' }),
  })
})

test('the same marketing piece reaches one person once, through an alias too', async () => {
  const leadId = await friend()
  const contentId = await article()
  expect((await planned({ leadId, contentId, personal: true })).state).toBe('planned')
  expect((await planned({ leadId, contentId, personal: true })).reason?.id).toBe('seen_before')
  const alias = await openLead(house)
  await house.db.query('UPDATE leads SET merged_into = $2 WHERE id = $1', [alias, leadId])
  const again = await planned({ leadId: alias, contentId, personal: true })
  expect(again).toMatchObject({ leadId, state: 'refused', reason: { id: 'seen_before' } })
})

test('two who plan the same piece at once without holding the lead: the database keeps it to one', async () => {
  const leadId = await friend()
  const contentId = await article()
  const rows = await Promise.all(
    Array.from({ length: 6 }, () =>
      house.db.transaction((tx) =>
        plan(tx, house, { key: unique(), leadId, contentId, purpose: 'marketing', by: 'test', personal: true }),
      ),
    ),
  )
  expect(rows.map(({ state }) => state).sort()).toEqual(['planned', ...Array(5).fill('refused')])
})

test('caps hold when many plan for one person at the same time', async () => {
  const leadId = await friend()
  const rows = await Promise.all(Array.from({ length: 6 }, (_, index) => planned({ leadId, text: `您好 ${index}` })))
  expect(rows.filter(({ state }) => state === 'planned')).toHaveLength(1)
  expect(rows.filter(({ reason }) => reason?.id === 'cap')).toHaveLength(5)
})

test('caps hold for an account when many plan for its people at the same time, however its name is spelled', async () => {
  const people = []
  for (let index = 0; index < 8; index++)
    people.push(await friend('LiLei', { name: `人 ${index}`, company: index % 2 ? '宁波 精工Ｃｏ' : '宁波精工co' }))
  const rows = await Promise.all(people.map((leadId) => planned({ leadId, text: '您好' })))
  expect(rows.filter(({ state }) => state === 'planned')).toHaveLength(5)
})

test('who may wait is put off to a time at which every rule holds; who may not is refused', async () => {
  const leadId = await friend()
  clock.set('2026-11-19T14:00:00Z') // 22:00 in China
  expect((await planned({ leadId, text: '晚上好' })).reason?.id).toBe('quiet_hours')
  const first = await planned({ leadId, text: '早上好', mayWait: true })
  expect(first).toMatchObject({ state: 'planned', waitsFor: { kind: 'time' }, dueAt: new Date('2026-11-20T00:30:00Z') })
  const second = await planned({ leadId, text: '又是我', mayWait: true })
  // Whichever of two equals goes first, the other waits for its turn.
  const [one, other] = await house.db.query<{ kind: string; dueAt: Date }>(
    `SELECT waits_for ->> 'kind' AS kind, due_at AS "dueAt" FROM messages WHERE id = ANY($1) AND state = 'planned' ORDER BY due_at`,
    [[first.id, second.id]],
  )
  expect([one?.kind, other?.kind]).toEqual(['time', 'slot'])
  expect((other?.dueAt.getTime() ?? 0) - (one?.dueAt.getTime() ?? 0)).toBeGreaterThanOrEqual(86_400_000)
  expect((await planned({ leadId, text: '我自己发', personal: true })).state).toBe('planned')
})

test('a message is in the owner’s name when he may speak to the customer, else in that of who came last', async () => {
  const leadId = await friend('LiLei')
  clock.advance(1000)
  await befriend(house, leadId, 'HanMeimei', `wm-${unique()}`)
  expect((await planned({ leadId, purpose: 'answer', text: '您好' })).sender).toBe('HanMeimei')
  await house.db.query('UPDATE leads SET owner = $2 WHERE id = $1', [leadId, 'lilei'])
  expect((await planned({ leadId, purpose: 'answer', text: '您好' })).sender).toBe('LiLei')
  await house.db.query("UPDATE follows SET state = 'deleted_by_customer' WHERE lead_id = $1 AND userid = 'LiLei'", [
    leadId,
  ])
  expect((await planned({ leadId, purpose: 'answer', text: '您好' })).sender).toBe('HanMeimei')
  expect(await planned({ leadId, purpose: 'answer', sender: 'LiLei', text: '您好' })).toMatchObject({
    state: 'refused',
    reason: { id: 'not_reachable' },
  })
  // Who does not work here any more speaks for nobody, though WeCom still shows the relation.
  await house.db.query("UPDATE follows SET state = 'full' WHERE lead_id = $1", [leadId])
  await house.db.query("UPDATE staff SET active = false WHERE userid = 'LiLei'")
  expect((await planned({ leadId, purpose: 'answer', text: '您好' })).sender).toBe('HanMeimei')
  await house.db.query("UPDATE staff SET active = true WHERE userid = 'LiLei'")
})

test('people the first sync found hear nothing from the machine unless they add somebody anew, but may be written to by hand', async () => {
  const leadId = await friend()
  await house.db.query('UPDATE leads SET automation = false WHERE id = $1', [leadId])
  const extra = { code: 'CODE' }
  expect((await planned({ leadId, text: '您好', by: 'journey:x' })).reason?.id).toBe('automation_off')
  expect(
    (await planned({ leadId, purpose: 'handover', words: 'introduction', sender: 'LiLei', by: 'system' })).reason?.id,
  ).toBe('automation_off')
  expect(
    (await planned({ leadId, purpose: 'welcome', words: 'welcome', sender: 'LiLei', extra, by: 'system' })).state,
  ).toBe('planned')
  expect((await planned({ leadId, text: '您好', by: 'LiLei', personal: true })).state).toBe('planned')
})

test('a template that cannot render goes out as its plain line', async () => {
  const leadId = await friend()
  const { id } = await saveContent(
    house,
    { kind: 'text', title: '标题', plain: '您好，资料已备好。', body: '{{ lead.nmae }}', stages: ['MAL'] },
    'test',
  )
  expect((await planned({ leadId, contentId: id })).body.text).toBe('您好，资料已备好。')
})

test('words for many do not call anybody by name; words for one do', async () => {
  const leadId = await friend()
  const row = await planned({ leadId, contentId: await article() })
  expect(row.body).toMatchObject({ text: '张三好，请看案例。', shared: '您好，请看案例。' })
})

test('a link travels with its short words; without one the piece itself is the message', async () => {
  const leadId = await friend()
  const { id } = await saveContent(
    house,
    {
      kind: 'article',
      title: '三个月把报价从 5 天缩到 1 天',
      body: '很长的正文',
      say: '这是同行的做法：',
      url: 'https://example.com/a',
      stages: ['MAL'],
    },
    'test',
  )
  expect((await planned({ leadId, contentId: id })).body).toMatchObject({
    text: '这是同行的做法：',
    attachments: [{ kind: 'link', title: '三个月把报价从 5 天缩到 1 天', url: expect.stringContaining('/s/') }],
  })
})

const welcome = (leadId: string, extra: Record<string, unknown> = {}, sender = 'LiLei') =>
  planned({
    leadId,
    purpose: 'welcome',
    words: 'welcome',
    channel: 'welcome',
    sender,
    extra: { code: unique(), ...extra },
    within: '20s',
  })

test('the planner picks the welcome: hand-over, returning, the code’s own words, or the house’s', async () => {
  const fresh = await friend()
  const plain = await welcome(fresh, { created: true })
  expect(plain).toMatchObject({ state: 'planned', contentId: 'welcome', extra: { code: expect.any(String) } })
  expect(plain.body.text).toContain('李雷')
  expect(plain.extra).not.toHaveProperty('created')

  const own = await welcome(fresh, {
    created: true,
    liveCode: { kind: 'live', welcome: '{{ lead.name }}，展会上见过！' },
  })
  expect(own).toMatchObject({ contentId: null, body: { text: '张三，展会上见过！' } })
  const handOver = await welcome(fresh, { created: false, liveCode: { kind: 'handover', welcome: null } })
  expect(handOver.contentId).toBe('welcome-hand-over')

  for (const at of ['2026-01-01', '2026-02-01'])
    await house.db.query(
      "INSERT INTO touches (id, lead_id, at, kind, userid) VALUES (gen_random_uuid(), $1, $2, 'wecom', 'lilei')",
      [fresh, at],
    )
  expect((await welcome(fresh, { created: false })).contentId).toBe('welcome-returning')
})

test('a live code’s own words greet somebody whose name is not known yet, without the name', async () => {
  const leadId = await friend()
  await house.db.query("UPDATE leads SET name = '' WHERE id = $1", [leadId])
  const liveCode = { kind: 'live', welcome: '{{ lead.name }}，欢迎来自展会的朋友！' }
  expect((await welcome(leadId, { created: true, liveCode })).body.text).toBe('欢迎来自展会的朋友！')
})

test('a live code’s own words are found by the relation’s state when the event did not tell', async () => {
  const leadId = await friend()
  const state = `lc_${serial}`
  await house.db.query('UPDATE follows SET way_state = $2 WHERE lead_id = $1', [leadId, state])
  await house.db.query(
    "INSERT INTO live_codes (id, state, kind, name, staff, welcome, created_by, created_at) VALUES (gen_random_uuid(), $1, 'live', '展会', '{LiLei}', '展会专属', 'test', now())",
    [state],
  )
  expect((await welcome(leadId)).body.text).toBe('展会专属')
})

test('a welcome goes at night, to who opted out, and over every cap', async () => {
  const leadId = await friend()
  clock.set('2026-11-19T18:00:00Z')
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )
  expect((await welcome(leadId)).state).toBe('planned')
  expect(
    (await planned({ leadId, purpose: 'welcome', words: 'welcome', channel: 'welcome', sender: 'LiLei' })).reason?.id,
  ).toBe('not_reachable')
})

test('notices wait for the morning instead of being refused; those about somebody who asked for us go until 22:00', async () => {
  clock.set('2026-11-19T13:30:00Z') // 21:30
  const leadId = await friend()
  const notice = { leadId, purpose: 'notice', words: 'hot-lead', recipient: 'LiLei' } as const
  expect(await planned(notice)).toMatchObject({
    state: 'planned',
    waitsFor: { kind: 'time' },
    dueAt: new Date('2026-11-20T00:30:00Z'),
  })
  await house.db.query('UPDATE scores SET hand_raise_at = $2 WHERE lead_id = $1', [leadId, clock.now()])
  expect(await planned(notice)).toMatchObject({ state: 'planned', waitsFor: null, dueAt: clock.now() })
})

test('a lead or a piece nobody knows is the caller’s mistake', async () => {
  await expect(planned({ leadId: '00000000-0000-7000-8000-000000000000', text: 'x' })).rejects.toMatchObject({
    status: 404,
    id: 'lead_unknown',
  })
  await expect(planned({ leadId: await friend(), contentId: 'nothing' })).rejects.toMatchObject({
    status: 404,
    id: 'content_unknown',
  })
})

test('planning wakes delivery after the commit, the welcome’s own lane apart', async () => {
  const leadId = await friend()
  house.woken.length = 0
  await planned({ leadId, purpose: 'answer', text: '您好' })
  await welcome(leadId)
  expect(house.woken).toEqual(['deliver', 'deliver-welcome'])
})
