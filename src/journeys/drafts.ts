import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

const keptDays = 90

export interface JourneyDraft {
  journey: string
  body: Record<string, unknown>
  /** The version it was begun from; null: from nothing. */
  base: number | null
  at: Date
}

/** Keeps what somebody is writing, right or not yet, so that it survives a reload. */
export async function keepDraft(house: House, by: string, draft: Omit<JourneyDraft, 'at'>): Promise<void> {
  const now = house.clock.now()
  await house.db.query(
    `INSERT INTO journey_drafts (by, journey, body, base, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (by, journey) DO UPDATE SET body = excluded.body, base = excluded.base, at = excluded.at`,
    [by, draft.journey, JSON.stringify(draft.body), draft.base, now],
  )
  await house.db.query('DELETE FROM journey_drafts WHERE by = $1 AND at < $2', [
    by,
    new Date(now.getTime() - keptDays * 86_400_000),
  ])
}

/** What somebody is writing, newest first. */
export const listDrafts = (sql: Sql, by: string): Promise<JourneyDraft[]> =>
  sql.query('SELECT journey, body, base, at FROM journey_drafts WHERE by = $1 ORDER BY at DESC LIMIT 100', [by])

export async function dropDraft(sql: Sql, by: string, journey: string): Promise<void> {
  await sql.query('DELETE FROM journey_drafts WHERE by = $1 AND journey = $2', [by, journey])
}
