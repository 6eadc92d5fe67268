import type { Lane } from '../define.ts'
import type { House } from '../house.ts'

/** A row in our hands. */
export interface InboxRow {
  id: number
  receivedAt: Date
  path: string
  lane: Lane
  subject: string
  event: unknown
  attempts: number
}

/** How long a claim holds when its worker says nothing more. */
export const claimMs = 60_000

/**
 * Takes due rows of a lane, oldest first. A subject is in one pair of hands at a time: the claim is its row in inbox_hands,
 * and an INSERT that meets another's waits for it and then leaves that subject alone.
 */
export async function claimRows(
  house: Pick<House, 'db' | 'clock'>,
  lane: Lane,
  worker: string,
  limit: number,
): Promise<InboxRow[]> {
  const now = house.clock.now()
  const until = new Date(now.getTime() + claimMs)
  return house.db.transaction(async (tx) => {
    const due = await tx.query<{ id: number; subject: string }>(
      `SELECT id, subject FROM inbox WHERE state = 'received' AND lane = $1 AND due_at <= $2
       ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [lane, now, limit],
    )
    if (due.length === 0) return []
    const taken = await tx.query<{ subject: string }>(
      `INSERT INTO inbox_hands AS h (subject, worker, until)
       SELECT subject, $2, $3 FROM unnest($1::text[]) AS subject ORDER BY subject
       ON CONFLICT (subject) DO UPDATE SET worker = excluded.worker, until = excluded.until WHERE h.until < $4
       RETURNING subject`,
      [[...new Set(due.map((row) => row.subject))], worker, until, now],
    )
    const mine = new Set(taken.map((row) => row.subject))
    const ids = due.filter((row) => mine.has(row.subject)).map((row) => row.id)
    if (ids.length === 0) return []
    const rows = await tx.query<InboxRow>(
      `UPDATE inbox SET state = 'working', worker = $2, due_at = $3, attempts = attempts + 1
       WHERE id = ANY($1) AND state = 'received'
       RETURNING id, received_at AS "receivedAt", path, lane, subject, event, attempts`,
      [ids, worker, until],
    )
    return rows.sort((a, b) => a.id - b.id)
  })
}

/** Opens the hands again; a subject whose claim lapsed and went to another worker is left alone. */
export async function letGo(house: Pick<House, 'db'>, worker: string, subjects: readonly string[]): Promise<void> {
  await house.db.query('DELETE FROM inbox_hands WHERE subject = ANY($1) AND worker = $2', [
    [...new Set(subjects)],
    worker,
  ])
}

/** Rows whose worker died come back; so do their subjects. Answers how many rows. */
export async function recoverClaims(house: Pick<House, 'db' | 'clock'>): Promise<number> {
  const now = house.clock.now()
  await house.db.query('DELETE FROM inbox_hands WHERE until < $1', [now])
  const rows = await house.db.query(
    "UPDATE inbox SET state = 'received', due_at = $1, worker = NULL WHERE state = 'working' AND due_at < $1 RETURNING 1",
    [now],
  )
  return rows.length
}
