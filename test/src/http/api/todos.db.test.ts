import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { setConsent } from '../../../../src/leads/consent.ts'
import { lockLead } from '../../../../src/leads/lock.ts'
import { deliverDue } from '../../../../src/messages/deliver.ts'
import { saveContent } from '../../../../src/messages/library.ts'
import { type PlanRequest, plan } from '../../../../src/messages/plan.ts'
import { tendTodos } from '../../../../src/messages/tend-todos.ts'
import { tellMorning } from '../../../../src/skills/tell-morning.ts'
import { testDatabase } from '../../../support/db.ts'
import { addStaff } from '../../../support/people.ts'
import { type TestServer, testServer } from '../../../support/server.ts'
import { type WecomHouse, wecomHouse } from '../../../support/wecom-house.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let house: WecomHouse
let server: TestServer
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  server = await testServer(house)
  await addStaff(house, 'ChenJing', ['manager'], { name: '陈静' })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷', manager: 'ChenJing' })
  await addStaff(house, 'HanMeimei', ['sales'], { name: '韩梅梅' })
})
afterAll(() => server.close())
let round = 0
beforeEach(async () => {
  await house.db.query("UPDATE messages SET state = 'cancelled' WHERE state IN ('planned', 'waiting')")
  // Thursdays at ten, far from each other.
  house.clock.set(new Date(Date.parse('2027-01-07T02:00:00Z') + ++round * 35 * day))
})

let serial = 0
const todo = async (request: Partial<PlanRequest> = {}) => {
  const { leadId } = await house.friend('LiLei', { name: `客户 ${++serial}` })
  const row = await house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    const text = request.contentId ? {} : { text: `话 ${serial}` }
    const what = {
      key: `todo-${serial}`,
      leadId: lead.id,
      purpose: 'marketing',
      by: 'test',
      channel: 'one-tap',
    } as const
    return plan(tx, house, { ...what, ...text, ...request })
  })
  await deliverDue(house, 'normal')
  return { id: row.id, leadId }
}
const post = (id: string, verb: string, body: unknown = {}, as = 'LiLei') =>
  server.call('POST', `/api/todos/${id}/${verb}`, body, { as })
const state = async (id: string) => {
  const [row] = await house.db.query<{ state: string; reason: { id: string } | null }>(
    'SELECT state, reason FROM messages WHERE id = $1',
    [id],
  )
  return row && [row.state, row.reason?.id]
}
const optOut = (leadId: string) =>
  house.db.transaction((tx) =>
    setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )

test('a to-do stands in its member’s list with the words and the card as the chat takes them, and in nobody else’s', async () => {
  const piece = { kind: 'article', title: '案例', body: '正文', say: '您好，请看', stages: ['MAL'] } as const
  const { id: contentId } = await saveContent(house, piece, 'test')
  const { id, leadId } = await todo({ contentId })
  const { json } = await server.call('GET', '/api/todos?mine', undefined, { as: 'LiLei' })
  expect(json.items).toEqual([
    expect.objectContaining({
      id,
      lead: expect.objectContaining({ id: leadId }),
      messages: [
        { msgtype: 'text', text: { content: '您好，请看' } },
        { msgtype: 'news', news: expect.objectContaining({ title: '案例', link: expect.stringContaining('/s/') }) },
      ],
    }),
  ])
  expect((await server.call('GET', '/api/todos?mine', undefined, { as: 'HanMeimei' })).json.items).toEqual([])
  expect((await post(id, 'begin', {}, 'HanMeimei')).status).toBe(403)
})

test('one tap sends once: double taps, late callbacks and the rep’s word besides change nothing', async () => {
  const { id } = await todo()
  expect((await post(id, 'begin')).status).toBe(200)
  expect((await Promise.all([1, 2, 3].map(() => post(id, 'sent')))).map(({ status }) => status)).toEqual([
    200, 200, 200,
  ])
  const at = await house.db.query('SELECT sent_at FROM messages WHERE id = $1', [id])
  house.clock.advance(hour)
  expect((await post(id, 'sent')).status).toBe(200)
  expect((await post(id, 'done')).status).toBe(200)
  expect((await post(id, 'skip', { reason: '算了' })).status).toBe(409)
  expect((await post(id, 'begin')).json.error.id).toBe('already_sent')
  expect(await house.db.query('SELECT sent_at FROM messages WHERE id = $1', [id])).toEqual(at)
})

