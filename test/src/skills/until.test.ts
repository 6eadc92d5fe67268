import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dayBack } from '../../../src/skills/until.ts'

// A Thursday.
const today = '2026-11-26'

it.each([
  ['今天', '2026-11-27'],
  ['半天', '2026-11-27'],
  ['明天', '2026-11-28'],
  ['后天。', '2026-11-29'],
  ['一天', '2026-11-27'],
  ['三天', '2026-11-29'],
  ['3天', '2026-11-29'],
  ['两天', '2026-11-28'],
  ['十二天', '2026-12-08'],
  ['周五', '2026-11-28'],
  ['周四', '2026-11-27'],
  ['周三', '2026-12-03'],
  ['星期天', '2026-11-30'],
  ['下周三', '2026-12-03'],
  ['下周五', '2026-12-05'],
  ['12月3日', '2026-12-04'],
  ['12-3', '2026-12-04'],
  ['１２月３号', '2026-12-04'],
  ['1月2日', '2027-01-03'],
  ['30号', '2026-12-01'],
  ['3号', '2026-12-04'],
])('away until %s means back on %s', (words, day) => {
  expect(dayBack(words, today)).toBe(day)
})

it.each(['', '下次', '2月30日', '13月1日', '40号', '周八', '三', '12', '0天', '-3天'])('%s is no day', (words) => {
  expect(dayBack(words, today)).toBeNull()
})

it('never answers a day that is not ahead, whatever is said', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 12, unit: fc.constantFrom(...'下周三天日号月-/1230今明后半十两x') }),
      (words) => {
        const day = dayBack(words, today)
        expect(day === null || day > today).toBe(true)
      },
    ),
  )
})
