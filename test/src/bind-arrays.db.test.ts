import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bindArray } from '../../src/bind-arrays.ts'
import { testDatabase } from '../support/db.ts'

const text = fc.string({ unit: 'binary' }).filter((value) => !/[\0\p{Cs}]/u.test(value))

test('what is sent as an array arrives as it was: quotes, braces, NULL as a word and as nothing, moments, numbers', async () => {
  const db = await testDatabase({ empty: true })
  const wordy = fc.oneof(text, fc.constantFrom('NULL', 'null', '', '"', '\\', '{}', '{a,"b"}', ' x ', "'", '客户\n一'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(wordy)),
      fc.array(fc.date({ min: new Date(1), max: new Date('9999-12-31'), noInvalidDate: true })),
      fc.array(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
      fc.array(fc.boolean()),
      async (words, moments, numbers, answers) => {
        const objects = words.map((word) => JSON.stringify({ word }))
        const [row] = await db.query(
          'SELECT $1::text[] AS words, $2::timestamptz[] AS moments, $3::float8[] AS numbers, $4::boolean[] AS answers, $5::jsonb[] AS objects',
          [words, moments, numbers, answers, objects],
        )
        expect(row).toEqual({
          words,
          moments,
          numbers: numbers.map((n) => n + 0),
          answers,
          objects: words.map((word) => ({ word })),
        })
      },
    ),
    { numRuns: 30 },
  )
})

test('what is not plain is left to the driver', () => {
  for (const odd of [[Buffer.from('x')], [['nested']], [{ a: 1 }], [new Date(-1)], [new Date(Number.NaN)]])
    expect(bindArray(odd)).toBe(odd)
  expect(bindArray([undefined, null, 1n])).toBe('{NULL,NULL,"1"}')
})
