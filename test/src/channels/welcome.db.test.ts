import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Attachment, Batch } from '../../../src/messages/channel.ts'
import { testDatabase } from '../../support/db.ts'
import { type WecomHouse, wecomHouse } from '../../support/wecom-house.ts'

let house: WecomHouse
beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
})
beforeEach(async () => {
  await house.sandbox.setFaults({ api: [] })
  house.clock.advance(60_000)
})

const send = (code: string | undefined, body: { text: string; attachments?: Attachment[] } = { text: '您好' }) => {
  const message = {
    id: '00000000-0000-7000-8000-000000000001',
    leadId: null,
    purpose: 'welcome',
    contentId: null,
    contentVersion: null,
    channel: 'welcome',
    sender: 'LiLei',
    recipient: null,
    body,
    extra: { code },
    expiresAt: new Date(house.clock.now().getTime() + 20_000),
    attempts: 1,
  }
  const batch: Batch = {
    id: message.id,
    sender: 'LiLei',
    wecomId: null,
    createdAt: house.clock.now(),
    reminded: 0,
    remindedAt: null,
    messages: [message],
  }
  return house.shelves.channels.get('welcome')?.send(batch, house)
}
const scan = () => house.sandbox.customerScans({ name: '张三', userid: 'LiLei' })

test('text and link go as WeCom spells them, within its limits; what lacks a part is left out', async () => {
  const { welcomeCode, external_userid } = await scan()
  await send(welcomeCode, {
    text: '您好',
    attachments: [
      { kind: 'link', title: '标'.repeat(60), url: 'https://example.com', description: '说明' },
      { kind: 'link', title: '没有网址' },
      { kind: 'video' },
    ],
  })
  expect(house.sandbox.callsTo('externalcontact/send_welcome_msg').at(-1)?.body).toEqual({
    welcome_code: welcomeCode,
    text: { content: '您好' },
    attachments: [
      { msgtype: 'link', link: { title: `${'标'.repeat(41)}…`, url: 'https://example.com', desc: '说明' } },
    ],
  })
  expect(house.sandbox.received(external_userid)).toHaveLength(1)
})

test.each([
  [41050, 'late'],
  [41051, 'taken'],
])('errcode %i is a plain reason, and no second try', async (errcode, reason) => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/send_welcome_msg', errcode }] })
  const before = house.sandbox.callsTo('externalcontact/send_welcome_msg').length
  await expect(send((await scan()).welcomeCode)).rejects.toMatchObject({ name: 'GiveUp', reason })
  expect(house.sandbox.callsTo('externalcontact/send_welcome_msg').length - before).toBeLessThanOrEqual(1)
})

test('while another app is sending, there is one more try and no third', async () => {
  const path = 'externalcontact/send_welcome_msg'
  await house.sandbox.setFaults({ api: [{ path, errcode: 41096, count: 1 }] })
  expect(await send((await scan()).welcomeCode)).toMatchObject({ state: 'sent' })
  await house.sandbox.setFaults({ api: [{ path, errcode: 41096 }] })
  await expect(send((await scan()).welcomeCode)).rejects.toMatchObject({ name: 'GiveUp', reason: 'taken' })
})

test('a welcome whose answer got lost is heard once, and not called sent', async () => {
  await house.sandbox.setFaults({ api: [{ path: 'externalcontact/send_welcome_msg', drop: 'after', count: 1 }] })
  const { welcomeCode, external_userid } = await scan()
  await expect(send(welcomeCode)).rejects.toMatchObject({ name: 'OutcomeUnknown' })
  expect(house.sandbox.received(external_userid)).toHaveLength(1)
})
