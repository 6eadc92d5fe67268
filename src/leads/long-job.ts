import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'

/** Long work with progress, asked for by a person and done by a worker. */
export interface LongJob {
  id: string
  kind: string
  state: 'queued' | 'working' | 'done' | 'failed' | 'cancelled'
  done: number
  /** null: not known before it is read to the end. */
  total: number | null
  result: Record<string, unknown> | null
  by: string
  createdAt: string
  finishedAt: string | null
}

export interface Claimed {
  id: string
  input: unknown
  by: string
  /** Rows that are done for good; work goes on after them. */
  done: number
  createdAt: Date
}

/** One line of a job's report. */
export interface JobRow {
  row: number
  outcome: string
  leadId: string | null
  problem: string | null
}

/** A worker that says nothing for this long has died; another goes on where it stopped. */
const leaseMs = 60_000
/** Times it may be taken up without getting any further. */
const maxAttempts = 5

const columns = `id, kind, state, done, total, result, by, created_at AS "createdAt", finished_at AS "finishedAt"`

/** Writes a job down; the job file named like its kind takes it up. `id` where something already hangs on it. */
export async function startLongJob(
  tx: Transaction,
  house: House,
  job: { id?: string; kind: string; input: unknown; total: number | null; by: string },
): Promise<LongJob> {
  const [row] = await tx.query<JobRecord>(
    `INSERT INTO jobs (id, kind, state, input, total, by, created_at) VALUES ($1, $2, 'queued', $3, $4, $5, $6) RETURNING ${columns}`,
    [job.id ?? newId(house.clock), job.kind, JSON.stringify(job.input), job.total, job.by, house.clock.now()],
  )
  tx.afterCommit(() => house.wake.up(job.kind))
  return present(row as JobRecord)
}

export async function readLongJob(sql: Sql, id: string): Promise<LongJob | null> {
  const [row] = await sql.query<JobRecord>(`SELECT ${columns} FROM jobs WHERE id = $1`, [id])
  return row ? present(row) : null
}

/** Takes the oldest job of a kind that nobody works on. */
export async function claimLongJob(house: House, kind: string): Promise<Claimed | null> {
  const now = house.clock.now()
  const [job] = await house.db.query<Claimed & { attempts: number }>(
    `UPDATE jobs SET state = 'working', claimed_until = $3, attempts = attempts + 1 WHERE id = (
       SELECT id FROM jobs WHERE kind = $1 AND (state = 'queued' OR state = 'working' AND (claimed_until IS NULL OR claimed_until < $2))
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, input, by, done, created_at AS "createdAt", attempts`,
    [kind, now, new Date(now.getTime() + leaseMs)],
  )
  if (!job) return null
  if (job.attempts <= maxAttempts) return job
  await endLongJob(house, job.id, 'failed', { problem: '多次中断，未能完成' })
  return claimLongJob(house, kind)
}

export interface Advance {
  from: number
  to: number
  rows: readonly JobRow[]
  /** What the next one who takes it up must know besides. */
  input?: Record<string, unknown>
  /** How many rows there are likely to be, as far as can be told. */
  total?: number | null
}

/**
 * Writes down, in the transaction that did them, that the rows after `from` up to `to` are done.
 * @returns false when somebody else has gone on from `from`: then the caller's transaction must not commit
 */
export async function advanceLongJob(
  tx: Transaction,
  house: House,
  id: string,
  { from, to, rows, input = {}, total = null }: Advance,
): Promise<boolean> {
  const moved = await tx.query(
    `UPDATE jobs SET done = $3, claimed_until = $4, attempts = 0, input = input || $5::jsonb, total = coalesce($6, total)
     WHERE id = $1 AND done = $2 AND state = 'working' RETURNING 1`,
    [id, from, to, new Date(house.clock.now().getTime() + leaseMs), JSON.stringify(input), total],
  )
  if (moved.length === 0) return false
  await tx.query(
    `INSERT INTO job_rows (job_id, row, outcome, lead_id, problem)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::uuid[], $5::text[]) ON CONFLICT (job_id, row) DO NOTHING`,
    [
      id,
      rows.map(({ row }) => row),
      rows.map(({ outcome }) => outcome),
      rows.map(({ leadId }) => leadId),
      rows.map(({ problem }) => problem),
    ],
  )
  return true
}

