import { beforeAll, expect, test } from 'vitest'
import { testDatabase } from './db.ts'

let one: Awaited<ReturnType<typeof testDatabase>>
let two: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  ;[one, two] = await Promise.all([testDatabase(), testDatabase()])
})

test('every test database is migrated and alone', async () => {
  await one.query('CREATE TABLE only_here (id int)')
  expect(await two.query(`SELECT to_regclass('only_here') AS t`)).toEqual([{ t: null }])
  expect(await two.query('SELECT count(*) > 0 AS migrated FROM _prisma_migrations')).toEqual([{ migrated: true }])
})

test('a Chinese character is a letter for full-text trigrams', async () => {
  await one.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  const [row] = await one.query<{ found: boolean }>(
    `SELECT '云帆智造软件' ILIKE '%智造%' AND cardinality(show_trgm('云帆智造')) > 3 AS found`,
  )
  expect(row?.found).toBe(true)
})
