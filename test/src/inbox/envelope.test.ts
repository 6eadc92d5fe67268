import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineHandler, type Handler } from '../../../src/define.ts'
import { addressOf } from '../../../src/inbox/envelope.ts'
import { MalformedXml, readXml, type XmlElement } from '../../../src/wecom/xml.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/wecom/callback')
const none = new Map<string, Handler>()
const handler = (parts: Partial<Handler> = {}): Handler =>
  defineHandler({ schema: z.looseObject({}), handle: () => {}, ...parts })
const address = (fields: Record<string, string>, handlers = none) =>
  addressOf(Object.assign(Object.create(null) as XmlElement, fields), handlers)

test('every published callback has a place that could be a file', () => {
  let read = 0
  for (const file of readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.xml'),
  )) {
    let message: XmlElement
    try {
      message = readXml(readFileSync(join(fixtures, file)))
    } catch (error) {
      expect(error, file).toBeInstanceOf(MalformedXml)
      continue
    }
    const { path, subject, lane } = addressOf(message, none)
    expect(path, file).toMatch(/^wecom\/[a-z0-9_.-]+(\/[a-z0-9_.-]+)?$/)
    expect(subject, file).not.toBe('')
    expect(lane).toBe('default')
    read++
  }
  expect(read).toBeGreaterThan(70)
})

test('the path is Event and ChangeType in lower case, a message by its type', () => {
  expect(address({ MsgType: 'event', Event: 'CHANGE_external_contact', ChangeType: 'add_External_contact' }).path).toBe(
    'wecom/change_external_contact/add_external_contact',
  )
  expect(address({ MsgType: 'event', Event: 'LOCATION' }).path).toBe('wecom/location')
  expect(address({ MsgType: 'text', Content: 'hi' }).path).toBe('wecom/message/text')
  expect(address({ InfoType: 'suite_ticket' }).path).toBe('wecom/suite_ticket')
  expect(address({}).path).toBe('wecom/unknown')
})

test('a key leads one level finer by its word before the colon, where such a handler stands', () => {
  const handlers = new Map([
    ['wecom/template_card_event', handler()],
    ['wecom/template_card_event/accept', handler({ lane: 'welcome' })],
  ])
  const press = (EventKey: string) => address({ MsgType: 'event', Event: 'template_card_event', EventKey }, handlers)
  expect(press('accept:0190-offer')).toMatchObject({ path: 'wecom/template_card_event/accept', lane: 'welcome' })
  expect(press('somebody-elses:key').path).toBe('wecom/template_card_event')
  expect(press('').path).toBe('wecom/template_card_event')
})

test('the subject is the customer, else the group, else the sender, else the place', () => {
  const event = { MsgType: 'event', Event: 'x', FromUserName: 'LiLei' }
  expect(address({ ...event, ExternalUserID: 'wm1', ChatId: 'wr1' }).subject).toBe('wm1')
  expect(address({ ...event, ChatId: 'wr1' }).subject).toBe('wr1')
  expect(address(event).subject).toBe('lilei')
  expect(address({ MsgType: 'event', Event: 'kf_msg_or_event' }).subject).toBe('wecom/kf_msg_or_event')
})

test("a handler's own subject counts when the event fits its schema", () => {
  const schema = z.object({ OpenKfId: z.string() })
  const own = defineHandler({ schema, subject: (event) => event.OpenKfId, handle: () => {} }) as Handler
  const handlers = new Map([['wecom/kf_msg_or_event', own]])
  const event = { MsgType: 'event', Event: 'kf_msg_or_event' }
  expect(address({ ...event, OpenKfId: 'wk1' }, handlers).subject).toBe('wk1')
  expect(address(event, handlers).subject).toBe('wecom/kf_msg_or_event')
})

test('a hostile name cannot climb out of its folder or out of the index', () => {
  for (const Event of ['../../etc/passwd', '..', '__proto__/x', 'a'.repeat(500), '事件', 'a/b']) {
    expect(address({ MsgType: 'event', Event }).path).toBe('wecom/unknown')
  }
  expect(address({ MsgType: 'event', Event: 'x', ChatId: 'c'.repeat(5000) }).subject).toHaveLength(256)
})
