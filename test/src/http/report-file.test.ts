import { expect, it } from 'vitest'
import { csvCell } from '../../../src/http/report-file.ts'

it.each([
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=x', "'\t=x"],
  ['\r=x', '"\'\r=x"'],
  ['他说"好",就走了', '"他说""好"",就走了"'],
  ['平常', '平常'],
])('%j is a cell that no spreadsheet runs', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})
