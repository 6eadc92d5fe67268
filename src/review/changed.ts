import type { PoolClient } from 'pg'
import type { Db, Sql } from '../db.ts'

const againMs = 2_000

/** Whoever looks at the queue hears that it changed. Inside a transaction, after its commit. */
export async function tellQueueChanged(sql: Sql): Promise<void> {
  await sql.query("SELECT pg_notify('review_queue', '')")
}

/** Calls `onChange` with every {@link tellQueueChanged} of any process, over a connection of its own. Answers how to end that. */
export function hearQueueChanged(db: Db, onChange: () => void): () => void {
  let client: PoolClient | undefined
  let again: NodeJS.Timeout | undefined
  let isOver = false
  const drop = () => {
    client?.release(true)
    client = undefined
  }
  const listen = async () => {
    client = await db.pool.connect()
    if (isOver) return drop()
    client.on('notification', onChange)
    client.once('error', retry)
    await client.query('LISTEN review_queue')
  }
  const retry = () => {
    drop()
    if (!isOver) again = setTimeout(() => void listen().catch(retry), againMs)
  }
  void listen().catch(retry)
  return () => {
    isOver = true
    clearTimeout(again)
    drop()
  }
}
