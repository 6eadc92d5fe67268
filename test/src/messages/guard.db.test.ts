import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { setConsent } from '../../../src/leads/consent.ts'
import { lockLead } from '../../../src/leads/lock.ts'
import { answerApproval, tendApprovals } from '../../../src/messages/approvals.ts'
import { updateCards } from '../../../src/messages/cards.ts'
import { closeBatches } from '../../../src/messages/close-batches.ts'
import { deliverDue } from '../../../src/messages/deliver.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { pollBatches } from '../../../src/messages/poll-batches.ts'
import { presentMessage } from '../../../src/messages/read.ts'
import { type MessageRow, messageColumns } from '../../../src/messages/row.ts'
import { testDatabase } from '../../support/db.ts'
import { addStaff } from '../../support/people.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let house: WecomHouse
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  house.sandbox.setCallbackUrl('http://127.0.0.1:9/wecom/callback')
  await addStaff(house, 'ChenJing', ['manager'], { name: '陈静' })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷', manager: 'ChenJing' })
})
let round = 0
beforeEach(async () => {
  await house.db.query("UPDATE messages SET state = 'cancelled', batch_id = NULL WHERE state IN ('planned', 'waiting')")
  await house.db.query("UPDATE batches SET state = 'done' WHERE state <> 'done'")
  // Thursday mornings, far from each other.
  house.clock.set(new Date(Date.parse('2027-01-07T02:00:00Z') + ++round * 35 * day))
})

let serial = 0
const planned = (leadId: string, request: Partial<PlanRequest> = {}) =>
  house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    const key = `guard-${String(++serial).padStart(5, '0')}`
    return plan(tx, house, { key, leadId: lead.id, purpose: 'marketing', by: 'test', text: `话 ${serial}`, ...request })
  })
