import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

/** Prisma's own key, so that `prisma migrate deploy` and we never work at the same time. */
const lockKey = 72_707_369

export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MigrationError'
  }
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

/**
 * Brings the database at `url` up to `dir`, which holds `NNNN_name/migration.sql` in Prisma's layout, and answers the names
 * it applied. Any number of processes may call it at once. One transaction per file: a file is applied whole or not at all,
 * and therefore must not hold its own BEGIN or COMMIT.
 * @throws MigrationError when an applied file has changed since, when Prisma left one half applied, or when one fails
 */
export async function migrate(
  url: string,
  dir: string,
  { log = () => {} }: { log?: (line: string) => void } = {},
): Promise<string[]> {
  const migrations = await readMigrations(dir)
  const client = new pg.Client({
    connectionString: url,
    application_name: 'bowtie-migrate',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const applied: string[] = []
    const known = await exclusively(client, async () => {
      await client.query(table)
      return readApplied(client)
    })
    check(migrations, known, log)
    for (const migration of migrations) {
      if (known.some(({ migration_name }) => migration_name === migration.name)) continue
      const done = await exclusively(client, async () => {
        const since = (await readApplied(client)).filter(({ migration_name }) => migration_name === migration.name)
        if (since.length > 0) {
          check([migration], since, log)
          return false
        }
        log(`数据库迁移 ${migration.name} · migrating the database`)
        await apply(client, migration)
        return true
      })
      if (done) applied.push(migration.name)
    }
    return applied
  } finally {
    await client.end()
  }
}

async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(dir, name, 'migration.sql'))
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
}

/** The lock ends with the transaction, so that it also holds behind a pooler that shares sessions. */
async function exclusively<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

async function readApplied(client: pg.Client) {
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name',
  )
  return rows
}

function check(migrations: Migration[], applied: Applied[], log: (line: string) => void) {
  for (const { migration_name: name, checksum, finished_at } of applied) {
    const file = migrations.find((migration) => migration.name === name)
    if (finished_at === null)
      throw new MigrationError(
        `迁移 ${name} 只做了一半（由 prisma migrate 留下），请先用 prisma migrate resolve 处理。Migration ${name} was left half applied by prisma migrate; resolve it first.`,
      )
    if (!file)
      log(`数据库里有本版本没有的迁移 ${name}（数据库比程序新？）· the database knows a migration that we do not`)
    else if (file.checksum !== checksum)
      throw new MigrationError(
        `迁移 ${name} 应用之后被改动过：请还原 prisma/migrations/${name}/migration.sql，改动写成新的迁移。Migration ${name} was changed after it was applied: restore the file and write the change as a new migration.`,
      )
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration) {
  try {
    await client.query(sql)
    // A file's own SET must not reach the next one.
    await client.query('RESET ALL')
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
  } catch (cause) {
    const { message, position } = cause as pg.DatabaseError
    const line = position ? sql.slice(0, Number(position)).split('\n').length : undefined
    throw new MigrationError(
      `迁移 ${name} 失败${line ? `（第 ${line} 行）` : ''}，数据库没有改动。Migration ${name} failed, nothing was changed: ${message}`,
      { cause },
    )
  }
}

/** As Prisma creates it. */
const table = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`
