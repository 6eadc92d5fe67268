import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Db, Sql } from '../../../src/db.ts'
import { openDb } from '../../../src/db.ts'
import { createAcceptor } from '../../../src/inbox/accept.ts'
import { type IncomingRow, keyOf } from '../../../src/inbox/rows.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { contactEvent, incoming } from '../../support/inbox.ts'

let db: Db
let house: TestHouse

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, shelves: { jobs: new Map() } })
})
beforeEach(async () => {
  house.woken.length = 0
})

let serial = 0
const row = (more: Partial<IncomingRow> = {}): IncomingRow =>
  incoming(house, contactEvent('edit_external_contact', `wm-${++serial}`), more)
const bodies = async () => (await db.query<{ body: string }>('SELECT body FROM inbox ORDER BY id')).map((r) => r.body)
const held = async (...rows: IncomingRow[]) =>
  Number(
    (
      await db.query<{ n: number }>('SELECT count(*) AS n FROM inbox WHERE body = ANY($1)', [rows.map((r) => r.body)])
    )[0]?.n,
  )

/** The same store, with every INSERT of a batch passing through `hold` first. */
const through = (hold: (text: string) => Promise<void>): Db =>
  ({
    ...db,
    query: async (text: string, values?: readonly unknown[]) => {
      await hold(text)
      return db.query(text, values)
    },
  }) as Db & Sql

describe('an acknowledgement', () => {
  it('comes after the commit, never before', async () => {
    const one = row()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const acceptor = createAcceptor({ ...house, db: through(() => gate) })
    let said = false
    const accepted = acceptor.accept(one).then(() => {
      said = true
    })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(said).toBe(false)
    expect(await held(one)).toBe(0)
    open()
    await accepted
    expect(await held(one)).toBe(1)
    expect(house.woken).toEqual(['dispatch-storm'])
  })

  it('is given to each of a thousand that come together, each stored once', async () => {
    const rows = Array.from({ length: 1_000 }, () => row())
    const acceptor = createAcceptor(house)
    await Promise.all(rows.map((one) => acceptor.accept(one)))
    expect(await held(...rows)).toBe(1_000)
  })

  it('keeps the order in which they came', async () => {
    const rows = Array.from({ length: 20 }, () => row())
    const acceptor = createAcceptor(house)
    await Promise.all(rows.map((one) => acceptor.accept(one)))
    expect((await bodies()).slice(-20)).toEqual(rows.map(({ body }) => body))
  })
})

describe('a repetition', () => {
  it('is acknowledged and stores nothing: in one batch, across batches, at two doors at once', async () => {
    const one = row()
    const doors = [createAcceptor(house), createAcceptor(house)]
    await Promise.all(doors.flatMap((door) => [door.accept(one), door.accept({ ...one }), door.accept(row())]))
    await doors[0]?.accept(one)
    expect(await held(one)).toBe(1)
  })

  it('wakes nobody', async () => {
    const one = row()
    const acceptor = createAcceptor(house)
    await acceptor.accept(one)
    house.woken.length = 0
    await acceptor.accept(one)
    expect(house.woken).toEqual([])
  })

  it('is known years later, when the event itself has long been archived', async () => {
    const one = row({ receivedAt: new Date('2023-01-05T00:00:00Z') })
    const acceptor = createAcceptor(house)
    await acceptor.accept(one)
    await db.query('DELETE FROM inbox WHERE body = $1', [one.body])
    await acceptor.accept({ ...one, receivedAt: house.clock.now() })
    expect(await held(one)).toBe(0)
  })
})

describe('what the database cannot hold', () => {
  it.each([
    ['a NUL in the event', { event: { a: 'x\0y' } }],
    ['a NUL in the body', { body: 'x\0y' }],
    ['half a character in the event', { event: { a: '\ud800' } }],
    ['no event at all', { event: undefined }],
  ])('is refused for good, and hurts no neighbour: %s', async (_name, fault) => {
    const good = Array.from({ length: 7 }, () => row())
    const bad = row({ ...fault, key: keyOf(`bad-${++serial}`) })
    const acceptor = createAcceptor(house)
    const settled = await Promise.allSettled(
      [...good.slice(0, 3), bad, ...good.slice(3)].map((r) => acceptor.accept(r)),
    )
    expect(settled.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, n) => (n === 3 ? 'rejected' : 'fulfilled')),
    )
    expect(settled[3]).toMatchObject({ reason: { status: 400, id: 'not_storable' } })
    expect(await held(...good)).toBe(7)
  })
})

describe('a store that is away', () => {
  it('is told to every sender, who will send again', async () => {
    const away = openDb('postgres://nobody@127.0.0.1:9/none', { poolSize: 1 })
    const acceptor = createAcceptor({ ...house, db: away })
    const settled = await Promise.allSettled([acceptor.accept(row()), acceptor.accept(row())])
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { status: 503, id: 'store_down' } },
      { status: 'rejected', reason: { status: 503, id: 'store_down' } },
    ])
    await away.close()
  })

  it('is asked again by the next event, and nothing is lost that was told to come again', async () => {
    const one = row()
    let down = true
    const acceptor = createAcceptor({
      ...house,
      db: through(async () => {
        if (down) throw Object.assign(new Error('terminating connection'), { code: '57P01' })
      }),
    })
    await expect(acceptor.accept(one)).rejects.toMatchObject({ status: 503 })
    down = false
    await acceptor.accept(one)
    expect(await held(one)).toBe(1)
  })

  it('does not gather without end: beyond its room the door says so at once', async () => {
    const rows = Array.from({ length: 5_200 }, () => row())
    const acceptor = createAcceptor(house)
    const settled = await Promise.allSettled(rows.map((one) => acceptor.accept(one)))
    const refused = settled.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(200)
    expect(refused[0]).toMatchObject({ reason: { status: 503, id: 'store_behind' } })
    expect(await held(...rows)).toBe(5_000)
  })
})

it('closing waits for what is on its way', async () => {
  const rows = Array.from({ length: 1_300 }, () => row())
  const acceptor = createAcceptor(house)
  const accepted = rows.map((one) => acceptor.accept(one))
  await acceptor.close()
  expect(await held(...rows)).toBe(1_300)
  await Promise.all(accepted)
})
