import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitOf } from '../../../src/scoring/fit.ts'
import { gradeOf } from '../../../src/scoring/grade.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()

describe('fit', () => {
  it('of somebody unknown is in the middle and not known', () => {
    expect(fitOf({}, playbook.score)).toMatchObject({ fit: 50, known: false })
    expect(fitOf({ title: ' ', company: '宁波精工' }, playbook.score)).toMatchObject({ fit: 50, known: false })
  })

  it('of the right customer is full', () => {
    const lead = { industry: '装备制造', title: '采购总监', size: '500-1000人', region: '浙江宁波' }
    expect(fitOf(lead, playbook.score)).toMatchObject({ fit: 100, known: true })
  })

  it('of the wrong one is bad', () => {
    const { fit } = fitOf({ industry: '教育培训', title: '学生', size: '10人以下', region: '海外' }, playbook.score)
    expect(gradeOf(fit, 0, playbook)).toBe('D4')
  })

  it.each([
    ['1,200人', 25],
    ['100-499人', 20],
    ['约 60 人', 12],
    ['20人以下', 3],
    ['不详', 8],
  ])('reads a size of %s as %d points', (size, points) => {
    expect(fitOf({ size }, playbook.score).lines[2]?.points).toBe(points)
  })

  it('has a line for every point, and stays within 0 and 100', () => {
    const word = fc.option(fc.oneof(fc.string(), fc.constantFrom('汽车零部件', '总经理', '800', '江苏', '实习生')), {
      nil: null,
    })
    fc.assert(
      fc.property(fc.record({ industry: word, title: word, size: word, region: word }), (lead) => {
        const { fit, lines } = fitOf(lead, playbook.score)
        expect(lines.reduce((sum, { points }) => sum + points, 0)).toBe(fit)
        expect(fit).toBeGreaterThanOrEqual(0)
        expect(fit).toBeLessThanOrEqual(100)
      }),
    )
  })
})
