import { beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { staleCards, updateCards } from '../../../src/messages/cards.ts'
import { deliverDue } from '../../../src/messages/deliver.ts'
import { setOutgoing } from '../../../src/messages/outgoing.ts'
import { plan } from '../../../src/messages/plan.ts'
import { testDatabase } from '../../support/db.ts'
import { openLead } from '../../support/people.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

let house: WecomHouse
beforeAll(async () => {
  // Nobody listens there; without a URL cards with buttons are refused.
  house = await wecomHouse(await testDatabase(), { callbackUrl: 'http://127.0.0.1:9/', callbackRetryMs: 1 })
})
beforeEach(() => {
  house.clock.advance(60_000)
  return house.sandbox.setFaults({ api: [] }).then(() => undefined)
})

/** An offer's card, planned as sales does it. */
async function offer() {
  const leadId = await openLead(house)
  const id = newId(house.clock)
  await house.db.query(
    `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at) VALUES ($1, $2, 'LiLei', 'open', 1, 'r', '[]', 1, $3, $3)`,
    [id, leadId, house.clock.now()],
  )
  const card = {
    card_type: 'button_interaction',
    main_title: { title: '新线索' },
    button_list: [
      { text: '接受', style: 1, key: `accept:${id}` },
      { text: '转给同事', style: 3, key: `decline:${id}` },
    ],
  }
  const message = await house.db.transaction((tx) =>
    plan(tx, house, {
      key: `offer:${id}`,
      leadId,
      purpose: 'notice',
      words: 'offer',
      recipient: 'LiLei',
      card,
      extra: { taskId: `offer-${id}`, offerId: id },
      by: 'system',
    }),
  )
  return { id, message, taskId: `offer-${id}` }
}
const stale = (id: string, shows: string, pressed?: { taskId: string; responseCode: string }) =>
  house.db.transaction((tx) => staleCards(tx, house, { offerId: id }, shows, pressed))
const card = async (taskId: string) => {
  const [row] = await house.db.query<{ state: string; response_code: string | null; message_id: string }>(
    'SELECT state, response_code, message_id FROM cards WHERE task_id = $1',
    [taskId],
  )
  return row
}
const shown = (taskId: string) => {
  const message = house.sandbox.world.appMessages.find((one) => one.taskId === taskId)
  return message?.receivers.LiLei?.replaceName
}
const updates = () => house.sandbox.callsTo('message/update_template_card').length

test('a card goes out under the name of its offer, and its code is kept', async () => {
  const { message, taskId } = await offer()
  await deliverDue(house, 'normal')
  await deliverDue(house, 'normal')
  const sent = house.sandbox.callsTo('message/send').filter(({ body }) => JSON.stringify(body).includes(taskId))
  expect(sent).toHaveLength(1)
  expect(sent[0]?.body).toMatchObject({
    touser: 'LiLei',
    msgtype: 'template_card',
    enable_duplicate_check: 1,
    template_card: { task_id: taskId },
  })
  expect(await card(taskId)).toEqual({ state: 'sent', response_code: expect.any(String), message_id: message.id })
})

test('an offer that ended says so on its card, once, by the code of the sending', async () => {
  const { id, taskId } = await offer()
  await deliverDue(house, 'normal')
  house.woken.length = 0
  await stale(id, '已超时')
  expect(house.woken).toEqual(['update-cards'])
  const before = updates()
  await updateCards(house)
  await updateCards(house)
  expect(updates()).toBe(before + 1)
  expect(shown(taskId)).toBe('已超时')
  expect(await card(taskId)).toMatchObject({ state: 'updated', response_code: null })
})

test('the code of a press goes first; the code of the sending is left for another change', async () => {
  const { id, taskId } = await offer()
  await deliverDue(house, 'normal')
  await house.sandbox.staffPresses({ userid: 'LiLei', taskId, key: `accept:${id}` })
  const code = Object.entries(house.sandbox.world.responseCodes).find(
    ([, one]) => one.clickedBy && !one.used,
  )?.[0] as string
  await stale(id, '已接受', { taskId, responseCode: code })
  await updateCards(house)
  expect(shown(taskId)).toBe('已接受')
  expect(house.sandbox.callsTo('message/update_template_card').at(-1)?.body).toMatchObject({ response_code: code })
  await stale(id, '已撤回')
  await updateCards(house)
  expect(shown(taskId)).toBe('已撤回')
})

test('a code that did its work already ends the matter', async () => {
  const { id, taskId } = await offer()
  await deliverDue(house, 'normal')
  await house.sandbox.setFaults({ api: [{ path: 'message/update_template_card', drop: 'after', count: 1 }] })
  await stale(id, '已接受')
  for (let minute = 0; minute < 3; minute++) {
    await updateCards(house)
    house.clock.advance(60_000)
  }
  expect(await card(taskId)).toMatchObject({ state: 'updated' })
  expect(shown(taskId)).toBe('已接受')
})

test('a card whose offer ends while it is on its way is changed as soon as it has a code', async () => {
  const { id, taskId } = await offer()
  await deliverDue(house, 'normal')
  await house.db.query('UPDATE cards SET response_code = NULL WHERE task_id = $1', [taskId])
  await stale(id, '已撤回')
  await updateCards(house)
  expect((await card(taskId))?.state).toBe('stale')
  const code = Object.entries(house.sandbox.world.responseCodes).find(([, one]) => !one.used && !one.clickedBy)?.[0]
  await house.db.query('UPDATE cards SET response_code = $2 WHERE task_id = $1', [taskId, code])
  house.clock.advance(5_000)
  await updateCards(house)
  expect((await card(taskId))?.state).toBe('updated')
})

test('two workers change a card once; nothing changes while the plug is out', async () => {
  const { id, taskId } = await offer()
  await deliverDue(house, 'normal')
  await stale(id, '已接受')
  await setOutgoing(house, { paused: true }, 'test')
  const before = updates()
  await updateCards(house)
  expect(updates()).toBe(before)
  await setOutgoing(house, { paused: false }, 'test')
  await Promise.all([updateCards(house), updateCards(house), updateCards(house)])
  expect(updates()).toBe(before + 1)
  expect((await card(taskId))?.state).toBe('updated')
})
