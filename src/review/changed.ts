import type { Sql } from '../db.ts'

/** Whoever looks at the queue hears that it changed: `LISTEN review_queue`. Inside a transaction, after its commit. */
export async function tellQueueChanged(sql: Sql): Promise<void> {
  await sql.query("SELECT pg_notify('review_queue', '')")
}
