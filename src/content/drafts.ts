import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

const keptDays = 90

export interface Draft {
  /** Id of the piece, or a name its writer gave to one that is not there yet. */
  piece: string
  input: Record<string, unknown>
  at: Date
}

/** Keeps what somebody is writing, so that it survives a reload and can be looked at as a customer would see it. */
export async function keepDraft(house: House, by: string, piece: string, input: object): Promise<void> {
  const now = house.clock.now()
  await house.db.query(
    `INSERT INTO content_drafts (by, piece, input, at) VALUES ($1, $2, $3, $4) ON CONFLICT (by, piece) DO UPDATE SET input = excluded.input, at = excluded.at`,
    [by, piece, JSON.stringify(input), now],
  )
  await house.db.query('DELETE FROM content_drafts WHERE by = $1 AND at < $2', [
    by,
    new Date(now.getTime() - keptDays * 86_400_000),
  ])
}

export async function readDraft(sql: Sql, by: string, piece: string): Promise<Draft | null> {
  const [draft] = await sql.query<Draft>('SELECT piece, input, at FROM content_drafts WHERE by = $1 AND piece = $2', [
    by,
    piece,
  ])
  return draft ?? null
}

export const listDrafts = (sql: Sql, by: string): Promise<Draft[]> =>
  sql.query('SELECT piece, input, at FROM content_drafts WHERE by = $1 ORDER BY at DESC LIMIT 100', [by])

export async function dropDraft(sql: Sql, by: string, piece: string): Promise<void> {
  await sql.query('DELETE FROM content_drafts WHERE by = $1 AND piece = $2', [by, piece])
}
