import { beforeAll, beforeEach, expect, test } from 'vitest'
import { setConsent } from '../../../src/leads/consent.ts'
import { check } from '../../../src/messages/check.ts'
import { claimDue, claimMs } from '../../../src/messages/claim.ts'
import { deliverDue, deliverNow } from '../../../src/messages/deliver.ts'
import { readOutgoing, setOutgoing } from '../../../src/messages/outgoing.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { recoverSending } from '../../../src/messages/recover.ts'
import { type MessageRow, messageColumns } from '../../../src/messages/row.ts'
import { testDatabase } from '../../support/db.ts'
import { addStaff } from '../../support/people.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

let house: WecomHouse
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
})
beforeEach(async () => {
  await house.db.query("UPDATE messages SET state = 'cancelled' WHERE state IN ('planned', 'sending')")
  await house.sandbox.setFaults({ api: [] })
  house.clock.advance(60_000)
})

let serial = 0
const planned = (request: Partial<PlanRequest>) =>
  house.db.transaction((tx) =>
    plan(tx, house, { key: `d-${++serial}`, leadId: null, purpose: 'notice', by: 'test', ...request }),
  )
const notice = (request: Partial<PlanRequest> = {}) =>
  planned({ text: `有新消息 ${serial}`, recipient: 'LiLei', ...request })
