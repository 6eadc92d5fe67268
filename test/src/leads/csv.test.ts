import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvFault, type CsvRecord, delimiterOf, readCsv } from '../../../src/leads/csv.ts'

async function read(chunks: readonly string[], delimiter = ','): Promise<CsvRecord[]> {
  const records: CsvRecord[] = []
  const stream = async function* () {
    yield* chunks
  }
  for await (const some of readCsv(stream(), delimiter)) records.push(...some)
  return records
}
const cells = async (text: string, delimiter = ',') => (await read([text], delimiter)).map((record) => record.cells)

test('quotes, doubled quotes, line breaks in cells and every kind of line end are read', async () => {
  expect(await cells('a,b\r\n"x, y","say ""hi"""\n"two\r\nlines",z\rlast,')).toEqual([
    ['a', 'b'],
    ['x, y', 'say "hi"'],
    ['two\r\nlines', 'z'],
    ['last', ''],
  ])
  expect(await cells('')).toEqual([])
  expect(await cells('\n\n')).toEqual([[''], ['']])
  expect(await cells('5" pipe,x')).toEqual([['5" pipe', 'x']])
})

const cell = fc.string({ unit: fc.constantFrom('a', '中', '😀', '"', ',', '\n', '\r', ' ', '\t') })
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('whatever the table', () => {
  test('what was written is read, wherever the chunks are cut', () =>
    fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(200)), async (rows, end, cuts) => {
        const text = rows.map((row) => row.map(quote).join(',')).join(end) + end
        const places = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b)
        const chunks = [0, ...places].map((from, index) => text.slice(from, [...places, text.length][index]))
        expect((await read(chunks)).map((record) => record.cells)).toEqual(rows)
      }),
    ))

  test('reading goes on from where any record ended', () =>
    fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const bytes = Buffer.from(`${rows.map((row) => row.map(quote).join(',')).join('\n')}\n`)
        const all = await read([bytes.toString()])
        for (const [index, { end }] of all.entries()) {
          const rest = await cells(bytes.subarray(end).toString())
          expect(rest).toEqual(rows.slice(index + 1))
        }
      }),
    ))

  test('hostile text is read or refused by its own error, in linear time', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'x') }), async (text) => {
        await read([text]).catch((error) => expect(error).toBeInstanceOf(CsvFault))
      }),
    ))
})

test('a quote that is never closed does not swallow the file', async () => {
  await expect(read([`a,b\n"open${'x'.repeat(600_000)}`, 'y'.repeat(600_000)])).rejects.toThrow(CsvFault)
})

test('the delimiter is the one the heading uses', () => {
  expect(delimiterOf('姓名,手机号,"a;b;c;d"')).toBe(',')
  expect(delimiterOf('姓名;手机号;公司')).toBe(';')
  expect(delimiterOf('姓名\t手机号')).toBe('\t')
  expect(delimiterOf('手机号')).toBe(',')
})
