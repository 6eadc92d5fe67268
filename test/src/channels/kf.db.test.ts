import { beforeAll, beforeEach, expect, test } from 'vitest'
import { check } from '../../../src/messages/check.ts'
import { claimDue, claimMs } from '../../../src/messages/claim.ts'
import { deliverDue, deliverNow } from '../../../src/messages/deliver.ts'
import { kfSendFailed } from '../../../src/messages/kf-failed.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { recoverSending } from '../../../src/messages/recover.ts'
import { type MessageRow, messageColumns } from '../../../src/messages/row.ts'
import { testDatabase } from '../../support/db.ts'
import { openLead } from '../../support/people.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

const hour = 3_600_000
let house: WecomHouse
let openKfId: string
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  openKfId = house.sandbox.world.kf.accounts[0]?.open_kfid ?? ''
})
beforeEach(async () => {
  await house.sandbox.setFaults({ api: [] })
  house.clock.advance(hour)
})

let serial = 0
/** A customer who has just written to 客服. */
const heard = async () => {
  const { external_userid } = await house.sandbox.customerWritesKf({
    name: `客户 ${++serial}`,
    kf: openKfId,
    text: '你好',
  })
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: external_userid }] })
  await house.db.query(
    'INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, heard_at) VALUES ($1, $2, $3, $4)',
    [openKfId, external_userid, leadId, house.clock.now()],
  )
  return { leadId, externalUserId: external_userid }
}
const planned = (leadId: string, request: Partial<PlanRequest> = {}) =>
  house.db.transaction((tx) =>
    plan(tx, house, {
      key: `kf-${++serial}`,
      leadId,
      purpose: 'answer',
      channel: 'kf',
      by: 'test',
      text: `回答 ${serial}`,
      ...request,
    }),
  )
