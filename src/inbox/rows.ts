import { createHash } from 'node:crypto'
import type { Sql } from '../db.ts'
import type { Lane } from '../define.ts'

/** One incoming event before it is stored. */
export interface IncomingRow {
  /** Where its handler stands: `wecom/change_external_contact/add_external_contact`, `kf/text`. */
  path: string
  lane: Lane
  /** Events of one subject are handled one after the other. */
  subject: string
  /** The decrypted message as it came. */
  body: string
  event: unknown
  /** SHA-256 of what makes this event this one: the decrypted message, never the envelope. */
  key: Buffer
  receivedAt: Date
}

export const keyOf = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('\0')).digest()

/**
 * Stores rows that were never seen before, one statement for all, in the order they came.
 * @returns how many were new. A key seen before, however long ago, stores nothing.
 */
export async function insertInbox(sql: Sql, rows: readonly IncomingRow[]): Promise<number> {
  if (rows.length === 0) return 0
  const once = [...new Map(rows.map((row) => [row.key.toString('base64'), row])).values()]
  // Keys go in one order for every process, so that two batches with common keys never wait for each other in a circle.
  const stored = await sql.query(
    `WITH come AS (
       SELECT * FROM unnest($1::bytea[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
         WITH ORDINALITY AS t(key, at, path, lane, subject, body, event, n)
     ), new AS (
       INSERT INTO seen (key, at) SELECT key, at FROM come ORDER BY key ON CONFLICT DO NOTHING RETURNING key
     )
     INSERT INTO inbox (received_at, due_at, path, lane, subject, body, event)
     SELECT at, at, path, lane, subject, body, event FROM come JOIN new USING (key) ORDER BY n
     RETURNING 1`,
    [
      once.map((row) => row.key),
      once.map((row) => row.receivedAt),
      once.map((row) => row.path),
      once.map((row) => row.lane),
      once.map((row) => row.subject),
      once.map((row) => row.body),
      once.map((row) => JSON.stringify(row.event)),
    ],
  )
  return stored.length
}
