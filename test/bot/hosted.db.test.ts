import { afterAll, beforeAll, expect, it } from 'vitest'
import { WechatyBuilder } from 'wechaty'
import { mock, PuppetMock } from 'wechaty-puppet-mock'
import { listen, understandHosted } from '../../bot/listen.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { deliverDue } from '../../src/messages/deliver.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../support/house.ts'
import { addStaff } from '../support/people.ts'

let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)
const mocker = new mock.Mocker()
const puppet = new PuppetMock({ mocker })
const wechaty = WechatyBuilder.build({ name: 'hosted', puppet })
const said: { to: string; text: string }[] = []
let heard: (id: string) => void = () => {}

beforeAll(async () => {
  db = await testDatabase()
  house = await testHouse({ db, clock, shelves: { jobs: new Map() } })
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
})
afterAll(() => wechaty.stop())

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
