import type { Sql } from '../db.ts'
import type { LongJob } from '../leads/long-job.ts'
import { simulationKind } from './simulate.ts'

/** A simulation as a line of a list. */
export interface Tried extends Pick<LongJob, 'id' | 'state' | 'done' | 'total' | 'by' | 'createdAt'> {
  /** How many changes it was about, and the first in words; null: it is not over yet. */
  changes: number | null
  about: string | null
}

/** Simulations, the latest first, after the one that stands at `after` (its time and id). */
export async function listSimulations(
  sql: Sql,
  { after, limit }: { after: readonly string[] | null; limit: number },
): Promise<Tried[]> {
  const rows = await sql.query<Omit<Tried, 'createdAt'> & { createdAt: Date }>(
    `SELECT id, state, done, total, by, created_at AS "createdAt", jsonb_array_length(result -> 'changes') AS changes, result #>> '{changes,0,label}' AS about
     FROM jobs WHERE kind = $1
       AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid)) ORDER BY created_at DESC, id DESC LIMIT $4`,
    [simulationKind, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}
