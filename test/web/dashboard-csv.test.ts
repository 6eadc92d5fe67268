import { expect, test } from 'vitest'
import { csvCell, csvOf } from '../../web/console/dashboard/csv.ts'

test('what people wrote never becomes a formula in a spreadsheet, and comes back as they wrote it', () => {
  for (const evil of ["=cmd|' /C calc'!A0", '+1+1', '-2+3', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1', '%0A'])
    expect(csvCell(evil)).toMatch(/^"'/)
  expect(csvCell('宁波"精工",\n二部')).toBe('"宁波""精工"",\n二部"')
  expect([csvCell(-0.12), csvCell(null), csvCell('百度')]).toEqual(['-0.12', '', '百度'])
  expect(csvOf([['渠道', 1]])).toBe('\uFEFF渠道,1\r\n')
})
