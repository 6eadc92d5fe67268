import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../prisma/client/client.ts'
import { bindArray } from './bind-arrays.ts'

/** Values `pg` can bind. */
export type SqlValue = unknown

/** A connection one can ask: the pool itself, or one transaction of it. */
export interface Sql {
  /** Runs one statement and answers its rows. Column names come as the statement spells them. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<Row[]>
}

/** Whose work a transaction is; never held open across an HTTP call. */
export interface Transaction extends Sql {
  /** Runs after the commit, in order; skipped on roll-back. For wake-ups only: what must not be lost is a row. */
  afterCommit(run: () => void): void
}

export interface Db extends Sql {
  /** One transaction: commits when `work` answers, rolls back when it throws. Serialization failures are the caller's. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Schema, types and single-row reads and writes. Sets and hot paths are SQL. */
  prisma: PrismaClient
  pool: pg.Pool
  close(): Promise<void>
}

// bigint columns hold counts and ids far below 2^53; a string there would be compared wrongly by every caller.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * Opens the database. `poolSize` counts connections of this process; Prisma brings two more of its own.
 * @throws nothing at once: connections are opened on first use.
 */
export function openDb(url: string, { poolSize = 10, name = 'bowtie' } = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    idleTimeoutMillis: 60_000,
  })
  // An idle client that loses its server emits here; the next query opens a new one.
  pool.on('error', () => {})
  let prisma: PrismaClient | undefined
  const ask = async <Row>(client: pg.Pool | pg.PoolClient, text: string, values?: readonly SqlValue[]) =>
    (
      await client.query(
        text,
        values?.map((value) => (Array.isArray(value) ? bindArray(value) : value)),
      )
    ).rows as Row[]
  return {
    pool,
    query: (text, values) => ask(pool, text, values),
    get prisma() {
      prisma ??= new PrismaClient({
        adapter: new PrismaPg({ connectionString: url, max: 2, application_name: `${name}-prisma` }),
      })
      return prisma
    },
    async transaction(work) {
      const client = await pool.connect()
      const after: (() => void)[] = []
      try {
        await client.query('BEGIN')
        const result = await work({
          query: (text, values) => ask(client, text, values),
          afterCommit: (run) => after.push(run),
        })
        await client.query('COMMIT')
        client.release()
        for (const run of after) run()
        return result
      } catch (error) {
        // A connection that cannot even roll back is not put back into the pool.
        await client.query('ROLLBACK').then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        )
        throw error
      }
    },
    async close() {
      await prisma?.$disconnect()
      await pool.end()
    },
  }
}
