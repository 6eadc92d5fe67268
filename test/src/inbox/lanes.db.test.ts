import { beforeAll, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { dispatch } from '../../../src/inbox/dispatch.ts'
import { happenedAt } from '../../../src/inbox/happened-at.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, handleAll, incoming, kfText, states, store } from '../../support/inbox.ts'
import { addStaff } from '../../support/people.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  fake = await fakeWecom()
  house = await testHouse({ db: opened, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  await addStaff(house, 'LiLei', ['sales'])
})

it('a storm of 5,000 edits delays no welcome, and costs one mark a person', async () => {
  const people = Array.from({ length: 100 }, (_, n) => `wm-storm-${n}`)
  await store(
    house,
    people.map((who) => incoming(house, contactEvent('add_external_contact', who))),
  )
  await handleAll(house)
  const storm = Array.from({ length: 5_000 }, (_, n) =>
    incoming(house, contactEvent('edit_external_contact', people[n % 100] as string, { n: String(n) })),
  )
  const edits = await store(house, storm)
  const weather = (async () => {
    while (await dispatch(house, 'storm'));
  })()
  const [add = 0] = await store(house, [
    incoming(house, contactEvent('add_external_contact', 'wm-welcome', { WelcomeCode: 'code-1' })),
  ])
  await dispatch(house, 'welcome')
  const [open] = await db.query<{ n: number }>(
    "SELECT count(*) AS n FROM inbox WHERE lane = 'storm' AND state IN ('received', 'working')",
  )
  expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(1)
  expect(await states(house, [add])).toEqual(['done'])
  expect(open?.n).toBeGreaterThan(2_000)
  await weather
  expect(new Set(await states(house, edits))).toEqual(new Set(['done']))
  expect(
    await db.query(
      "SELECT count(*) AS n FROM follows WHERE external_userid LIKE 'wm-storm-%' AND stale_since IS NOT NULL",
    ),
  ).toEqual([{ n: 100 }])
}, 30_000)

it('who is welcomed has his next words looked at as soon as the welcome is done with him', async () => {
  await store(house, [
    incoming(house, kfText('wm-next', '在吗', 'next-1'), { lane: 'welcome' }),
    incoming(house, kfText('wm-next', '怎么收费', 'next-2')),
    incoming(house, kfText('wm-other', '在吗', 'next-3'), { lane: 'storm' }),
  ])
  house.woken.length = 0
  await dispatch(house, 'welcome')
  expect(house.woken.filter((job) => job.startsWith('dispatch-'))).toEqual(['dispatch-default'])
  await handleAll(house)
})

it('a welcome whose call hangs holds up nobody else’s', async () => {
  fake.reset()
  let answer = () => {}
  const hangs = new Promise<void>((resolve) => {
    answer = resolve
  })
  fake.script('externalcontact/send_welcome_msg', async () => {
    await hangs
    return { errcode: 0 }
  })
  await store(house, [incoming(house, contactEvent('add_external_contact', 'wm-slow', { WelcomeCode: 'slow' }))])
  await dispatch(house, 'welcome')
  fake.script('externalcontact/send_welcome_msg', { errcode: 0 })
  await store(house, [incoming(house, contactEvent('add_external_contact', 'wm-next', { WelcomeCode: 'next' }))])
  await dispatch(house, 'welcome')
  answer()
  expect(
    fake.of('externalcontact/send_welcome_msg').map(({ body }) => (body as { welcome_code: string }).welcome_code),
  ).toEqual(['slow', 'next'])
})

it.each([
  ['the receipt, when it came in time', 1, '01.250'],
  ['the end of WeCom’s second, when it came late', 61, '00.999'],
  ['the receipt, when it was told of long ago', 7_200, null],
])('an event happened at %s', (_name, delay, expected) => {
  const receivedAt = new Date(Date.parse('2026-11-19T02:00:00.250Z') + delay * 1_000)
  const at = happenedAt({ event: { CreateTime: String(Date.parse('2026-11-19T02:00:00Z') / 1000) }, receivedAt })
  expect(at).toEqual(expected ? new Date(`2026-11-19T02:00:${expected}Z`) : receivedAt)
})

it.each([[null], [{}], [{ CreateTime: 'soon' }], [{ CreateTime: 1_700_000_000 }]])(
  'an event that does not say when happened when it came: %j',
  (event) => {
    const receivedAt = new Date()
    expect(happenedAt({ event, receivedAt })).toBe(receivedAt)
  },
)
