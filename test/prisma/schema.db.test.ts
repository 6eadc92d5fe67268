import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { Prisma } from '../../prisma/client/client.ts'
import type { Db } from '../../src/db.ts'
import { projectRoot } from '../../src/root.ts'
import { testDatabase } from '../support/db.ts'

let db: Db
beforeAll(async () => {
  db = await testDatabase()
})

it('every model of the schema can be read from the migrated database, column by column', async () => {
  const names = Object.values(Prisma.ModelName)
  expect(names.length).toBeGreaterThan(40)
  const broken: string[] = []
  for (const name of names) {
    const delegate = db.prisma[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as 'lead']
    await delegate.findFirst().catch((error: Error) => broken.push(`${name}: ${error.message.split('\n').at(-1)}`))
  }
  expect(broken).toEqual([])
})

it('every table of the database is in the schema, with every column', async () => {
  const columns = await db.query<{ table: string; column: string }>(
    `SELECT c.table_name AS "table", c.column_name AS "column" FROM information_schema.columns c JOIN pg_class k ON k.relname = c.table_name AND k.relnamespace = 'public'::regnamespace
     WHERE c.table_schema = 'public' AND NOT k.relispartition AND k.relkind IN ('r', 'p') AND c.table_name NOT LIKE '\\_prisma%'`,
  )
  const known = new Set(columnsOf(readFileSync(join(projectRoot, 'prisma/schema.prisma'), 'utf8')))
  expect(columns.map(({ table, column }) => `${table}.${column}`).filter((name) => !known.has(name))).toEqual([])
})

/** `table.column` of every field of every model. */
function columnsOf(schema: string): string[] {
  return [...schema.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1]
    const fields = body.split('\n').filter((line) => /^ {2}[a-z]/.test(line))
    return fields.map((line) => `${table}.${/ @map\("(\w+)"\)/.exec(line)?.[1] ?? line.trim().split(/\s+/)[0]}`)
  })
}
