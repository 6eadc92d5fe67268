import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

/** Work that waits for the machine. */
export interface Queue {
  id: string
  /** Never counted past ten thousand. */
  depth: number
  /** Since when the oldest of it could have been done; null: nothing waits. */
  oldest: Date | null
}

/** What is counted and from which moment on a row waits; each by an index of its own. */
const queues: Record<string, { from: string; since: string }> = {
  welcome: { from: "inbox WHERE state = 'received' AND lane = 'welcome'", since: 'due_at' },
  events: { from: "inbox WHERE state = 'received' AND lane = 'default'", since: 'due_at' },
  storm: { from: "inbox WHERE state = 'received' AND lane = 'storm'", since: 'due_at' },
  messages: { from: "messages WHERE state = 'planned' AND due_at <= $1", since: 'due_at' },
  batches: { from: "batches WHERE state = 'gathering' AND closes_at <= $1", since: 'closes_at' },
  profiles: { from: 'follows WHERE stale_since <= $1', since: 'stale_since' },
  tags: { from: 'follows WHERE wish_at <= $1', since: 'wish_at' },
  hearings: { from: 'hearings', since: 'received_at' },
  journeys: { from: 'journey_marks WHERE due_at <= $1', since: 'due_at' },
  segments: { from: 'segment_marks', since: 'at' },
  offers: { from: "offers WHERE state = 'open' AND due_at <= $1", since: 'due_at' },
  webhooks: { from: "webhook_calls WHERE state = 'waiting' AND due_at <= $1", since: 'due_at' },
  jobs: { from: "jobs WHERE state IN ('queued', 'working')", since: 'created_at' },
}
export const queueIds = Object.keys(queues)

export async function readQueues({ db, clock }: Pick<House, 'db' | 'clock'>): Promise<Queue[]> {
  const now = clock.now()
  const parts = Object.entries(queues).map(
    ([id, { from, since }]) =>
      `SELECT '${id}' AS id, count(*) AS depth, min(since) AS oldest FROM (SELECT ${since} AS since FROM ${from} LIMIT 10000) t`,
  )
  return db.query<Queue>(`WITH now AS (SELECT $1::timestamptz AS at) ${parts.join(' UNION ALL ')}`, [now])
}

/** A recurring job as the workers that are alive have counted it. */
export interface Recurring {
  job: string
  runs: number
  failed: number
}

/** A process that said lately that it is alive. */
export interface LiveProcess {
  role: string
  since: Date | null
  at: Date
}

const staleMs = 60_000

/** Who is alive, and what became of the recurring work; from what every worker writes down about itself. */
export async function readProcesses({
  db,
  clock,
}: Pick<House, 'db' | 'clock'>): Promise<{ processes: LiveProcess[]; recurring: Recurring[] }> {
  const alive = new Date(clock.now().getTime() - staleMs)
  const processes = await db.query<LiveProcess>(
    'SELECT role, since, at FROM process_metrics WHERE at > $1 ORDER BY role, since',
    [alive],
  )
  return { processes, recurring: await readRecurring(db, alive) }
}

function readRecurring(db: Sql, alive: Date): Promise<Recurring[]> {
  return db.query<Recurring>(
    `SELECT v -> 'labels' ->> 'job' AS job, sum((v ->> 'value')::float8)::int AS runs,
       coalesce(sum((v ->> 'value')::float8) FILTER (WHERE v -> 'labels' ->> 'outcome' = 'failed'), 0)::int AS failed
     FROM process_metrics p CROSS JOIN LATERAL jsonb_array_elements(p.metrics) m CROSS JOIN LATERAL jsonb_array_elements(m -> 'values') v
     WHERE p.at > $1 AND m ->> 'name' = 'bowtie_jobs_total' GROUP BY 1 ORDER BY failed DESC, job`,
    [alive],
  )
}
