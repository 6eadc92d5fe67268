import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../sandbox/random.ts'
import { type Cell, liftOf, newcombe, wilson, zOf } from '../../../src/reports/proportions.ts'

const to4 = ({ low, high }: { low: number; high: number }) => [low, high].map((value) => Number(value.toFixed(4)))

describe('Wilson', () => {
  // Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17:857–872, table I, method 3.
  test.each([
    [81, 263, [0.2553, 0.3662]],
    [15, 148, [0.0624, 0.1605]],
    [0, 20, [0, 0.1611]],
    [1, 29, [0.0061, 0.1718]],
  ])('of %i in %i is as published', (k, n, published) => {
    expect(to4(wilson({ k, n }))).toEqual(published)
  })

  test('of nothing says nothing, and all or none stay within 0 and 1', () => {
    expect(wilson({ k: 0, n: 0 })).toEqual({ low: 0, high: 1 })
    expect(wilson({ k: 29, n: 29 }).high).toBe(1)
  })
})

describe('Newcombe', () => {
  // Newcombe (1998), Statistics in Medicine 17:873–890, table II, method 10.
  test.each([
    [56, 70, 48, 80, [0.0524, 0.3339]],
    [9, 10, 3, 10, [0.1705, 0.809]],
    [6, 7, 2, 7, [0.0582, 0.8062]],
    [5, 56, 0, 29, [-0.0381, 0.1926]],
    [0, 10, 0, 20, [-0.1611, 0.2775]],
    [0, 10, 0, 10, [-0.2775, 0.2775]],
    [10, 10, 0, 20, [0.6791, 1]],
    [10, 10, 0, 10, [0.6075, 1]],
  ])('of %i/%i and %i/%i is as published', (a, m, b, n, published) => {
    expect(to4(newcombe({ k: a, n: m }, { k: b, n }))).toEqual(published)
  })
})

test('the normal distribution’s own points', () => {
  expect(zOf(0.05)).toBeCloseTo(1.959964, 5)
  expect(zOf(0.01)).toBeCloseTo(2.575829, 5)
  expect(zOf(0.001)).toBeCloseTo(3.290527, 5)
})

describe('lift', () => {
  const random = seededRandom(7)
  const draw = (n: number, p: number) => Array.from({ length: n }).filter(() => random() < p).length
  /** Two kinds of lead: the hot move more often and are sent to more often, so that the plain difference misleads. */
  const population = (effect: number): Cell[] =>
    (
      [
        [60, 300, 0.1],
        [240, 150, 0.4],
      ] as const
    ).map(([m, n, p]) => ({ treated: { k: draw(m, p + effect), n: m }, control: { k: draw(n, p), n } }))

  test('the interval covers what is true as often as it says, where who got it was no accident', () => {
    for (const effect of [0, 0.15]) {
      const lifts = Array.from({ length: 400 }, () => liftOf(population(effect)))
      const covered = lifts.filter(({ interval }) => interval && interval.low <= effect && effect <= interval.high)
      expect(covered.length / lifts.length).toBeGreaterThan(0.92)
      const mean = lifts.reduce((sum, { lift }) => sum + (lift ?? 0), 0) / lifts.length
      expect(mean).toBeCloseTo(effect, 1)
      const claimed = lifts.filter(({ verdict }) => verdict === 'better' || verdict === 'worse').length
      if (effect === 0) expect(claimed / lifts.length).toBeLessThan(0.08)
      else expect(claimed / lifts.length).toBeGreaterThan(0.9)
    }
  })

  test('of few it says that they are few, whatever they did', () => {
    expect(liftOf([{ treated: { k: 9, n: 9 }, control: { k: 0, n: 900 } }]).verdict).toBe('tooFew')
    expect(liftOf([{ treated: { k: 30, n: 40 }, control: { k: 0, n: 6 } }]).verdict).toBe('tooFew')
    expect(liftOf([{ treated: { k: 0, n: 400 }, control: { k: 1, n: 400 } }]).verdict).toBe('tooFew')
    expect(liftOf([])).toMatchObject({ matched: 0, lift: null, interval: null, verdict: 'tooFew' })
  })

  test('who has nobody to be compared with is counted as such, and says nothing', () => {
    const cells = [
      { treated: { k: 30, n: 50 }, control: { k: 20, n: 100 } },
      { treated: { k: 50, n: 50 }, control: { k: 0, n: 0 } },
    ]
    expect(liftOf(cells)).toMatchObject({ matched: 50, unmatched: 50, rate: 0.6, controlRate: 0.2, verdict: 'better' })
  })

  test('of many questions asked together, one is not answered by chance', () => {
    const cell = [{ treated: { k: 70, n: 200 }, control: { k: 50, n: 200 } }]
    expect(liftOf(cell).verdict).toBe('better')
    expect(liftOf(cell, { questions: 50 }).verdict).toBe('unclear')
  })
})
