import { readFileSync } from 'node:fs'
import type { Db } from '../src/db.ts'

/** What the database did since the last reset. These are exact: a change in them is a change of the product. */
export interface Counted {
  /** Statements of ours: no BEGIN or COMMIT, nothing of the queue's. */
  statements: number
  /** The queue's own statements. */
  queue: number
  /** 8 KiB pages touched, from memory or from disk. */
  buffers: number
  walBytes: number
}

/** Counts what `work` makes the database do, in this database alone. */
export async function counting<T>(db: Db, work: () => Promise<T>): Promise<{ answer: T; counted: Counted }> {
  await db.query(
    'SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)',
  )
  const answer = await work()
  const [row] = await db.query<Counted>(
    `SELECT coalesce(sum(calls) FILTER (WHERE NOT queue), 0)::int AS statements, coalesce(sum(calls) FILTER (WHERE queue), 0)::int AS queue,
       coalesce(sum(shared_blks_hit + shared_blks_read) FILTER (WHERE NOT queue), 0)::int AS buffers, coalesce(sum(wal_bytes), 0)::bigint AS "walBytes"
     FROM (SELECT *, query ~* 'bullmq' AS queue FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query !~* '^(BEGIN|COMMIT|ROLLBACK|SET|SHOW|SELECT pg_stat_statements_reset)') s`,
  )
  return { answer, counted: row as Counted }
}

/** The statements that took most of the time, for whoever looks for what is slow. */
export const heaviest = (db: Db, limit = 12) =>
  db.query<{ calls: number; ms: number; mean: number; query: string }>(
    `SELECT calls, round(total_exec_time)::int AS ms, round(mean_exec_time::numeric, 3)::float8 AS mean, left(regexp_replace(query, '\\s+', ' ', 'g'), 130) AS query
     FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY total_exec_time DESC LIMIT $1`,
    [limit],
  )

/** Processor time that `work` takes in this process, in other processes and in the sessions of a database. */
export async function timing<T>(
  { db, pids = [], own = false }: { db: Db; pids?: readonly number[]; own?: boolean },
  work: () => Promise<T>,
): Promise<{ answer: T; cpu: number }> {
  const before = await usedBy(db, pids)
  const ours = process.cpuUsage()
  const answer = await work()
  const { user, system } = process.cpuUsage(ours)
  const after = await usedBy(db, pids)
  // A session that came or went meanwhile counts with what it did here, or not at all.
  const others = [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0)
  return { answer, cpu: others + (own ? (user + system) / 1e6 : 0) }
}

async function usedBy(db: Db, pids: readonly number[]): Promise<Map<number, number>> {
  const sessions = await db.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
  )
  return new Map([...pids, ...sessions.map(({ pid }) => pid)].map((pid) => [pid, cpuSeconds(pid)]))
}

/** Seconds of processor time a process has used; none when it is gone. */
function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib ?? 0) / 1024
}

/** What a process has for itself, and its part of what it shares, in MiB. */
export function ownMiB(pid: number): number {
  const kib = /Pss:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kib ?? 0) / 1024
}