test('the guard is asked again at the tap: who opted out since is refused with words, whose cap is full waits', async () => {
  const gone = await todo()
  await house.db.query("UPDATE leads SET marketing = 'denied' WHERE id = $1", [gone.leadId])
  const refused = await post(gone.id, 'begin')
  expect([refused.status, refused.json.error]).toEqual([
    409,
    expect.objectContaining({ id: 'opted_out', message: '客户已退订营销消息' }),
  ])
  expect(await state(gone.id)).toEqual(['refused', 'opted_out'])
  const full = await todo()
  await house.db.query("UPDATE messages SET sent_at = $2, state = 'sent' WHERE id = $1", [full.id, house.clock.now()])
  const [second] = await house.db.query<{ id: string }>(
    `INSERT INTO messages (id, key, lead_id, purpose, channel, sender, recipient, state, body, due_at, planned_by, playbook_version, created_at)
     SELECT gen_random_uuid(), 'second', lead_id, purpose, channel, sender, recipient, 'waiting', body, due_at, planned_by, playbook_version, created_at FROM messages WHERE id = $1 RETURNING id`,
    [full.id],
  )
  await house.db.query("INSERT INTO todos (message_id, userid, created_at) VALUES ($1, 'LiLei', $2)", [
    second?.id,
    house.clock.now(),
  ])
  house.clock.advance(12 * hour)
  const capped = await post(second?.id ?? '', 'begin')
  expect(capped.json.error).toMatchObject({ id: 'cap', details: { until: expect.any(String) } })
  house.clock.advance(12 * hour)
  // At ten in the evening it is his own hand.
  expect((await post(second?.id ?? '', 'begin')).status).toBe(200)
})

test('what the chat says late is true: a cancelled or expired to-do that was sent is sent', async () => {
  const [left, late] = [await todo(), await todo()]
  await post(left.id, 'begin')
  await optOut(left.leadId)
  expect(await state(left.id)).toEqual(['cancelled', 'cancelled'])
  expect((await post(left.id, 'done')).status).toBe(409)
  await post(left.id, 'sent')
  expect((await state(left.id))?.[0]).toBe('sent')
  house.clock.advance(4 * day)
  await tendTodos(house)
  expect(await state(late.id)).toEqual(['expired', 'undone'])
  await post(late.id, 'sent')
  expect((await state(late.id))?.[0]).toBe('sent')
})

test('skipped says why; snoozed leaves the list until then and still ends in time', async () => {
  const [skipped, snoozed] = [await todo(), await todo()]
  expect((await post(skipped.id, 'skip', {})).status).toBe(422)
  expect((await post(skipped.id, 'skip', { reason: '刚通过电话' })).json.reason.message).toContain('刚通过电话')
  expect((await post(snoozed.id, 'snooze', { for: '2h' })).status).toBe(200)
  expect((await post(snoozed.id, 'snooze', { for: '30d' })).status).toBe(422)
  const open = async () =>
    (await server.call('GET', '/api/todos?mine=true', undefined, { as: 'LiLei' })).json.items.length
  expect(await open()).toBe(0)
  house.clock.advance(2 * hour)
  expect(await open()).toBe(1)
})

test('a member hears once of many, again in the morning, his manager when it stays undone', async () => {
  for (let index = 0; index < 5; index++) await todo()
  const told = async (words: string) =>
    (await house.db.query('SELECT recipient, body FROM messages WHERE content_id = $1 AND created_at > $2', [
      words,
      new Date(house.clock.now().getTime() - 2 * day),
    ])) as {
      recipient: string
      body: { text: string }
    }[]
  await house.db.query('UPDATE todos SET listed_on = $1', ['2100-01-01'])
  house.clock.advance(11 * minute)
  await Promise.all([tendTodos(house), tendTodos(house)])
  await tendTodos(house)
  expect(await told('todos-new')).toEqual([{ recipient: 'LiLei', body: { text: expect.stringContaining('有 5 条') } }])
  await house.db.query('UPDATE todos SET listed_on = NULL')
  house.clock.advance(day)
  await tendTodos(house)
  await Promise.all([tellMorning(house), tellMorning(house)])
  await tellMorning(house)
  expect(await told('morning')).toEqual([
    { recipient: 'LiLei', body: expect.objectContaining({ text: expect.stringContaining('待发送：5 条') }) },
  ])
  expect(await told('todos-overdue')).toEqual([
    { recipient: 'ChenJing', body: expect.objectContaining({ text: expect.stringContaining('李雷有 5 条') }) },
  ])
})
