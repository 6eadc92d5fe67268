import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { type Db, openDb } from '../../src/db.ts'
import { atEnd } from './at-end.ts'

/**
 * A database of one's own with every migration applied (or an empty one): call it in `beforeAll`. It is closed and dropped
 * after the file's last test, which fails the file when something else still holds a connection to it.
 */
export async function testDatabase({ empty = false, poolSize = 10 } = {}): Promise<Db & { url: string }> {
  const admin = await adminUrl()
  const name = `t_${randomBytes(6).toString('hex')}`
  await ask(admin, `CREATE DATABASE ${name} ${empty ? '' : 'TEMPLATE template_bowtie STRATEGY FILE_COPY'}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const db = Object.assign(openDb(url.href, { poolSize, name: 'test' }), { url: url.href })
  atEnd(() => closeAndDrop(db, name, admin))
  return db
}

async function closeAndDrop(db: Db, name: string, admin: string) {
  if (!db.pool.ending) await db.close()
  const leaks = await leftOpen(admin, name)
  await ask(admin, `DROP DATABASE ${name} WITH (FORCE)`)
  if (leaks.length > 0) throw new Error(`these connections to the test database were never closed: ${leaks.join(', ')}`)
}

async function adminUrl() {
  const response = await fetch(inject('databaseDoor'))
  const text = await response.text()
  if (!response.ok) throw new Error(`the test database did not start: ${text}`)
  return text
}

/** A closed connection takes the server a moment to notice. */
async function leftOpen(admin: string, name: string) {
  for (let look = 1; ; look++) {
    const rows = await ask<{ application_name: string; query: string }>(
      admin,
      `SELECT application_name, query FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend'`,
    )
    if (rows.length === 0 || look === 40) return rows.map((row) => `${row.application_name}: ${row.query.slice(0, 80)}`)
    await wait(25)
  }
}

async function ask<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
