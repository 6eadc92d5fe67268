import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { claimMs, claimRows, letGo, recoverClaims, renewClaim } from '../../../src/inbox/claim.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, incoming, store } from '../../support/inbox.ts'

let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase({ poolSize: 12 })
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  await db.query('TRUNCATE inbox, inbox_hands, seen')
})

let serial = 0
const edits = (subjects: number, each: number) =>
  Array.from({ length: subjects * each }, (_, n) =>
    incoming(house, contactEvent('edit_external_contact', `wm-${n % subjects}`, { n: String(++serial) })),
  )
const add = (who: string) => incoming(house, contactEvent('add_external_contact', who, { n: String(++serial) }))

describe('one subject', () => {
  it('is never in two hands, whatever eight workers do at once', async () => {
    await store(house, edits(12, 30))
    const held = new Map<string, string>()
    const seen: number[] = []
    const order = new Map<string, number[]>()
    const work = async (worker: string) => {
      for (let empty = 0; empty < 30; ) {
        const rows = await claimRows(house, 'storm', worker, 25)
        if (rows.length === 0) {
          empty++
          await new Promise(setImmediate)
          continue
        }
        for (const subject of new Set(rows.map((row) => row.subject))) {
          if (held.has(subject)) throw new Error(`${subject} is held by ${held.get(subject)} and by ${worker}`)
          held.set(subject, worker)
        }
        for (const row of rows) {
          seen.push(row.id)
          order.set(row.subject, [...(order.get(row.subject) ?? []), row.id])
        }
        await db.query('SELECT pg_sleep(0.005)')
        await db.query("UPDATE inbox SET state = 'done' WHERE id = ANY($1)", [rows.map((row) => row.id)])
        for (const { subject } of rows) held.delete(subject)
        await letGo(
          house,
          worker,
          rows.map((row) => row.subject),
        )
        empty = 0
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, n) => work(`w${n}`)))
    expect(seen.length).toBe(360)
    expect(new Set(seen).size).toBe(360)
    for (const ids of order.values()) expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(await db.query('SELECT 1 FROM inbox_hands')).toEqual([])
  })

  it('in somebody’s hands stands before nobody else, however many events it has', async () => {
    await store(house, [...edits(1, 500), add('wm-other')])
    await db.query("UPDATE inbox SET lane = 'welcome'")
    expect(await claimRows(house, 'welcome', 'a', 200)).toHaveLength(200)
    expect((await claimRows(house, 'welcome', 'b', 200)).map((row) => row.subject)).toEqual(['wm-other'])
  })

  it('is one subject in every lane', async () => {
    await store(house, [...edits(1, 1), add('wm-0')])
    expect(await claimRows(house, 'storm', 'a', 10)).toHaveLength(1)
    expect(await claimRows(house, 'welcome', 'b', 10)).toEqual([])
    await letGo(house, 'a', ['wm-0'])
    expect(await claimRows(house, 'welcome', 'b', 10)).toHaveLength(1)
  })
})

describe('a claim', () => {
  it('comes back when its worker says nothing more, early enough for a welcome', async () => {
    await store(house, [add('wm-1')])
    await claimRows(house, 'welcome', 'dead', 10)
    clock.advance(claimMs)
    expect(await recoverClaims(house)).toBe(0)
    expect(await claimRows(house, 'welcome', 'b', 10)).toEqual([])
    clock.advance(1)
    expect(await recoverClaims(house)).toBe(1)
    expect(await claimRows(house, 'welcome', 'b', 10)).toMatchObject([{ subject: 'wm-1', attempts: 2 }])
    expect(claimMs).toBeLessThan(15_000)
  })

  it('holds as long as its worker says that he is at it', async () => {
    await store(house, [add('wm-1')])
    await claimRows(house, 'welcome', 'slow', 10)
    for (let n = 0; n < 5; n++) {
      clock.advance(claimMs - 1)
      await renewClaim(house, 'slow', ['wm-1'])
      expect(await recoverClaims(house)).toBe(0)
      expect(await claimRows(house, 'welcome', 'b', 10)).toEqual([])
    }
  })

  it('that lapsed is neither renewed nor opened by the one who had it', async () => {
    await store(house, [add('wm-1')])
    await claimRows(house, 'welcome', 'zombie', 10)
    clock.advance(claimMs + 1)
    await recoverClaims(house)
    await claimRows(house, 'welcome', 'b', 10)
    await renewClaim(house, 'zombie', ['wm-1'])
    await letGo(house, 'zombie', ['wm-1'])
    expect(await db.query('SELECT worker FROM inbox_hands')).toEqual([{ worker: 'b' }])
  })

  it('leaves alone what is not due yet', async () => {
    await store(house, [add('wm-1')])
    await db.query("UPDATE inbox SET due_at = due_at + interval '1 second'")
    expect(await claimRows(house, 'welcome', 'a', 10)).toEqual([])
    clock.advance(1_000)
    expect(await claimRows(house, 'welcome', 'a', 10)).toHaveLength(1)
  })
})
