import { beforeAll, beforeEach, expect, test } from 'vitest'
import { setConsent } from '../../../src/leads/consent.ts'
import { openLeads } from '../../../src/leads/open.ts'
import { claimBatches } from '../../../src/messages/batch.ts'
import { claimMs } from '../../../src/messages/claim.ts'
import { closeBatches } from '../../../src/messages/close-batches.ts'
import { deliverDue } from '../../../src/messages/deliver.ts'
import { saveContent } from '../../../src/messages/library.ts'
import { setOutgoing } from '../../../src/messages/outgoing.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { pollBatches } from '../../../src/messages/poll-batches.ts'
import { findUnknown, recoverSending } from '../../../src/messages/recover.ts'
import { type MessageRow, messageColumns } from '../../../src/messages/row.ts'
import { testDatabase } from '../../support/db.ts'
import { addStaff } from '../../support/people.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

const minute = 60_000
const day = 86_400_000

let house: WecomHouse
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
})
let week = 0
beforeEach(async () => {
  await house.db.query(
    "UPDATE messages SET state = 'cancelled', batch_id = NULL WHERE state IN ('planned', 'sending', 'waiting')",
  )
  await house.db.query("UPDATE batches SET state = 'done' WHERE state <> 'done'")
  await house.sandbox.setFaults({ api: [] })
  // A Thursday morning each, far from what the test before sent.
  house.clock.set(new Date(Date.parse('2027-01-07T02:00:00Z') + ++week * 35 * day))
})

let serial = 0
const planned = (leadId: string, request: Partial<PlanRequest> = {}) =>
  house.db.transaction((tx) =>
    plan(tx, house, { key: `g-${++serial}`, leadId, purpose: 'marketing', by: 'test', ...request }),
  )
const article = (body = '{{ lead.name | default: "您" }}好，请看案例。') =>
  saveContent(house, { kind: 'text', title: `案例 ${++serial}`, body, stages: ['MAL'] }, 'test').then(({ id }) => id)