const now = async (id: string) => {
  const [row] = await house.db.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.id = $1`, [id])
  return row as MessageRow
}
const all = async (step: (of: WecomHouse) => Promise<boolean>) => {
  while (await step(house));
}
const run = async () => {
  await all((of) => deliverDue(of, 'normal'))
  house.clock.advance(10 * minute)
  await all(closeBatches)
}
const set = (leadId: string, fields: string) => house.db.query(`UPDATE leads SET ${fields} WHERE id = $1`, [leadId])

test('quiet hours are those of the person’s own clock: his attribute, else his region, else the house', async () => {
  // 21:30 in Shanghai is 19:30 in Urumqi, and morning in New York.
  house.clock.advance(11.5 * hour)
  const states = async (fields: string) => {
    const { leadId } = await house.friend('LiLei')
    await set(leadId, fields)
    return (await planned(leadId)).reason?.id ?? 'planned'
  }
  expect(await states("region = '宁波'")).toBe('quiet_hours')
  expect(await states("region = '新疆乌鲁木齐'")).toBe('planned')
  expect(await states(`attributes = '{"timeZone": "America/New_York"}'`)).toBe('planned')
  expect(await states(`attributes = '{"timeZone": "Mars/Olympus"}'`)).toBe('quiet_hours')
})

test('a cap by channel sends the next one another way, and the total still holds', async () => {
  await house.playbook.change({ caps: { person: { day: 2 }, channels: { 'group-send': { day: 1 } } } }, 'test')
  const { leadId } = await house.friend('LiLei')
  expect(await planned(leadId)).toMatchObject({ channel: 'group-send', state: 'planned' })
  expect(await planned(leadId)).toMatchObject({ channel: 'one-tap', state: 'planned' })
  expect(await planned(leadId)).toMatchObject({ state: 'refused', reason: { id: 'cap' } })
  await house.playbook.change({ caps: { person: { day: 1 }, channels: { 'group-send': null } } }, 'test')
})

test('a quota WeCom reports used up closes group sends to that person until the month turns, and what came back goes another way', async () => {
  const { leadId, externalUserId } = await house.friend('LiLei')
  const first = await planned(leadId)
  await run()
  const msgid = (await now(first.id)).wecomId as string
  house.clock.advance(minute)
  await house.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
  const send = house.sandbox.world.groupSends.find((task) => task.msgid === msgid)
  Object.assign(send?.members[0]?.list.find(({ target }) => target === externalUserId) ?? {}, { status: 3 })
  house.clock.advance(minute)
  await all(pollBatches)
  const back = await now(first.id)
  expect(back).toMatchObject({ state: 'planned', channel: 'kf', extra: { tried: [{ channel: 'group-send' }] } })
  await all((of) => deliverDue(of, 'normal'))
  await all((of) => deliverDue(of, 'normal'))
  const todo = await now(first.id)
  expect(todo).toMatchObject({ state: 'waiting', channel: 'one-tap', sender: 'LiLei' })
  expect((await presentMessage(house, todo)).waitsFor?.words).toBe('等李雷在企业微信的聊天里点发送')
  await house.db.query("UPDATE messages SET state = 'cancelled' WHERE id = $1", [first.id])
  house.clock.advance(4 * day)
  expect(await planned(leadId)).toMatchObject({ channel: 'one-tap' })
  expect(await planned(leadId, { channel: 'group-send' })).toMatchObject({
    state: 'refused',
    reason: { id: 'not_reachable' },
  })
  house.clock.advance(32 * day)
  expect(await planned(leadId)).toMatchObject({ channel: 'group-send' })
}, 60_000)

test('red-line rules block, ask and warn, and say so on the message', async () => {
  const { leadId } = await house.friend('LiLei')
  await set(leadId, `stage = 'CUSTOMER', desk = 'success', stage_at = '${house.clock.now().toISOString()}'`)
  expect(await planned(leadId, { text: '限时 优 惠' })).toMatchObject({
    state: 'refused',
    reason: { id: 'red_line', message: expect.stringContaining('签约三天内不发促销') },
  })
  expect(await planned(leadId, { text: '开通说明', purpose: 'answer' })).toMatchObject({ state: 'planned' })
  const gift = await planned(leadId, { text: '礼品已寄出' })
  expect(gift).toMatchObject({ state: 'planned', warnings: ['提到赠送，请确认活动还有效'] })
  house.clock.advance(4 * day)
  expect((await planned(leadId, { text: '限时优惠' })).state).toBe('planned')
})

const risky = async () => {
  const { leadId } = await house.friend('LiLei')
  await set(leadId, "stage = 'AT_RISK', desk = 'success'")
  return planned(leadId)
}

test('what a red line asks waits for a manager’s yes on his card, leaves after it once, and the card says so', async () => {
  const asked = await risky()
  expect(asked).toMatchObject({ state: 'waiting', waitsFor: { kind: 'staff', staff: 'ChenJing', for: 'approval' } })
  await all(tendApprovals)
  await all(tendApprovals)
  await all((of) => deliverDue(of, 'normal'))
  const cards = house.sandbox.inboxOf('ChenJing').filter(({ content }) => JSON.stringify(content).includes(asked.id))
  expect(cards).toHaveLength(1)
  const taskId = cards[0]?.taskId as string
  const [card] = await house.db.query<{ code: string }>('SELECT response_code AS code FROM cards WHERE task_id = $1', [
    taskId,
  ])
  const by = { id: 'ChenJing', roles: ['manager'] }
  const press = {
    messageId: asked.id,
    by,
    answer: 'approved',
    card: { taskId, responseCode: card?.code ?? '' },
  } as const
  await expect(answerApproval(house, { ...press, by: { id: 'LiLei', roles: ['sales'] } })).rejects.toMatchObject({
    status: 403,
  })
  await Promise.all([answerApproval(house, press), answerApproval(house, press)])
  await expect(answerApproval(house, { ...press, answer: 'refused' })).rejects.toMatchObject({ id: 'already_decided' })
  await updateCards(house)
  expect(cards[0]?.receivers.ChenJing?.replaceName).toBe('已同意')
  await run()
  expect(await now(asked.id)).toMatchObject({ state: 'waiting', waitsFor: { kind: 'staff', staff: 'LiLei' } })
})

test('a manager’s no is a refusal with his words; no answer in time is none; an opt-out meanwhile ends it', async () => {
  const [no, silent, left] = [await risky(), await risky(), await risky()]
  const by = { id: 'ChenJing', roles: ['manager'] }
  expect(await answerApproval(house, { messageId: no.id, by, answer: 'refused', note: '先安抚' })).toMatchObject({
    state: 'refused',
    reason: { id: 'red_line', message: expect.stringContaining('先安抚') },
  })
  await house.db.transaction((tx) =>
    setConsent(tx, house, {
      leadId: left.leadId as string,
      purpose: 'marketing',
      granted: false,
      source: 'x',
      by: 'x',
    }),
  )
  await expect(answerApproval(house, { messageId: left.id, by, answer: 'approved' })).rejects.toMatchObject({
    id: 'not_waiting',
  })
  house.clock.advance(3 * day)
  await all(tendApprovals)
  expect(await now(silent.id)).toMatchObject({ state: 'expired', reason: { id: 'unapproved' } })
})

test('a hand-over takes the slot of what was planned before it; nurture takes a broadcast’s', async () => {
  const { leadId } = await house.friend('LiLei')
  const broadcast = await planned(leadId, { mayWait: true, broadcast: true })
  const nurture = await planned(leadId, { mayWait: true })
  expect((await now(broadcast.id)).dueAt.getTime()).toBeGreaterThanOrEqual(nurture.dueAt.getTime() + day)
  const handover = await planned(leadId, { purpose: 'handover', mayWait: true })
  expect(handover.dueAt).toEqual(house.clock.now())
  const [later, last] = [await now(nurture.id), await now(broadcast.id)]
  expect(later).toMatchObject({ state: 'planned', waitsFor: { kind: 'slot' } })
  expect(later.dueAt.getTime()).toBeGreaterThanOrEqual(handover.dueAt.getTime() + day)
  expect(last.dueAt.getTime()).toBeGreaterThanOrEqual(later.dueAt.getTime() + day)
  expect(await planned(leadId)).toMatchObject({
    state: 'refused',
    reason: { id: expect.stringMatching(/cap|lower_priority/) },
  })
})

test('who goes when does not depend on who came first, nor on how many planned at once', async () => {
  const kinds: Partial<PlanRequest>[] = [
    { purpose: 'handover' },
    { purpose: 'marketing' },
    { purpose: 'marketing' },
    { purpose: 'marketing', broadcast: true },
    { purpose: 'marketing', broadcast: true },
  ]
  const outcome = async (order: readonly number[], together: boolean) => {
    const { leadId } = await house.friend('LiLei')
    const one = (index: number) =>
      planned(leadId, {
        ...kinds[index],
        key: `${leadId}-${index}`,
        text: `第 ${index} 条`,
        mayWait: true,
        within: '30d',
      })
    if (together) await Promise.all(order.map(one))
    else for (const index of order) await one(index)
    const rows = await house.db.query<{ key: string; state: string; due: Date }>(
      `SELECT right(key, 1) AS key, state, due_at AS due FROM messages WHERE lead_id = $1 ORDER BY 1`,
      [leadId],
    )
    return rows
  }
  const expected = await outcome([0, 1, 2, 3, 4], false)
  expect(new Set(expected.map(({ due }) => due.getTime())).size).toBe(5)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), fc.boolean(), async (order, together) => {
      expect(await outcome(order, together)).toEqual(expected)
    }),
    { numRuns: 6 },
  )
}, 60_000)
