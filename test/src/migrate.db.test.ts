import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MigrationError, migrate } from '../../src/migrate.ts'
import { testDatabase } from '../support/db.ts'

let dir: string
let db: Awaited<ReturnType<typeof testDatabase>>

beforeEach(async () => {
  db = await testDatabase({ empty: true })
  dir = mkdtempSync(join(tmpdir(), 'migrations-'))
  put('0001_first', 'CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);')
  put('0002_second', 'ALTER TABLE a ADD COLUMN name text;')
})
afterEach(() => rmSync(dir, { recursive: true }))

function put(name: string, sql: string) {
  const file = join(dir, name, 'migration.sql')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, sql)
}

test('applies what is missing, in order, and nothing the second time', async () => {
  expect(await migrate(db.url, dir)).toEqual(['0001_first', '0002_second'])
  expect(await migrate(db.url, dir)).toEqual([])
  put('0003_third', 'CREATE TABLE b (id int);')
  expect(await migrate(db.url, dir)).toEqual(['0003_third'])
})

test('keeps its books as Prisma does', async () => {
  await migrate(db.url, dir)
  const rows = await db.query('SELECT * FROM _prisma_migrations ORDER BY migration_name')
  expect(rows[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: '019b0cb38ef70eb54ebc4b1cc47efe3842c04c5a842bdd32cfbd873b9d9eaf56',
    migration_name: '0001_first',
    logs: null,
    rolled_back_at: null,
    applied_steps_count: 1,
    started_at: expect.any(Date),
    finished_at: expect.any(Date),
  })
})

test('a file that was changed after it was applied is refused by name', async () => {
  await migrate(db.url, dir)
  put('0001_first', 'CREATE TABLE a (id bigint PRIMARY KEY);')
  await expect(migrate(db.url, dir)).rejects.toThrow(/0001_first/)
  await expect(migrate(db.url, dir)).rejects.toBeInstanceOf(MigrationError)
})

test('a file that fails leaves the database as it was and is tried again when mended', async () => {
  put('0002_second', 'CREATE TABLE c (id int);\nALTER TABLE nowhere ADD COLUMN x int;')
  await expect(migrate(db.url, dir)).rejects.toThrow(/0002_second.*nowhere/s)
  expect(await db.query(`SELECT to_regclass('a')::text AS a, to_regclass('c')::text AS c`)).toEqual([
    { a: 'a', c: null },
  ])
  put('0002_second', 'CREATE TABLE c (id int);')
  expect(await migrate(db.url, dir)).toEqual(['0002_second'])
})

test('eight at once apply every file exactly once', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(db.url, dir)))
  expect(applied.flat().sort()).toEqual(['0001_first', '0002_second'])
  expect(await db.query('SELECT count(*) AS n FROM a')).toEqual([{ n: 1 }])
})

test('a migration that Prisma left half applied is not passed over', async () => {
  await migrate(db.url, dir)
  await db.query(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '0002_second'`)
  await expect(migrate(db.url, dir)).rejects.toThrow(/prisma migrate resolve/)
})

test('a database that is newer than the program is named, not refused', async () => {
  await migrate(db.url, dir)
  rmSync(join(dir, '0002_second'), { recursive: true })
  const lines: string[] = []
  expect(await migrate(db.url, dir, { log: (line) => lines.push(line) })).toEqual([])
  expect(lines.join()).toContain('0002_second')
})

test("a file's own settings do not reach the next file", async () => {
  put('0002_second', `SET search_path TO pg_catalog; SELECT 1;`)
  put('0003_third', 'CREATE TABLE here (id int);')
  await migrate(db.url, dir)
  expect(await db.query(`SELECT to_regclass('public.here')::text AS t`)).toEqual([{ t: 'here' }])
})
