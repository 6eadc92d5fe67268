import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendar } from '../../../src/playbook/hours.ts'
import { crossesAt, gradeOf, totalOf } from '../../../src/scoring/grade.ts'
import { intentAt, sumIntent } from '../../../src/scoring/intent.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()
const shanghai = calendar(playbook.hours, 'Asia/Shanghai')
const newYork = calendar(playbook.hours, 'America/New_York')
const dayMs = 86_400_000

describe('a grade', () => {
  it.each([
    [75, 70, 'A1'],
    [74, 69.999, 'B2'],
    [50, 35, 'B2'],
    [49, 10, 'C3'],
    [24, 9, 'D4'],
    [0, -28, 'D4'],
  ])('of fit %d and intent %d is %s', (fit, intent, grade) => {
    expect(gradeOf(fit, intent, playbook)).toBe(grade)
  })

  it('goes with a total of half and half, between 0 and 100', () => {
    expect(totalOf(100, 64)).toBe(82)
    expect(totalOf(100, 4000)).toBe(100)
    expect(totalOf(0, -4000)).toBe(0)
    expect(totalOf(50, 0)).toBe(25)
  })
})

describe('the moment a grade changes by waiting', () => {
  const standing = (s: number, fit: number, at: Date, days: typeof shanghai) => {
    const intent = intentAt(s, at, playbook.score, days)
    return `${gradeOf(fit, intent, playbook)} ${intent >= playbook.review.threshold}`
  }
  const start = new Date('2026-10-20T15:00:00Z')

  it('is when 40 points of today fall below 35', () => {
    const s = sumIntent([{ type: 'demo_request', day: '2026-10-20', weight: 40 }], playbook.score)
    expect(crossesAt(s, 50, start, playbook, shanghai)).toEqual(new Date('2026-10-23T00:00:00+08:00'))
  })

  it('never comes without intent, or once it is all but gone', () => {
    expect(crossesAt(0, 50, start, playbook, shanghai)).toBeNull()
    const s = sumIntent([{ type: 'content_open', day: '2026-10-20', weight: 2 }], playbook.score)
    expect(crossesAt(s, 50, start, playbook, shanghai)).toBeNull()
  })

  it('is the first midnight at which anything differs, in any zone, for credit and for debt', () => {
    const rules = defaultPlaybook({
      score: {
        grades: {
          intent: [
            { id: '1', from: 35 },
            { id: '2', from: 10 },
            { id: '3', from: -15 },
          ],
        },
      },
    })
    const event = fc.record({
      type: fc.constantFrom(...Object.keys(rules.score.events)),
      day: fc.integer({ min: 0, max: 30 }).map((ago) => new Date(+start - ago * dayMs).toISOString().slice(0, 10)),
      weight: fc.integer({ min: -40, max: 40 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), fc.constantFrom(shanghai, newYork), (rows, days) => {
        const s = sumIntent(rows, rules.score)
        const at = (moment: Date) => {
          const intent = intentAt(s, moment, rules.score, days)
          return `${gradeOf(50, intent, rules)} ${intent >= rules.review.threshold}`
        }
        const crosses = crossesAt(s, 50, start, rules, days)
        let day = days.dayStart(days.dayOf(start))
        for (let i = 0; i < 120; i++) {
          const midnight = days.dayStart(days.dayOf(new Date(+day + 30 * 3_600_000)))
          if (at(midnight) !== at(start)) {
            expect(crosses).toEqual(midnight)
            return
          }
          day = midnight
        }
        expect(crosses === null || +crosses > +day).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('lies ahead, and each look finds a later one until there is none', () => {
    const s = sumIntent(
      [
        { type: 'demo_request', day: '2026-10-20', weight: 40 },
        { type: 'trial_start', day: '2026-10-19', weight: 25 },
        { type: 'price_view', day: '2026-10-18', weight: 24 },
      ],
      playbook.score,
    )
    let at = start
    const seen: string[] = [standing(s, 80, at, shanghai)]
    for (let next = crossesAt(s, 80, at, playbook, shanghai); next; next = crossesAt(s, 80, at, playbook, shanghai)) {
      expect(+next).toBeGreaterThan(+at)
      at = next
      seen.push(standing(s, 80, at, shanghai))
    }
    expect(seen).toEqual(['A1 true', 'A2 true', 'A3 true', 'A3 false', 'A4 false'])
  })
})
