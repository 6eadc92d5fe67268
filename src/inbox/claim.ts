import type { Transaction } from '../db.ts'
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

/**
 * How long a claim holds when its worker says nothing more. Short, because a welcome is of no use after 20 seconds; whoever
 * works longer says so (`renewClaim`).
 */
export const claimMs = 12_000

/** Others may have taken the same subjects a moment before; those that stand behind them are looked for again. */
const mostLooks = 4

/**
 * Takes due rows of a lane, oldest first. A subject is in one pair of hands at a time: the claim is its row in inbox_hands,
 * and an INSERT that meets another's waits for it and then leaves that subject alone. Whoever has the hand has the subject's
 * oldest rows, so that its events are handled in order. Subjects in live hands are passed by from the start: a thousand
 * events of one of them stand before nobody else's.
 */
export async function claimRows(
  house: Pick<House, 'db' | 'clock'>,
  lane: Lane,
  worker: string,
  limit: number,
): Promise<InboxRow[]> {
  const now = house.clock.now()
  const until = new Date(now.getTime() + claimMs)
  for (let look = 1; look <= mostLooks; look++) {
    const due = await house.db.query<{ subject: string }>(
      `SELECT DISTINCT subject FROM (
         SELECT subject FROM inbox i WHERE state = 'received' AND lane = $1 AND due_at <= $2
           AND NOT EXISTS (SELECT FROM inbox_hands h WHERE h.subject = i.subject AND h.until >= $2)
         ORDER BY due_at, id LIMIT $3) oldest`,
      [lane, now, limit],
    )
    if (due.length === 0) return []
    const rows = await house.db.transaction(async (tx) => {
      const taken = await tx.query<{ subject: string }>(
        `INSERT INTO inbox_hands AS h (subject, worker, until)
         SELECT subject, $2, $3 FROM unnest($1::text[]) AS subject ORDER BY subject
         ON CONFLICT (subject) DO UPDATE SET worker = excluded.worker, until = excluded.until WHERE h.until < $4
         RETURNING subject`,
        [due.map(({ subject }) => subject), worker, until, now],
      )
      return takeOldest(tx, lane, worker, { subjects: taken.map(({ subject }) => subject), now, until, limit })
    })
    if (rows.length > 0) return rows
  }
  return []
}

async function takeOldest(
  tx: Transaction,
  lane: Lane,
  worker: string,
  { subjects, now, until, limit }: { subjects: readonly string[]; now: Date; until: Date; limit: number },
): Promise<InboxRow[]> {
  if (subjects.length === 0) return []
  const rows = await tx.query<InboxRow>(
    `UPDATE inbox SET state = 'working', worker = $3, due_at = $4, attempts = attempts + 1
     WHERE state = 'received' AND (id, received_at) IN (
       SELECT id, received_at FROM inbox WHERE subject = ANY($1) AND state = 'received' AND lane = $2 AND due_at <= $5
       ORDER BY due_at, id LIMIT $6)
     RETURNING id, received_at AS "receivedAt", path, lane, subject, event, attempts`,
    [subjects, lane, worker, until, now, limit],
  )
  const held = new Set(rows.map((row) => row.subject))
  await tx.query('DELETE FROM inbox_hands WHERE subject = ANY($1) AND worker = $2', [
    subjects.filter((subject) => !held.has(subject)),
    worker,
  ])
  return rows.sort((a, b) => a.id - b.id)
}

/** Says that the worker lives and is still at it. What lapsed and went to another meanwhile stays there. */
export async function renewClaim(
  house: Pick<House, 'db' | 'clock'>,
  worker: string,
  subjects: readonly string[],
): Promise<void> {
  const until = new Date(house.clock.now().getTime() + claimMs)
  await house.db.query('UPDATE inbox_hands SET until = $3 WHERE subject = ANY($1) AND worker = $2', [
    [...new Set(subjects)],
    worker,
    until,
  ])
  await house.db.query("UPDATE inbox SET due_at = $2 WHERE state = 'working' AND worker = $1", [worker, until])
}

/** Opens the hands again; a subject whose claim lapsed and went to another worker is left alone. */
export async function letGo(house: Pick<House, 'db'>, worker: string, subjects: readonly string[]): Promise<void> {
  await house.db.query('DELETE FROM inbox_hands WHERE subject = ANY($1) AND worker = $2', [
    [...new Set(subjects)],
    worker,
  ])
}

/** Other lanes in which events of these subjects wait: they were passed by while the subjects were in our hands. */
export async function lanesWaiting(
  { db, clock }: Pick<House, 'db' | 'clock'>,
  lane: Lane,
  subjects: readonly string[],
): Promise<Lane[]> {
  const rows = await db.query<{ lane: Lane }>(
    "SELECT DISTINCT lane FROM inbox WHERE subject = ANY($1) AND state = 'received' AND lane <> $2 AND due_at <= $3",
    [[...new Set(subjects)], lane, clock.now()],
  )
  return rows.map((row) => row.lane)
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