const now = async (id: string) => {
  const [row] = await house.db.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.id = $1`, [id])
  return row as MessageRow
}
const states = async (rows: readonly MessageRow[]) => {
  const found = await house.db.query<{ state: string }>('SELECT state FROM messages WHERE id = ANY($1)', [
    rows.map(({ id }) => id),
  ])
  const sum: Record<string, number> = {}
  for (const { state } of found) sum[state] = (sum[state] ?? 0) + 1
  return sum
}
const all = async (step: (of: WecomHouse) => Promise<boolean>) => {
  while (await step(house));
}
/** Lets the window pass and gives the tasks to WeCom. */
const close = async (windowMs = 10 * minute) => {
  await all((of) => deliverDue(of, 'normal'))
  house.clock.advance(windowMs)
  await all(closeBatches)
}
const look = async (ms = minute) => {
  house.clock.advance(ms)
  await all(pollBatches)
}
interface Task {
  chat_type: string
  sender: string
  external_userid: string[]
  text: { content: string }
}
const tasks = () => house.sandbox.callsTo('externalcontact/add_msg_template').map(({ body }) => body as Task)
const newTasks = async (work: () => Promise<void>) => {
  const before = tasks().length
  await work()
  return tasks().slice(before)
}
const taskOf = async (row: MessageRow) => (await now(row.id)).wecomId as string

test('five hundred leads of one member and one piece are one task with one text that names nobody', async () => {
  const contentId = await article()
  const rows: MessageRow[] = []
  const arrivals: string[] = []
  for (let index = 0; index < 500; index++)
    arrivals.push((await house.sandbox.customerScans({ name: `客户 ${index}`, userid: 'LiLei' })).external_userid)
  const opened = await house.db.transaction((tx) =>
    openLeads(
      tx,
      house,
      arrivals.map((value) => ({
        identities: [{ kind: 'externalUserId', value }],
        source: { kind: 'wecom' },
        fields: { name: '客户' },
        at: house.clock.now(),
        by: 'test',
        key: value,
      })),
    ),
  )
  await house.db.query(
    "INSERT INTO follows (userid, external_userid, lead_id, state, started_at) SELECT 'LiLei', e, l, 'full', $3 FROM unnest($1::text[], $2::uuid[]) AS t(e, l)",
    [arrivals, opened.map(({ leadId }) => leadId), house.clock.now()],
  )
  for (const { leadId } of opened) rows.push(await planned(leadId, { contentId }))
  const made = await newTasks(close)
  expect(made).toHaveLength(1)
  expect(made[0]).toMatchObject({ sender: 'LiLei', chat_type: 'single', text: { content: '您好，请看案例。' } })
  expect(new Set(made[0]?.external_userid).size).toBe(500)
  expect(await states(rows)).toEqual({ waiting: 500 })
  const msgid = await taskOf(rows[0] as MessageRow)
  expect((await now(rows[0]?.id ?? '')).waitsFor).toMatchObject({ kind: 'staff', staff: 'LiLei', task: msgid })
  await look()
  expect(await states(rows)).toEqual({ waiting: 500 })
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
  await look()
  expect(await states(rows)).toEqual({ sent: 500 })
  expect((await now(rows[0]?.id ?? '')).sentAt?.getTime()).toBeGreaterThan(house.clock.now().getTime() - 2 * minute)
}, 120_000)

test('another member, another piece and another window are other tasks; a task for one calls him by name', async () => {
  const [one, two] = [await article(), await article()]
  const made = await newTasks(async () => {
    await planned((await house.friend('LiLei', { name: '赵一' })).leadId, { contentId: one })
    await planned((await house.friend('LiLei', { name: '钱二' })).leadId, { contentId: two })
    await planned((await house.friend('HanMeimei', { name: '孙三' })).leadId, { contentId: one })
    await close()
    await planned((await house.friend('LiLei', { name: '李四' })).leadId, { contentId: one })
    await close()
  })
  const texts = made.map(({ text }) => text.content)
  expect(texts.sort()).toEqual(
    ['孙三好，请看案例。', '李四好，请看案例。', '赵一好，请看案例。', '钱二好，请看案例。'].sort(),
  )
})

test('no window: what is due together goes at once as one task', async () => {
  await house.playbook.change({ groupSend: { window: 0 } }, 'test')
  const rows = [
    await planned((await house.friend('LiLei')).leadId, { text: '同一句话' }),
    await planned((await house.friend('LiLei')).leadId, { text: '同一句话' }),
  ]
  expect(await newTasks(() => close(0))).toHaveLength(1)
  expect(await states(rows)).toEqual({ waiting: 2 })
  await house.playbook.change({ groupSend: { window: '10m' } }, 'test')
})

test('what a person sends himself does not wait for the window, and takes along what waits for it', async () => {
  const contentId = await article()
  const rows = [
    await planned((await house.friend('LiLei')).leadId, { contentId }),
    await planned((await house.friend('LiLei')).leadId, { contentId, personal: true }),
  ]
  expect(await newTasks(() => close(0))).toHaveLength(1)
  expect(await states(rows)).toEqual({ waiting: 2 })
})

test('a task rings on nobody’s phone at night, though its customer, on another clock, is awake; what a member sends himself goes', async () => {
  const hour = 60 * minute
  // 21:30 in Shanghai, 19:30 in Urumqi.
  house.clock.advance(11.5 * hour)
  const [west, hasty] = [await house.friend('LiLei'), await house.friend('LiLei')]
  await house.db.query("UPDATE leads SET region = '乌鲁木齐' WHERE id = ANY($1)", [[west.leadId, hasty.leadId]])
  const waits = await planned(west.leadId, { contentId: await article(), mayWait: true })
  expect(await newTasks(() => close())).toEqual([])
  const morning = new Date(Math.floor(house.clock.now().getTime() / day) * day + 24.5 * hour)
  expect(await now(waits.id)).toMatchObject({ state: 'planned', waitsFor: { until: morning.toISOString() } })
  const sent = await newTasks(async () => {
    await planned(hasty.leadId, { contentId: await article(), personal: true, by: 'LiLei' })
    await close(0)
  })
  expect(sent.map((task) => task.external_userid)).toEqual([[hasty.externalUserId]])
  // In our morning he sleeps; the task comes when both are awake.
  for (const [hours, count] of [
    [11, 0],
    [2, 1],
  ] as const) {
    house.clock.advance(hours * hour)
    expect(await newTasks(() => close())).toHaveLength(count)
  }
})

test('two workers gather and close without making a task twice', async () => {
  const contentId = await article()
  for (let index = 0; index < 30; index++) await planned((await house.friend('LiLei')).leadId, { contentId })
  const made = await newTasks(async () => {
    await Promise.all(Array.from({ length: 4 }, () => deliverDue(house, 'normal')))
    house.clock.advance(10 * minute)
    await Promise.all(Array.from({ length: 4 }, () => closeBatches(house)))
  })
  expect(made).toHaveLength(1)
  expect(made[0]?.external_userid).toHaveLength(30)
})

test('what WeCom says of each customer is written back: sent, no friend any more, quota used up', async () => {
  const contentId = await article()
  const [a, b, c] = [await house.friend('LiLei'), await house.friend('LiLei'), await house.friend('LiLei')]
  const rows = [
    await planned(a.leadId, { contentId, channel: 'group-send' }),
    await planned(b.leadId, { contentId, channel: 'group-send' }),
    await planned(c.leadId, { contentId, channel: 'group-send' }),
  ]
  await close()
  const msgid = await taskOf(rows[0] as MessageRow)
  await house.sandbox.customerDeletes({ customer: b.externalUserId, userid: 'LiLei' })
  const send = house.sandbox.world.groupSends.find((task) => task.msgid === msgid)
  await look()
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
  Object.assign(send?.members[0]?.list.find(({ target }) => target === c.externalUserId) ?? {}, {
    status: 3,
    sentAt: undefined,
  })
  await look()
  expect(await Promise.all(rows.map(({ id }) => now(id)))).toMatchObject([
    { state: 'sent' },
    { state: 'failed', reason: { id: 'not_reachable' } },
    { state: 'failed', reason: { id: 'cap' } },
  ])
  // The platform's own limit is learnt.
  expect(await planned(c.leadId, { text: '再试', personal: true, channel: 'group-send' })).toMatchObject({
    state: 'refused',
    reason: { id: 'not_reachable', message: expect.stringContaining('企业微信') },
  })
  house.clock.advance(day)
  expect((await planned(c.leadId, { text: '再试', personal: true, channel: 'group-send' })).state).toBe('refused')
  const { calendar } = await house.playbook.current()
  const [year = 0, month = 0] = calendar.dayOf(house.clock.now()).split('-').map(Number)
  house.clock.set(calendar.dayStart(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)))
  expect((await planned(c.leadId, { text: '再试', personal: true, channel: 'group-send' })).state).toBe('planned')
})

test('who WeCom refuses when the task is made fails at once; nobody left is no task', async () => {
  const [a, b] = [await house.friend('LiLei'), await house.friend('LiLei')]
  const only = { text: '你好', channel: 'group-send' }
  const rows = [await planned(a.leadId, only), await planned(b.leadId, only)]
  await house.sandbox.customerDeletes({ customer: b.externalUserId, userid: 'LiLei' })
  await close()
  expect(await Promise.all(rows.map(({ id }) => now(id)))).toMatchObject([
    { state: 'waiting' },
    { state: 'failed', reason: { id: 'not_reachable' } },
  ])

  const alone = await planned(b.leadId, { ...only, text: '又是我', personal: true })
  await close()
  expect((await now(alone.id)).state).toBe('failed')
})

test('an opt-out before the window closes keeps one out; the others go', async () => {
  const [a, b] = [await house.friend('LiLei'), await house.friend('LiLei')]
  const rows = [await planned(a.leadId, { text: '活动' }), await planned(b.leadId, { text: '活动' })]
  await deliverDue(house, 'normal')
  await house.db.query("UPDATE leads SET marketing = 'denied' WHERE id = $1", [a.leadId])
  const [made] = await newTasks(close)
  expect(made?.external_userid).toEqual([b.externalUserId])
  expect((await now(rows[0]?.id ?? '')).reason?.id).toBe('opted_out')
})

test('an opt-out while a task waits takes the task back, and gives it anew to the others', async () => {
  const [a, b] = [await house.friend('LiLei'), await house.friend('LiLei')]
  const rows = [await planned(a.leadId, { text: '活动' }), await planned(b.leadId, { text: '活动' })]
  await close()
  const msgid = await taskOf(rows[0] as MessageRow)
  await look(15_000)
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId: a.leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )
  await all(pollBatches)
  expect(house.sandbox.world.groupSends.find((task) => task.msgid === msgid)?.cancelled).toBe(true)
  await look()
  expect(await now(rows[0]?.id ?? '')).toMatchObject({ state: 'cancelled', reason: { message: '客户已退订' } })
  const made = await newTasks(close)
  expect(made.map(({ external_userid }) => external_userid)).toEqual([[b.externalUserId]])
  expect((await now(rows[1]?.id ?? '')).state).toBe('waiting')
})

test('a member who does not confirm is reminded at most three times, in working hours, and then the task is taken back', async () => {
  const row = await planned((await house.friend('LiLei')).leadId, { text: '待确认' })
  await close()
  const reminders = () => house.sandbox.callsTo('externalcontact/remind_groupmsg_send').length
  const before = reminders()
  for (let hour = 0; hour < 71; hour++) {
    const { calendar } = await house.playbook.current()
    const count = reminders()
    await look(3_600_000)
    if (reminders() > count) expect(calendar.isWorking(house.clock.now())).toBe(true)
  }
  expect(reminders() - before).toBe(3)
  expect((await now(row.id)).state).toBe('waiting')
  await look(2 * 3_600_000)
  await look()
  expect(await now(row.id)).toMatchObject({ state: 'expired', reason: { id: 'unconfirmed' } })
  expect(house.sandbox.world.groupSends.at(-1)?.cancelled).toBe(true)
  const before2 = house.sandbox.calls.length
  await look(day)
  expect(house.sandbox.calls.length).toBe(before2)
})

test('a member who confirms at the last moment is believed', async () => {
  const row = await planned((await house.friend('LiLei')).leadId, { text: '最后一刻' })
  await close()
  const msgid = await taskOf(row)
  house.clock.advance(3 * day)
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
  await look()
  await look()
  expect((await now(row.id)).state).toBe('sent')
})

test('a task somebody took back in WeCom is not made again', async () => {
  const row = await planned((await house.friend('LiLei')).leadId, { text: '被撤回' })
  await close()
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/get_groupmsg_task', errcode: 41093 }] })
  const made = await newTasks(async () => {
    await look()
    await close()
  })
  expect(made).toHaveLength(0)
  expect(await now(row.id)).toMatchObject({ state: 'failed', reason: { id: 'taken_back' } })
})

test('a task whose answer got lost is found in WeCom’s own list, and goes on without being made again', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/add_msg_template', drop: 'after', count: 1 }] })
  const customer = await house.friend('LiLei')
  const row = await planned(customer.leadId, { text: '不知是否建成' })
  const made = await newTasks(async () => {
    await close()
    expect(await now(row.id)).toMatchObject({ state: 'unknown', reason: { id: 'unknown' } })
    house.clock.advance(15_000)
    await findUnknown(house)
    await close()
  })
  expect(made).toHaveLength(1)
  expect(await now(row.id)).toMatchObject({ state: 'waiting', reason: null })
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid: await taskOf(row) })
  await look()
  expect((await now(row.id)).state).toBe('sent')
})

test('a task that never reached WeCom stays unknown, is shown to a person and never made again', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/add_msg_template', drop: 'after', count: 1 }] })
  const row = await planned((await house.friend('LiLei')).leadId, { text: '不知是否建成' })
  const other = await planned((await house.friend('LiLei')).leadId, {
    text: '不知是否建成',
    dueAt: new Date(house.clock.now().getTime() + 20 * minute),
  })
  const made = await newTasks(async () => {
    await close()
    // As if the call had been lost on its way there.
    house.sandbox.world.groupSends.pop()
    house.clock.advance(20 * minute)
    await close()
    for (let twice = 0; twice < 2; twice++) {
      house.clock.advance(2 * minute)
      await findUnknown(house)
      await recoverSending(house)
      await close()
    }
  })
  expect(made).toHaveLength(2)
  expect(await now(row.id)).toMatchObject({ state: 'unknown', reason: { id: 'unknown' } })
  expect((await now(other.id)).state).toBe('waiting')
})

test('a busy WeCom: the messages are gathered anew and go later, once', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/add_msg_template', errcode: 45009, count: 1 }] })
  const row = await planned((await house.friend('LiLei')).leadId, { text: '稍后' })
  await close()
  expect(await now(row.id)).toMatchObject({ state: 'planned', batchId: null, reason: { id: 'retry' } })
  house.clock.advance(5 * minute)
  await close()
  expect((await now(row.id)).state).toBe('waiting')
})

test('killed while a task is being made: unknown; killed before: made by the next', async () => {
  const row = await planned((await house.friend('LiLei')).leadId, { text: '中断' })
  await deliverDue(house, 'normal')
  house.clock.advance(10 * minute)
  expect(await claimBatches(house, 'gathering', 1)).toHaveLength(1)
  expect(await newTasks(() => all(closeBatches))).toHaveLength(0)
  house.clock.advance(claimMs + 1)
  expect(await newTasks(() => all(closeBatches))).toHaveLength(1)
  // As a worker leaves it that dies after its call and before its record.
  await house.db.query(
    "UPDATE batches SET state = 'sending', wecom_id = NULL, claimed_until = $1 WHERE state = 'waiting'",
    [house.clock.now()],
  )
  await house.db.query("UPDATE messages SET state = 'sending', wecom_id = NULL WHERE id = $1", [row.id])
  house.clock.advance(1)
  await recoverSending(house)
  expect((await now(row.id)).state).toBe('unknown')
  // Right after its making WeCom does not yet talk about a task.
  await findUnknown(house)
  house.clock.advance(minute)
  await findUnknown(house)
  expect((await now(row.id)).state).toBe('waiting')
})

test('no task is made and nobody reminded while the plug is out; results still come in', async () => {
  const first = await planned((await house.friend('LiLei')).leadId, { text: '先建' })
  await close()
  const waiting = await planned((await house.friend('LiLei')).leadId, { text: '后建' })
  await deliverDue(house, 'normal')
  await setOutgoing(house, { paused: true }, 'test')
  house.clock.advance(10 * minute)
  expect(await newTasks(() => all(closeBatches))).toHaveLength(0)
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid: await taskOf(first) })
  await look()
  expect((await now(first.id)).state).toBe('sent')
  await setOutgoing(house, { paused: false }, 'test')
  expect(await newTasks(() => all(closeBatches))).toHaveLength(1)
  expect((await now(waiting.id)).state).toBe('waiting')
})

test('a task nobody confirms reaches the member’s manager after a day, once, with its number of people and its end', async () => {
  await addStaff(house, 'ChenJing', ['manager'], { name: '陈静' })
  await addStaff(house, 'ZhangWei', ['sales'], { name: '张伟', manager: 'ChenJing' })
  const contentId = await article()
  const first = await planned((await house.friend('ZhangWei')).leadId, { contentId })
  await planned((await house.friend('ZhangWei')).leadId, { contentId })
  await close()
  const told = async () => {
    await all((of) => deliverDue(of, 'normal'))
    return house.sandbox.inboxOf('ChenJing').map(({ content }) => JSON.stringify(content))
  }
  await look(23 * 60 * minute)
  expect(await told()).toEqual([])
  await look(2 * 60 * minute)
  await Promise.all([pollBatches(house), pollBatches(house)])
  await look(60 * minute)
  expect(await told()).toEqual([expect.stringMatching(/张伟有一条发给 2 位客户的群发还没确认，.+ 过期/)])
  await house.sandbox.confirmGroupSend({ userid: 'ZhangWei', msgid: await taskOf(first) })
  await look(60 * minute)
  expect((await now(first.id)).state).toBe('sent')
  expect(await told()).toHaveLength(1)
})
