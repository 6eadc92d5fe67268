import type { Sql } from '../db.ts'
import { keyOf } from '../inbox/rows.ts'

/**
 * Whether this is the first time, ever, that something is about to be done; part of the transaction that does it, so that it
 * is done once however often its cause is handled.
 */
export async function isFirstTime(sql: Sql, key: string, at: Date): Promise<boolean> {
  const rows = await sql.query('INSERT INTO seen (key, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1', [
    keyOf('first time', key),
    at,
  ])
  return rows.length > 0
}