const now = async (id: string) => {
  const [row] = await house.db.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.id = $1`, [id])
  return row as MessageRow
}
const said = async (externalUserId: string) => {
  const [row] = await house.db.query<{ said: number }>('SELECT said FROM kf_sessions WHERE external_userid = $1', [
    externalUserId,
  ])
  return row?.said
}
const msgidOf = ({ id }: { id: string }) => id.replaceAll('-', '')

test('an answer carries a msgid made of the message’s own id', async () => {
  const { leadId, externalUserId } = await heard()
  const message = await planned(leadId)
  await deliverNow(house, message.id)
  expect(await now(message.id)).toMatchObject({ state: 'sent', recipient: `${openKfId}:${externalUserId}` })
  expect(house.sandbox.callsTo('kf/send_msg').at(-1)?.body).toMatchObject({
    touser: externalUserId,
    open_kfid: openKfId,
    msgid: msgidOf(message),
    text: { content: message.body.text },
  })
  expect(msgidOf(message)).toMatch(/^[0-9a-zA-Z_-]{1,32}$/)
})

test('five answers, never a sixth, though eight leave at the same time', async () => {
  const { leadId, externalUserId } = await heard()
  const rows = []
  for (let index = 0; index < 8; index++) rows.push(await planned(leadId))
  await Promise.all(rows.map(({ id }) => deliverNow(house, id)))
  const ended = await Promise.all(rows.map(({ id }) => now(id)))
  expect(ended.filter(({ state }) => state === 'sent')).toHaveLength(5)
  expect(ended.filter(({ reason }) => reason?.id === 'not_reachable')).toHaveLength(3)
  expect(house.sandbox.received(externalUserId)).toHaveLength(5)
  expect(await planned(leadId)).toMatchObject({ state: 'refused', reason: { id: 'not_reachable' } })
})

test('nothing is said 48 hours after the customer’s last words', async () => {
  const { leadId } = await heard()
  const message = await planned(leadId, { within: '60h' })
  house.clock.advance(48 * hour)
  await deliverNow(house, message.id)
  expect(await now(message.id)).toMatchObject({
    state: 'refused',
    reason: { id: 'not_reachable', message: expect.stringContaining('48') },
  })
})

test('the machine keeps quiet while a colleague talks', async () => {
  const { leadId, externalUserId } = await heard()
  await house.db.query('UPDATE kf_sessions SET state = 3 WHERE external_userid = $1', [externalUserId])
  expect((await planned(leadId)).reason?.message).toContain('同事')
})

test('an answer whose outcome is unknown goes again under its msgid, and is heard and counted once', async () => {
  const { leadId, externalUserId } = await heard()
  await house.sandbox.setFaults({ api: [{ path: 'kf/send_msg', drop: 'after', count: 1 }] })
  const message = await planned(leadId)
  await deliverNow(house, message.id)
  expect((await now(message.id)).state).toBe('planned')
  house.clock.advance(60_000)
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
  expect(house.sandbox.received(externalUserId)).toHaveLength(1)
  expect(await said(externalUserId)).toBe(1)
})

test('the fifth answer, too, may be tried again', async () => {
  const { leadId, externalUserId } = await heard()
  await house.db.query('UPDATE kf_sessions SET said = 4 WHERE external_userid = $1', [externalUserId])
  await house.sandbox.setFaults({ api: [{ path: 'kf/send_msg', drop: 'before', count: 1 }] })
  const message = await planned(leadId)
  await deliverNow(house, message.id)
  house.clock.advance(60_000)
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
  expect(await said(externalUserId)).toBe(5)
})

test('killed between call and record: sent again under the same msgid, heard once', async () => {
  const { leadId, externalUserId } = await heard()
  const message = await planned(leadId)
  const [claimed] = await claimDue(house, ['kf'], 1, message.id)
  const row = claimed && (await check(house, claimed))
  await house.shelves.channels.get('kf')?.send(
    {
      id: '',
      sender: null,
      wecomId: null,
      createdAt: house.clock.now(),
      reminded: 0,
      remindedAt: null,
      messages: row ? [row] : [],
    },
    house,
  )
  house.clock.advance(claimMs + 1)
  await recoverSending(house)
  await deliverDue(house, 'normal')
  expect((await now(message.id)).state).toBe('sent')
  expect(house.sandbox.received(externalUserId)).toHaveLength(1)
  expect(await said(externalUserId)).toBe(1)
})

test('an answer WeCom refuses is not counted', async () => {
  const { leadId, externalUserId } = await heard()
  await house.sandbox.setFaults({ api: [{ path: 'kf/send_msg', errcode: 95018, count: 1 }] })
  const message = await planned(leadId)
  await deliverNow(house, message.id)
  expect((await now(message.id)).state).toBe('failed')
  expect(await said(externalUserId)).toBe(0)
})

test('a greeting goes by its code, once, before the customer has said a word', async () => {
  const entered = await house.sandbox.customerEntersKf({ name: '刚进来', kf: openKfId })
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: entered.external_userid }] })
  const message = await planned(leadId, {
    purpose: 'welcome',
    words: 'kf-greeting',
    text: undefined,
    extra: { code: entered.welcomeCode, openKfId },
    within: '20s',
  })
  await deliverNow(house, message.id)
  await deliverNow(house, message.id)
  const calls = house.sandbox
    .callsTo('kf/send_msg_on_event')
    .filter(({ body }) => (body as { msgid: string }).msgid === msgidOf(message))
  expect(calls).toHaveLength(1)
  expect((await now(message.id)).state).toBe('sent')
  expect(house.sandbox.received(entered.external_userid)).toHaveLength(1)
})

test('a delivery that failed afterwards is written back by its msgid; a strange msgid changes nothing', async () => {
  const { leadId } = await heard()
  const message = await planned(leadId)
  await deliverNow(house, message.id)
  for (const msgid of [msgidOf(message), msgidOf(message), 'not-ours', '0'.repeat(32)])
    await house.db.transaction((tx) => kfSendFailed(tx, house, msgid, 10))
  expect(await now(message.id)).toMatchObject({
    state: 'failed',
    sentAt: null,
    reason: { id: 'not_reachable', message: expect.stringContaining('拒收') },
  })
})

test('a failure told before our own record stays a failure', async () => {
  const { leadId } = await heard()
  const message = await planned(leadId)
  const [claimed] = await claimDue(house, ['kf'], 1, message.id)
  if (claimed) await check(house, claimed)
  await house.db.transaction((tx) => kfSendFailed(tx, house, msgidOf(message), 5))
  house.clock.advance(claimMs + 1)
  await recoverSending(house)
  expect((await now(message.id)).state).toBe('failed')
})
