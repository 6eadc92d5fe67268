import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendar } from '../../../src/playbook/hours.ts'
import { explainScore } from '../../../src/scoring/explain.ts'
import { totalOf } from '../../../src/scoring/grade.ts'
import { intentAt, shownIntent, sumIntent } from '../../../src/scoring/intent.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()
const days = calendar(playbook.hours, 'Asia/Shanghai')
const at = new Date('2026-11-22T12:00:00+08:00')
const sumOf = (lines: readonly { points: number }[]) => lines.reduce((sum, { points }) => sum + points, 0)

describe('the explanation of a score', () => {
  it('reads like the queue shows it', () => {
    const explained = explainScore(
      {
        lead: { industry: '装备制造', title: '采购总监', size: '800人', region: '宁波' },
        days: [
          { type: 'demo_request', day: '2026-11-22', weight: 40, events: 1 },
          { type: 'price_view', day: '2026-11-22', weight: 36, events: 3 },
        ],
        at,
      },
      playbook,
      days,
    )
    expect(explained.intent.lines.map(({ text, points }) => [text, points])).toEqual([
      ['要求演示（今天）', 40],
      ['看价格页 ×3（今天，按当日上限计）', 24],
    ])
    expect([explained.fit.points, explained.intent.points, explained.total.points, explained.grade]).toEqual([
      100,
      64,
      82,
      'A2',
    ])
  })

  it('adds up line by line to every number shown, which is the number used', () => {
    const event = fc.record({
      type: fc.constantFrom('nobody_knows', ...Object.keys(playbook.score.events)),
      day: fc.integer({ min: 0, max: 200 }).map((ago) => days.dayOf(new Date(+at - ago * 86_400_000))),
      weight: fc.integer({ min: -120, max: 120 }),
      events: fc.integer({ min: 1, max: 9 }),
    })
    const facts = fc.record({
      lead: fc.record({ industry: fc.constantFrom('制造', '餐饮', null), title: fc.constantFrom('厂长', null) }),
      days: fc.uniqueArray(event, { maxLength: 20, selector: ({ type, day }) => `${type} ${day}` }),
      at: fc.constant(at),
    })
    fc.assert(
      fc.property(facts, (known) => {
        const { fit, intent, total } = explainScore(known, playbook, days)
        const exact = intentAt(sumIntent(known.days, playbook.score), at, playbook.score, days)
        expect(sumOf(fit.lines)).toBe(fit.points)
        expect(sumOf(intent.lines)).toBe(intent.points)
        expect(sumOf(total.lines)).toBe(total.points)
        expect(intent.points).toBe(shownIntent(exact))
        expect(total.points).toBe(totalOf(fit.points, exact))
      }),
    )
  })
})