const welcome = async () => {
  const { external_userid: externalUserId, welcomeCode } = await house.sandbox.customerScans({
    name: '张三',
    userid: 'LiLei',
  })
  const { leadId } = await house.friend('HanMeimei')
  const message = await planned({
    leadId,
    purpose: 'welcome',
    words: 'welcome',
    channel: 'welcome',
    sender: 'LiLei',
    extra: { code: welcomeCode },
    within: '20s',
  })
  return { message, leadId, externalUserId, code: welcomeCode as string }
}
const now = async (id: string) => {
  const [row] = await house.db.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.id = $1`, [id])
  return row as MessageRow
}
const calls = (path: string, text: string) =>
  house.sandbox.callsTo(path).filter((call) => JSON.stringify(call.body).includes(text))
const welcomes = (code: string) => calls('externalcontact/send_welcome_msg', code)

test('a welcome is sent at once by the fast path, once, and its row says so', async () => {
  const { message, code, externalUserId, leadId } = await welcome()
  await deliverNow(house, message.id)
  await deliverNow(house, message.id)
  await deliverDue(house, 'urgent')
  expect(welcomes(code)).toHaveLength(1)
  expect(await now(message.id)).toMatchObject({ state: 'sent', sentAt: house.clock.now(), attempts: 1 })
  expect(house.sandbox.received(externalUserId)).toEqual([expect.objectContaining({ text: message.body.text })])
  const lines = await house.db.query<{ data: object }>(
    "SELECT data FROM timeline WHERE lead_id = $1 AND kind = 'message'",
    [leadId],
  )
  expect(lines.map(({ data }) => data)).toEqual([{ message: message.id, channel: 'welcome', state: 'sent' }])
})

test('a welcome is sent once under many workers and the fast path together', async () => {
  const { message, code } = await welcome()
  await Promise.all([
    ...Array.from({ length: 6 }, () => deliverDue(house, 'urgent')),
    ...Array.from({ length: 6 }, () => deliverNow(house, message.id)),
  ])
  expect(welcomes(code)).toHaveLength(1)
  expect((await now(message.id)).state).toBe('sent')
})

test('the welcome’s lane takes nothing else, and the other lane no welcome', async () => {
  const { message, code } = await welcome()
  const other = await notice()
  await deliverDue(house, 'normal')
  expect(welcomes(code)).toHaveLength(0)
  expect((await now(other.id)).state).toBe('sent')
  await deliverDue(house, 'urgent')
  expect((await now(message.id)).state).toBe('sent')
})

test('another app that took the welcome is named, and nothing is tried again', async () => {
  const { message, code } = await welcome()
  await house.sandbox.otherAppTakesWelcome({ code })
  await deliverNow(house, message.id)
  expect(await now(message.id)).toMatchObject({
    state: 'failed',
    reason: { id: 'taken', message: expect.stringContaining('其他应用') },
  })
  house.clock.advance(5_000)
  await deliverDue(house, 'urgent')
  expect(welcomes(code)).toHaveLength(1)
})

test('a welcome too late is not sent, and says why', async () => {
  const { message, code } = await welcome()
  house.clock.advance(20_000)
  await deliverDue(house, 'urgent')
  expect(welcomes(code)).toHaveLength(0)
  expect(await now(message.id)).toMatchObject({ state: 'expired', reason: { id: 'late' } })
})

test('a busy WeCom is asked again within the deadline, and not after it', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/send_welcome_msg', errcode: 45009, count: 1 }] })
  const { message } = await welcome()
  await deliverNow(house, message.id)
  expect(await now(message.id)).toMatchObject({
    state: 'expired',
    reason: { id: 'late', message: expect.stringContaining('45009') },
  })

  // The closed window is ours too; it opens with the clock.
  house.clock.advance(120_000)
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/send_welcome_msg', drop: 'before', count: 1 }] })
  const next = await welcome()
  await deliverNow(house, next.message.id)
  for (let second = 0; second < 8 && (await now(next.message.id)).state === 'planned'; second++) {
    house.clock.advance(1_000)
    await deliverDue(house, 'urgent')
  }
  expect(['sent', 'unknown']).toContain((await now(next.message.id)).state)
  expect(house.sandbox.received(next.externalUserId).length).toBeLessThanOrEqual(1)
})

test('an app message whose answer got lost is shown to a person, never repeated', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'message/send', drop: 'after', count: 1 }] })
  const message = await notice({ text: '答复会丢的通知' })
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({ state: 'unknown', reason: { id: 'unknown' } })
  house.clock.advance(3_600_000)
  await deliverDue(house, 'normal')
  await recoverSending(house)
  await deliverDue(house, 'normal')
  expect(calls('message/send', '答复会丢的通知')).toHaveLength(1)
})

test('a refusal that will not get better fails with WeCom’s code and what to do', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'message/send', errcode: 40058, count: 1 }] })
  const message = await notice()
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({
    state: 'failed',
    reason: { id: 'wecom_40058', message: expect.stringContaining('40058') },
  })
})

test('a refusal an operator can mend keeps the message planned, with what to do', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'message/send', errcode: 60020, count: 1 }] })
  const message = await notice()
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({
    state: 'planned',
    waitsFor: { kind: 'time' },
    reason: { id: 'retry', message: expect.stringContaining('可信') },
  })
  house.clock.advance(10 * 60_000)
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({ state: 'sent', reason: null, waitsFor: null, attempts: 2 })
})

test('a member the app cannot see is named as such', async () => {
  const message = await notice({ recipient: 'Nobody' })
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('failed')
})

test('killed between claim and call: the message is sent after the claim has lapsed', async () => {
  const message = await notice({ text: '认领后被杀' })
  expect(await claimDue(house, ['app-notice'], 10)).toHaveLength(1)
  await deliverDue(house, 'normal')
  expect(calls('message/send', '认领后被杀')).toHaveLength(0)
  house.clock.advance(claimMs + 1)
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
  expect(calls('message/send', '认领后被杀')).toHaveLength(1)
})

test('killed between call and record: unknown, and never sent again', async () => {
  const message = await notice({ text: '发出后被杀' })
  const [claimed] = await claimDue(house, ['app-notice'], 10)
  const row = claimed && (await check(house, claimed))
  expect(row?.state).toBe('sending')
  await recoverSending(house)
  expect((await now(message.id)).state).toBe('sending')
  house.clock.advance(claimMs + 1)
  for (let twice = 0; twice < 2; twice++) {
    await recoverSending(house)
    await deliverDue(house, 'normal')
  }
  expect(await now(message.id)).toMatchObject({ state: 'unknown', reason: { id: 'unknown' } })
  expect(calls('message/send', '发出后被杀')).toHaveLength(0)
})

test('a lapsed claim that another worker holds by now is not used', async () => {
  const message = await notice({ text: '两个工人' })
  const [slow] = await claimDue(house, ['app-notice'], 10)
  house.clock.advance(claimMs + 1)
  const [quick] = await claimDue(house, ['app-notice'], 10)
  expect(slow && (await check(house, slow))).toBeNull()
  expect(quick && (await check(house, quick))?.id).toBe(message.id)
})

test('nothing leaves while the plug is out; it holds at once, and everything comes when it is back', async () => {
  const [message, greeting] = [await notice({ text: '暂停中的通知' }), await welcome()]
  await setOutgoing(house, { paused: true }, 'test')
  for (let twice = 0; twice < 2; twice++) {
    await deliverDue(house, 'normal')
    await deliverDue(house, 'urgent')
    await deliverNow(house, greeting.message.id)
  }
  expect(await now(message.id)).toMatchObject({ state: 'planned', attempts: 0 })
  expect(welcomes(greeting.code)).toHaveLength(0)
  house.clock.advance(20_000)
  await deliverDue(house, 'urgent')
  expect(await now(greeting.message.id)).toMatchObject({ state: 'expired', reason: { id: 'paused' } })
  house.woken.length = 0
  await setOutgoing(house, { paused: false }, 'test')
  expect(house.woken).toContain('deliver')
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
})

test('one channel can be paused by itself, and stays so when everything else comes back', async () => {
  await setOutgoing(house, { paused: true, channel: 'app-notice' }, 'test')
  const [message, greeting] = [await notice(), await welcome()]
  await deliverDue(house, 'normal')
  await deliverNow(house, greeting.message.id)
  expect((await now(message.id)).state).toBe('planned')
  expect((await now(greeting.message.id)).state).toBe('sent')
  await setOutgoing(house, { paused: true }, 'test')
  await setOutgoing(house, { paused: false }, 'test')
  expect(await readOutgoing(house.db)).toEqual({ paused: false, channels: ['app-notice'] })
  await setOutgoing(house, { paused: false, channel: 'app-notice' }, 'test')
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
})

test('an opt-out between plan and delivery is kept, whoever comes first', async () => {
  const heard = await house.friend('LiLei')
  const openKfId = `wk-${serial}`
  await house.db.query(
    'INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, heard_at) VALUES ($1, $2, $3, $4)',
    [openKfId, heard.externalUserId, heard.leadId, house.clock.now()],
  )
  const send = () =>
    planned({ leadId: heard.leadId, purpose: 'marketing', channel: 'kf', text: '本月优惠', personal: true })
  const cancelled = await send()
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId: heard.leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )
  expect((await now(cancelled.id)).state).toBe('cancelled')

  await house.db.query("UPDATE leads SET marketing = 'granted' WHERE id = $1", [heard.leadId])
  const claimed = await send()
  const [mine] = await claimDue(house, ['kf'], 10)
  // The row alone, as another process that knows nothing of messages might write it.
  await house.db.query("UPDATE leads SET marketing = 'denied' WHERE id = $1", [heard.leadId])
  expect(mine && (await check(house, mine))).toBeNull()
  expect(await now(claimed.id)).toMatchObject({ state: 'refused', reason: { id: 'opted_out' } })
  expect(house.sandbox.callsTo('kf/send_msg')).toHaveLength(0)
})

test('what was planned for today and comes out of a pause at night waits for the morning', async () => {
  const heard = await house.friend('LiLei')
  await house.db.query(
    'INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, heard_at) VALUES ($1, $2, $3, $4)',
    ['wk-night', heard.externalUserId, heard.leadId, house.clock.now()],
  )
  const message = await planned({ leadId: heard.leadId, purpose: 'marketing', channel: 'kf', text: '新案例' })
  expect(message.state).toBe('planned')
  house.clock.set(new Date('2026-11-19T14:00:00Z'))
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({
    state: 'planned',
    dueAt: new Date('2026-11-20T00:30:00Z'),
    reason: { id: 'quiet_hours' },
  })
})

test('an introduction is not made any more once the customer has added the owner', async () => {
  const { leadId, externalUserId } = await house.friend('LiLei')
  await house.db.query("UPDATE leads SET owner = 'HanMeimei' WHERE id = $1", [leadId])
  await house.db.query(
    'INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, heard_at) VALUES ($1, $2, $3, $4)',
    ['wk-j', externalUserId, leadId, house.clock.now()],
  )
  const message = await planned({ leadId, purpose: 'handover', channel: 'kf', text: '给您介绍韩梅梅' })
  await house.db.query(
    "INSERT INTO follows (userid, external_userid, lead_id, state, started_at) VALUES ('HanMeimei', $1, $2, 'full', $3)",
    [externalUserId, leadId, house.clock.now()],
  )
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({ state: 'cancelled', reason: { id: 'moved_on' } })
})

test('an introduction is not made any more once the lead has another owner', async () => {
  const { leadId, externalUserId } = await house.friend('LiLei')
  await house.db.query("UPDATE leads SET owner = 'LiLei' WHERE id = $1", [leadId])
  await house.db.query(
    'INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, heard_at) VALUES ($1, $2, $3, $4)',
    ['wk-i', externalUserId, leadId, house.clock.now()],
  )
  const message = await planned({ leadId, purpose: 'handover', channel: 'kf', text: '给您介绍李雷' })
  await house.db.query("UPDATE leads SET owner = 'HanMeimei' WHERE id = $1", [leadId])
  await deliverDue(house, 'normal')
  expect(await now(message.id)).toMatchObject({ state: 'cancelled', reason: { id: 'moved_on' } })
})

test('many notices to one member all arrive, each once, with two workers: WeCom drops what is over its limit', async () => {
  const total = 45
  house.clock.set('2026-11-24T02:00:00Z')
  for (let index = 0; index < total; index++) await notice({ text: `很多通知 ${index}。` })
  const work = async () => {
    for (let turn = 0; turn < 4; turn++) await deliverDue(house, 'normal')
  }
  for (let turn = 0; turn < 60; turn++) {
    await Promise.all([work(), work()])
    house.clock.advance(5_000)
  }
  const heard = house.sandbox
    .inboxOf('LiLei')
    .map(({ content }) => JSON.stringify(content))
    .filter((text) => text.includes('很多通知'))
  expect(heard).toHaveLength(total)
  expect(new Set(heard).size).toBe(total)
}, 60_000)
