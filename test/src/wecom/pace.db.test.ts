import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { limitsOf } from '../../../src/wecom/limits.ts'
import { type Bucket, createPacer } from '../../../src/wecom/pace.ts'
import { testDatabase } from '../../support/db.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  db = await testDatabase()
})

let buckets = 0
const bucket = (shape: Omit<Bucket, 'name'>): Bucket => ({ name: `test-${++buckets}`, ...shape })

/** The most calls any window of this length saw, its start included and its end not. */
function busiest(times: readonly number[], windowMs: number): number {
  let most = 0
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

describe('pace', () => {
  it('no sliding window ever exceeds the limit, with several pacers on one database', async () => {
    const shapes = fc.constantFrom<Omit<Bucket, 'name'>>(
      { calls: 100, windowMs: 60_000, burst: 10, slice: 5 },
      { calls: 30, windowMs: 60_000, burst: 8, slice: 1 },
      { calls: 200, windowMs: 10_000, burst: 50, slice: 20 },
      { calls: 10, windowMs: 1_000, burst: 2, slice: 1 },
    )
    const steps = fc.array(
      fc.record({
        pacer: fc.nat(2),
        calls: fc.integer({ min: 1, max: 40 }),
        rest: fc.oneof(fc.nat(300), fc.nat(40_000)),
      }),
      { minLength: 5, maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(shapes, steps, async (shape, plan) => {
        const clock = movableClock('2026-01-01')
        const pacers = [createPacer(db, clock), createPacer(db, clock), createPacer(db, clock)]
        const one = bucket(shape)
        const times: number[] = []
        for (const { pacer, calls, rest } of plan) {
          const waits = await Promise.all(
            Array.from({ length: calls }, (_, index) => pacers[(pacer + (index % 4 ? 0 : 1)) % 3]?.take([one])),
          )
          for (const wait of waits) if (wait === 0) times.push(clock.now().getTime())
          clock.advance(rest)
        }
        expect(busiest(times, shape.windowMs)).toBeLessThanOrEqual(shape.calls)
      }),
      { numRuns: 40 },
    )
  })

  it('a greedy caller gets close to the limit and is told how long to wait', async () => {
    const clock = movableClock('2026-01-01')
    const pacers = [createPacer(db, clock), createPacer(db, clock)]
    const one = bucket({ calls: 1_000, windowMs: 60_000, burst: 20, slice: 10 })
    const times: number[] = []
    const end = clock.now().getTime() + 180_000
    while (clock.now().getTime() < end) {
      const waits = await Promise.all(pacers.map((pacer) => pacer.take([one])))
      for (const wait of waits) if (wait === 0) times.push(clock.now().getTime())
      if (waits.every((wait) => wait > 0)) clock.advance(Math.min(...waits))
    }
    expect(busiest(times, 60_000)).toBeLessThanOrEqual(1_000)
    expect(times.length).toBeGreaterThan(0.95 * 3 * 1_000)
  })

  it('most calls need no round trip', async () => {
    const clock = movableClock('2026-01-01')
    let statements = 0
    const counting = {
      query: <Row>(text: string, values?: readonly unknown[]) => {
        statements += 1
        return db.query<Row>(text, values)
      },
    }
    const pacer = createPacer(counting, clock)
    const limits = limitsOf('corp-trips', 'externalcontact/get', [])
    for (let calls = 0; calls < 1_000; calls++) {
      expect(await pacer.take(limits)).toBe(0)
      clock.advance(7)
    }
    expect(statements).toBeLessThan(100)
  })

  it('quiet processes do not use up the limit with permits they never use', async () => {
    const clock = movableClock('2026-01-01')
    const pacers = Array.from({ length: 10 }, () => createPacer(db, clock))
    const limits = limitsOf('corp-quiet', 'externalcontact/get', [])
    for (let rounds = 0; rounds < 60; rounds++) {
      for (const pacer of pacers) expect(await pacer.take(limits)).toBe(0)
      clock.advance(100)
    }
  })

  it('a bucket that is full takes nothing from the others', async () => {
    const clock = movableClock('2026-01-01')
    const pacer = createPacer(db, clock)
    const wide = bucket({ calls: 1_000, windowMs: 60_000, burst: 1, slice: 1 })
    const narrow = bucket({ calls: 4, windowMs: 60_000, burst: 1, slice: 1 })
    expect(await pacer.take([wide, narrow])).toBe(0)
    expect(await pacer.take([wide, narrow])).toBe(0)
    const before = await db.query('SELECT tat FROM wecom_buckets WHERE name = $1', [wide.name])
    expect(await pacer.take([wide, narrow])).toBeGreaterThan(10_000)
    expect(await createPacer(db, clock).take([wide, narrow])).toBeGreaterThan(10_000)
    expect(await db.query('SELECT tat FROM wecom_buckets WHERE name = $1', [wide.name])).toEqual(before)
  })

  it('a closed bucket is closed for every process, for a minute, then for an hour', async () => {
    const clock = movableClock('2026-01-01')
    const one = bucket({ calls: 1_000, windowMs: 60_000, burst: 20, slice: 10 })
    const [first, second] = [createPacer(db, clock), createPacer(db, clock)]
    expect(await first.take([one])).toBe(0)
    expect(await first.block(one)).toBe(60_000)
    clock.advance(10)
    expect(await second.block(one)).toBe(59_990)
    expect(await second.take([one])).toBe(59_990)
    expect(await first.take([one])).toBe(59_990)
    clock.advance(60_000)
    expect(await second.take([one])).toBe(0)
    expect(await second.block(one)).toBe(3_600_000)
    clock.advance(3_600_001 + 120_000)
    expect(await first.take([one])).toBe(0)
    expect(await first.block(one)).toBe(60_000)
  })

  it('a clock that was far ahead stops nobody once it is right again', async () => {
    const clock = movableClock('2026-01-02')
    const limits = limitsOf('corp-ahead', 'externalcontact/get', [])
    await createPacer(db, clock).take(limits)
    await createPacer(db, clock).block(limits[0])
    clock.set('2026-01-01')
    expect(await createPacer(db, clock).take(limits)).toBe(0)
  })

  it('forgets buckets nobody uses, and opens them again', async () => {
    const clock = movableClock('2026-01-01')
    const old = bucket({ calls: 30, windowMs: 60_000, burst: 8, slice: 1 })
    const pacer = createPacer(db, clock)
    await pacer.take([old])
    clock.advance(3 * 86_400_000)
    await pacer.take([bucket({ calls: 30, windowMs: 60_000, burst: 8, slice: 1 })])
    expect(await db.query('SELECT 1 FROM wecom_buckets WHERE name = $1', [old.name])).toEqual([])
    expect(await pacer.take([old])).toBe(0)
  })

  it('every published limit leaves a positive rate', () => {
    for (const path of [
      'externalcontact/get',
      'message/send',
      'ticket/get',
      'externalcontact/add_moment_task',
      'media/uploadimg',
    ])
      for (const { calls, burst, slice } of limitsOf('c', path, ['LiLei']))
        expect(calls - burst - 2 * slice).toBeGreaterThan(calls / 3)
  })

  it('a member is one bucket however his userid is spelt', () => {
    const names = limitsOf('c', 'message/send', ['LiLei', 'lilei', 'WangMin']).map(({ name }) => name)
    expect(names.filter((name) => name.includes('lilei'))).toHaveLength(2)
    expect(new Set(names).size).toBe(names.length)
  })
})
