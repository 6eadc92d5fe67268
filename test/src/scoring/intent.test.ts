import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendar } from '../../../src/playbook/hours.ts'
import { capped, intentAt, type ScoreDay, shownIntent, sumIntent } from '../../../src/scoring/intent.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()
const { score } = playbook
const days = calendar(playbook.hours, 'Asia/Shanghai')
const noon = (day: string) => new Date(`${day}T12:00:00+08:00`)
const intent = (rows: ScoreDay[], day: string, rules = score) =>
  intentAt(sumIntent(rows, rules), noon(day), rules, days)

interface Happened {
  id: number
  type: string
  day: string
}
const types = Object.keys(score.events)
const dayName = fc
  .integer({ min: Date.UTC(2026, 0, 1) / 864e5, max: Date.UTC(2026, 11, 31) / 864e5 })
  .map((day) => new Date(day * 864e5).toISOString().slice(0, 10))
const history: fc.Arbitrary<Happened[]> = fc
  .array(fc.record({ type: fc.constantFrom(...types), day: dayName }), { maxLength: 30 })
  .map((events) => events.map((event, id) => ({ ...event, id })))

/** What the tables do: an id counts once, the sum of a type and day grows in integers. */
function rowsOf(events: readonly Happened[]): ScoreDay[] {
  const seen = new Set<number>()
  const rows = new Map<string, ScoreDay>()
  for (const { id, type, day } of events) {
    if (seen.has(id)) continue
    seen.add(id)
    const row = rows.get(`${type} ${day}`) ?? { type, day, weight: 0 }
    row.weight += score.events[type]?.weight ?? 0
    rows.set(`${type} ${day}`, row)
  }
  return [...rows.values()]
}

describe('intent', () => {
  it('counts today’s events in full, and half after one half-life', () => {
    const rows = [{ type: 'demo_request', day: '2026-11-01', weight: 40 }]
    expect(intent(rows, '2026-11-01')).toBe(40)
    expect(intent(rows, '2026-11-15')).toBe(20)
    expect(intent(rows, '2026-11-29')).toBe(10)
  })

  it('falls only at midnight of the business day', () => {
    const s = sumIntent([{ type: 'demo_request', day: '2026-11-01', weight: 40 }], score)
    const at = (time: string) => intentAt(s, new Date(`${time}+08:00`), score, days)
    expect(at('2026-11-02T00:00:00')).toBe(at('2026-11-02T23:59:59'))
    expect(at('2026-11-03T00:00:00')).toBeLessThan(at('2026-11-02T23:59:59'))
  })

  it('bounds one type on one day, up and down, and never cuts a single event', () => {
    expect(capped('price_view', 120, score)).toBe(24)
    expect(capped('negative_feedback', -500, score)).toBe(-10)
    expect(
      capped('heavy', 50, { events: { heavy: { name: '', weight: 50, cap: 10, handRaise: false, alert: false } } }),
    ).toBe(50)
  })

  it('weighs nothing for what has no rule, members of every object included', () => {
    for (const type of ['never_heard_of', 'constructor', '__proto__']) expect(capped(type, 40, score)).toBe(0)
    expect(sumIntent([{ type: 'constructor', day: '2026-11-01', weight: 40 }], score)).toBe(0)
  })

  it('lets negative weights count, and clamps only what is shown', () => {
    const rows = [
      { type: 'content_open', day: '2026-11-01', weight: 2 },
      { type: 'unsubscribe', day: '2026-11-01', weight: -30 },
    ]
    expect(intent(rows, '2026-11-01')).toBe(-28)
    expect(shownIntent(intent(rows, '2026-11-01'))).toBe(0)
  })

  it('is the same number whatever the order and repetition of events', () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
            fc.subarray(events),
          ),
        ),
        ([events, shuffled, repeated]) => {
          expect(sumIntent(rowsOf([...shuffled, ...repeated]), score)).toBe(sumIntent(rowsOf(events), score))
        },
      ),
    )
  })

  it('is the same number summed one event at a time and rebuilt from all of them', () => {
    fc.assert(
      fc.property(history, (events) => {
        let s = 0
        for (let known = 1; known <= events.length; known++) s = sumIntent(rowsOf(events.slice(0, known)), score)
        expect(s).toBe(sumIntent(rowsOf([...events].reverse()), score))
      }),
    )
  })

  it('of two leads never changes its order by waiting', () => {
    fc.assert(
      fc.property(history, history, fc.array(dayName, { minLength: 2, maxLength: 5 }), (a, b, looks) => {
        const [sa, sb] = [sumIntent(rowsOf(a), score), sumIntent(rowsOf(b), score)]
        for (const day of looks) {
          const [ia, ib] = [sa, sb].map((s) => intentAt(s, noon(day), score, days)) as [number, number]
          if (sa < sb) expect(ia).toBeLessThanOrEqual(ib)
          if (sa > sb) expect(ia).toBeGreaterThanOrEqual(ib)
          if (sa === sb) expect(ia).toBe(ib)
        }
      }),
    )
  })

  it('is what summing each event with its own decay gives', () => {
    fc.assert(
      fc.property(history, dayName, (events, day) => {
        const direct = rowsOf(events).reduce((sum, row) => {
          const age = (Date.parse(day) - Date.parse(row.day)) / 864e5
          return sum + capped(row.type, row.weight, score) * 2 ** (-age / 14)
        }, 0)
        if (events.every((event) => event.day <= day)) expect(intent(rowsOf(events), day)).toBeCloseTo(direct, 2)
      }),
    )
  })

  it('never overflows, whatever the half-life and the year', () => {
    const rows = [
      { type: 'demo_request', day: '1999-01-01', weight: 40 },
      { type: 'demo_request', day: '2199-06-01', weight: 40 },
    ]
    for (const halfLife of ['1s', '1h', '1d', '14d', '5000w']) {
      const rules = { ...score, halfLife }
      expect(Number.isFinite(sumIntent(rows, rules))).toBe(true)
      expect(intent(rows, '2199-06-01', rules)).toBeGreaterThanOrEqual(40)
      expect(intent(rows, '2026-06-01', rules)).toBeLessThanOrEqual(1e9)
    }
  })
})