/** Puts a job down for now; the next run takes it up again. Whoever lives to do so was not interrupted, and may wait as often as he must. */
export async function releaseLongJob(house: House, id: string): Promise<void> {
  await house.db.query("UPDATE jobs SET claimed_until = NULL, attempts = 0 WHERE id = $1 AND state = 'working'", [id])
}

/** Ends a job and counts what became of its rows. */
export async function endLongJob(
  house: House,
  id: string,
  state: 'done' | 'failed',
  result: Record<string, unknown> = {},
): Promise<void> {
  const counts = await house.db.query<{ outcome: string; count: number }>(
    'SELECT outcome, count(*) AS count FROM job_rows WHERE job_id = $1 GROUP BY outcome',
    [id],
  )
  const byOutcome = Object.fromEntries(counts.map(({ outcome, count }) => [outcome, count]))
  await house.db.query(
    `UPDATE jobs SET state = $2, result = $3, total = CASE WHEN $2 = 'done' THEN done ELSE total END, finished_at = $4, claimed_until = NULL WHERE id = $1`,
    [id, state, JSON.stringify({ ...result, ...byOutcome }), house.clock.now()],
  )
}

/** Jobs, the latest first, one page; of some kinds, or of any. `by` null: everybody's. */
export async function listLongJobs(
  sql: Sql,
  {
    state,
    kinds,
    by,
  }: { state?: LongJob['state'] | undefined; kinds?: readonly string[] | undefined; by: string | null },
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(LongJob & { exact: string })[]> {
  const rows = await sql.query<JobRecord & { exact: string }>(
    `SELECT ${columns}, created_at::text AS exact FROM jobs
     WHERE ($1::text IS NULL OR by = $1) AND ($2::text IS NULL OR state = $2) AND ($6::text[] IS NULL OR kind = ANY($6)) AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $5`,
    [by, state ?? null, after?.at ?? null, after?.id ?? null, limit, kinds ?? null],
  )
  return rows.map(({ exact, ...row }) => ({ ...present(row), exact }))
}

/** A job that failed is taken up again where it stopped; null: it has not failed. */
export async function retryLongJob(house: House, id: string): Promise<LongJob | null> {
  const [row] = await house.db.query<JobRecord>(
    `UPDATE jobs SET state = 'queued', attempts = 0, claimed_until = NULL, result = NULL, finished_at = NULL
     WHERE id = $1 AND state = 'failed' RETURNING ${columns}`,
    [id],
  )
  if (row) house.wake.up(row.kind)
  return row ? present(row) : null
}

/** The file a job has made; null: none, or it was forgotten. */
export async function readJobFile(sql: Sql, id: string): Promise<{ name: string; bytes: Buffer } | null> {
  const [file] = await sql.query<{ name: string; bytes: Buffer }>(
    'SELECT name, bytes FROM job_files WHERE job_id = $1',
    [id],
  )
  return file ?? null
}

/** A page of a job's report, in the order of its rows. */
export function readJobRows(
  sql: Sql,
  id: string,
  { after, outcome, limit }: { after: number; outcome?: string | undefined; limit: number },
): Promise<JobRow[]> {
  return sql.query(
    `SELECT row, outcome, lead_id AS "leadId", problem FROM job_rows
     WHERE job_id = $1 AND row > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY row LIMIT $4`,
    [id, after, outcome ?? null, limit],
  )
}

type JobRecord = Omit<LongJob, 'createdAt' | 'finishedAt'> & { createdAt: Date; finishedAt: Date | null }

const present = (row: JobRecord): LongJob => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})
