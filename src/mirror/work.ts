import { randomUUID } from 'node:crypto'
import type { Sql } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'

/** The claim on a piece of work, held by one process at a time. */
export interface Claim {
  /** Says that we are still at it. @throws Error when the claim lapsed and went to somebody else */
  extend(): Promise<void>
}

const leaseMs = 120_000

/** Asks for a piece of work to be done from `at` on; asking twice asks once. */
export async function askWork(sql: Sql, names: readonly string[], at: Date): Promise<void> {
  if (names.length === 0) return
  await sql.query(
    `INSERT INTO mirror_work AS w (name, due_at) SELECT DISTINCT name, $2::timestamptz FROM unnest($1::text[]) AS name ORDER BY name
     ON CONFLICT (name) DO UPDATE SET due_at = least(w.due_at, excluded.due_at)`,
    [names, at],
  )
}

/**
 * Does a piece of work of which there is one in the corp, when it was asked for, when it was last done `everyMs` ago, or when
 * whoever did it died. What cannot be done now is tried again later; what WeCom refuses for good waits for its next turn.
 * @returns true when it was done
 */
export async function doWork(
  house: House,
  name: string,
  everyMs: number | null,
  run: (claim: Claim) => Promise<void>,
): Promise<boolean> {
  const by = randomUUID()
  const now = house.clock.now()
  const until = () => new Date(house.clock.now().getTime() + leaseMs)
  const overdue = everyMs === null ? null : new Date(now.getTime() - everyMs)
  const [claimed] = await house.db.query<{ tries: number }>(
    `INSERT INTO mirror_work AS w (name, claimed_until, claimed_by, tries) SELECT $1, $2, $3, 1 WHERE $5::timestamptz IS NOT NULL
       OR EXISTS (SELECT 1 FROM mirror_work WHERE name = $1)
     ON CONFLICT (name) DO UPDATE SET claimed_until = excluded.claimed_until, claimed_by = excluded.claimed_by, due_at = NULL, tries = w.tries + 1
       WHERE (w.claimed_until IS NULL OR w.claimed_until < $4) AND (w.due_at IS NULL OR w.due_at <= $4)
         AND (w.due_at IS NOT NULL OR w.claimed_until IS NOT NULL OR $5::timestamptz IS NOT NULL AND (w.done_at IS NULL OR w.done_at < $5))
     RETURNING tries`,
    [name, until(), by, now, overdue],
  )
  if (!claimed) return false
  try {
    await run({
      async extend() {
        const rows = await house.db.query(
          'UPDATE mirror_work SET claimed_until = $3 WHERE name = $1 AND claimed_by = $2 RETURNING 1',
          [name, by, until()],
        )
        if (rows.length === 0) throw new Error(`the claim on ${name} went to somebody else`)
      },
    })
  } catch (error) {
    if (!(error instanceof GiveUp)) {
      const waitMs = error instanceof RetryLater ? error.afterMs : Math.min(5_000 * 2 ** claimed.tries, 600_000)
      if (error instanceof RetryLater)
        house.log.info({ work: name, waitMs, why: error.message }, 'mirror work waits for WeCom')
      else house.log.error({ work: name, waitMs, err: error }, 'mirror work failed and will be tried again')
      await house.db.query(
        'UPDATE mirror_work SET claimed_until = NULL, claimed_by = NULL, due_at = $3 WHERE name = $1 AND claimed_by = $2',
        [name, by, new Date(house.clock.now().getTime() + waitMs)],
      )
      return false
    }
    house.log.warn({ work: name, reason: error.reason, hint: error.message }, 'WeCom refuses this mirror work')
  }
  await house.db.query(
    'UPDATE mirror_work SET claimed_until = NULL, claimed_by = NULL, done_at = $3, tries = 0 WHERE name = $1 AND claimed_by = $2',
    [name, by, now],
  )
  return true
}

/** When a piece of work was last done; null: never. */
export async function lastDone(sql: Sql, name: string): Promise<Date | null> {
  const [row] = await sql.query<{ doneAt: Date | null }>(
    'SELECT done_at AS "doneAt" FROM mirror_work WHERE name = $1',
    [name],
  )
  return row?.doneAt ?? null
}

/** Names of asked-for work that begin so and may be done now. */
export async function dueWork(house: House, prefix: string, limit: number): Promise<string[]> {
  const rows = await house.db.query<{ name: string }>(
    `SELECT name FROM mirror_work WHERE starts_with(name, $1) AND (claimed_until IS NULL OR claimed_until < $2)
       AND (due_at <= $2 OR due_at IS NULL AND claimed_until < $2) ORDER BY due_at NULLS FIRST LIMIT $3`,
    [prefix, house.clock.now(), limit],
  )
  return rows.map((row) => row.name)
}

const sleptMs = 180_000

/** While no worker ran, events may have been lost for good: the work is asked for when the last sign of life is old. */
export async function askIfWeSlept(house: House, name: string): Promise<void> {
  const now = house.clock.now()
  const seen = await lastDone(house.db, 'awake')
  if (seen && now.getTime() - seen.getTime() > sleptMs) await askWork(house.db, [name], now)
  await house.db.query(
    "INSERT INTO mirror_work (name, done_at) VALUES ('awake', $1) ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at",
    [now],
  )
}
