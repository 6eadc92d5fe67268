import { beforeAll, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { type Db, openDb } from '../../../src/db.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, incoming, states, store } from '../../support/inbox.ts'
import { openLead } from '../../support/people.ts'

let db: Db & { url: string }
let house: TestHouse
const clock = movableClock(thursdayMorning)
const day = 86_400_000

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock })
})

const run = (job: string) => house.shelves.jobs.get(job)?.run(house)

it('months are made ahead, once, whoever makes them at the same time and wherever his clock stands', async () => {
  const elsewhere = openDb(`${db.url}?options=${encodeURIComponent('-c TimeZone=Asia/Shanghai')}`, { poolSize: 2 })
  const job = house.shelves.jobs.get('make-partitions')
  await Promise.all(
    [house, { ...house, db: elsewhere }, house, { ...house, db: elsewhere }].map((one) => job?.run(one)),
  )
  await run('make-partitions')
  await elsewhere.close()
  const bounds = await db.query<{ name: string; bound: string }>(
    `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.relname ~ '_2026|_2027' ORDER BY 1`,
  )
  expect(bounds.map(({ name }) => name)).toEqual(
    ['inbox', 'timeline'].flatMap((parent) => ['202611', '202612', '202701'].map((month) => `${parent}_${month}`)),
  )
  const [zone] = await db.query<{ at: Date }>("SELECT '2026-12-01 00:00:00+00'::timestamptz AS at")
  await store(house, [
    incoming(house, contactEvent('edit_external_contact', 'wm-month'), { receivedAt: zone?.at as Date }),
  ])
  expect(await db.query("SELECT tableoid::regclass::text AS part FROM inbox WHERE subject = 'wm-month'")).toEqual([
    { part: 'inbox_202612' },
  ])
})

it('a month that came before its partition rests where it is, and nothing breaks', async () => {
  clock.set('2027-03-10T00:00:00Z')
  const [id = 0] = await store(house, [incoming(house, contactEvent('edit_external_contact', 'wm-early'))])
  await run('make-partitions')
  expect(await states(house, [id])).toEqual(['received'])
  expect(await db.query("SELECT to_regclass('inbox_202703') AS now, to_regclass('inbox_202704') AS next")).toEqual([
    { now: null, next: 'inbox_202704' },
  ])
  clock.set(thursdayMorning)
})

it('grades that fall by waiting alone are looked at when their time has come, and not before', async () => {
  const id = await openLead(house)
  await db.transaction((tx) =>
    noteEvents(tx, house, [{ leadId: id, type: 'demo_request', at: clock.now(), key: `cool-${id}` }]),
  )
  const score = async () =>
    (
      await db.query<{ s: number; crosses: Date; updated: Date }>(
        'SELECT s, crosses_at AS crosses, updated_at AS updated FROM scores WHERE lead_id = $1',
        [id],
      )
    )[0]
  const first = await score()
  if (!first) throw new Error('no score')
  clock.set(new Date(first.crosses.getTime() - 1))
  await run('cool-scores')
  expect(await score()).toEqual(first)
  clock.set(first.crosses)
  await run('cool-scores')
  const second = await score()
  expect(second?.s).toBe(first.s)
  expect(second && second.crosses > first.crosses).toBe(true)
  clock.advance(400 * day)
  for (let looks = 0; looks < 3; looks++) await run('cool-scores')
  expect((await score())?.crosses).toBeNull()
})
