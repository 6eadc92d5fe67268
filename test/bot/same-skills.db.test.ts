import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WechatyBuilder } from 'wechaty'
import { mock, PuppetMock } from 'wechaty-puppet-mock'
import { listen, understandHosted } from '../../bot/listen.ts'
import { type RunningBot, runBot } from '../../bot/run.ts'
import { syncAnswers } from '../../src/answers/answers.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { dispatch } from '../../src/inbox/dispatch.ts'
import { deliverDue } from '../../src/messages/deliver.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { hearDue } from '../../src/skills/hear-due.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../support/house.ts'
import { incoming, kfText, store } from '../support/inbox.ts'
import { addStaff } from '../support/people.ts'
import { type FakeWecom, fakeWecom } from '../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
let ours: RunningBot
const clock = movableClock(thursdayMorning)
const mocker = new mock.Mocker()
const puppet = new PuppetMock({ mocker })
const wechaty = WechatyBuilder.build({ name: 'hosted', puppet })
const said: { to: string; text: string }[] = []
let heard: (id: string) => void = () => {}

beforeAll(async () => {
  db = await testDatabase()
  fake = await fakeWecom()
  fake.script('kf/send_msg', { errcode: 0, msgid: 'ok' })
  house = await testHouse({ db, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  house.bot = {
    async say(to, text) {
      said.push({ to, text })
      return undefined
    },
  }
  await addStaff(house, 'WangMin', ['mdr'])
  listen(wechaty, house, understandHosted(house), (id) => heard(id))
  await wechaty.start()
  mocker.login(mocker.createContact({ name: '我们' }))
  ours = await runBot(house, 'wecom')
})
afterAll(() => Promise.all([wechaty.stop(), ours.close()]))

/** Somebody writes to the hosted account; resolves when the skills are done with it. */
async function writes(from: ReturnType<typeof mocker.createContact>, text: string) {
  const done = new Promise<void>((resolve) => {
    heard = () => resolve()
  })
  from.say(text).to(mocker.ContactMock.load(puppet.currentUserId) as never)
  await done
  await whenSent(10_000)
}

it('the same skills answer on a hosted puppet, through the guard, and whoever writes is a lead', async () => {
  const customer = mocker.createContact({ name: '王工' })
  await writes(customer, '多少钱')
  expect(said.map(({ to }) => to)).toEqual([customer.id])
  const [lead] = await db.query<{ name: string; marketing: string; id: string }>(
    'SELECT l.id, l.name, l.marketing FROM leads l JOIN identities i ON i.lead_id = l.id WHERE i.key = $1',
    [`wechaty:${customer.id}`],
  )
  expect(lead).toMatchObject({ name: '王工', marketing: 'default' })
  const handRaised = await db.query("SELECT 1 FROM timeline WHERE lead_id = $1 AND kind = 'event:quote_request'", [
    lead?.id,
  ])
  expect(handRaised).toHaveLength(1)
  await writes(customer, '退订')
  expect(
    (await db.query<{ marketing: string }>('SELECT marketing FROM leads WHERE id = $1', [lead?.id]))[0]?.marketing,
  ).toBe('denied')
  expect(said).toHaveLength(2)
})

it('does not answer itself, nor in rooms; of what it does not know it says so, once', async () => {
  said.length = 0
  const stranger = mocker.createContact({ name: '路人' })
  await writes(stranger, '今天天气不错')
  await writes(stranger, '明天也不错')
  expect(said).toEqual([{ to: stranger.id, text: expect.stringContaining('不敢乱答，已经请同事来看') }])
})

it('answers of a hosted account leave only where the account is', async () => {
  said.length = 0
  const { bot } = house
  house.bot = undefined
  await writes(mocker.createContact({ name: '赵工' }), '人工')
  await deliverDue(house, 'normal')
  expect(said).toEqual([])
  house.bot = bot
  await deliverDue(house, 'normal')
  expect(said).toHaveLength(1)
})

interface Sent {
  touser: string
  text?: { content: string }
  msgmenu?: { head_content: string; list: { click: { content: string } }[] }
}

/** Somebody writes to the 客服 account, and our own puppet hears it; what he was told since, menus as numbered lines. */
async function writesToKf(who: string, text: string): Promise<string[]> {
  fake.received.length = 0
  // Another process's work: that of the hosted account sends nothing else.
  const { bot } = house
  house.bot = undefined
  await store(house, [incoming(house, kfText(who, text, `${who}-${text}`))])
  while (await dispatch(house, 'default'));
  await hearDue(house, { patient: false, listen: ours.hear })
  await whenSent(10_000)
  house.bot = bot
  return fake.of('kf/send_msg').map(({ body }) => {
    const { text: words, msgmenu } = body as Sent
    const lines = msgmenu?.list.map(({ click }, index) => `${index + 1}. ${click.content}`) ?? []
    return [words?.content ?? msgmenu?.head_content, ...lines].join('\n')
  })
}

const bare = (words: string) => words.replace(/\/s\/\w+/g, '/s/…').replace(/\s+/g, '')

describe('with a library', () => {
  beforeAll(() => syncAnswers(house))

  it.each([
    [['你好', '1']],
    [['怎么开发票', 'zhuan rengong', '人工']],
    [['收费', '第一个']],
    [['太差了，我要投诉']],
    [['想约个时间', '1']],
    [['我叫王芳 13800138000', '2']],
    [['取消预约']],
    [['谢谢']],
    [['火星上有分公司吗', '还是想问火星']],
    [['退訂', '多少钱']],
  ])('says the same on the mock puppet as on ours: %j', async (lines) => {
    const stranger = mocker.createContact({ name: '' })
    const who = `wm-same-${lines[0]}`
    for (const line of lines) {
      clock.advance(60_000)
      await db.query('DELETE FROM bookings')
      said.length = 0
      await writes(stranger, line)
      const there = said.map(({ text }) => bare(text))
      // Whom it promised and when is the same for both, since the one before him does not count.
      await db.query("UPDATE promises SET userid = NULL WHERE state = 'open'")
      expect([line, (await writesToKf(who, line)).map(bare)]).toEqual([line, there])
    }
  })
})
