import type { Counter, Histogram } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { Log } from '../log.ts'

/** Counts every call, for Prometheus and for today's budget. */
export interface Tally {
  /** `errcode` {@link noAnswerCode} when none came. */
  count(api: string, errcode: number, seconds: number): void
  /** Writes what was counted since the last time to `wecom_calls`. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Stands in for an errcode where WeCom gave no answer. */
export const noAnswerCode = -1000

/** Where calls show up in Prometheus; `errcode` is `transport` when there was no answer. */
export interface CallMetrics {
  wecomCalls: Counter<'api' | 'errcode'>
  wecomSeconds: Histogram<'api'>
}

interface Parts {
  db: Sql
  clock: Clock
  log: Log
  metrics?: CallMetrics | undefined
  everyMs?: number
}

/** Counts in memory and writes every `everyMs`; a count that could not be written is kept for the next time. */
export function createTally({ db, clock, log, metrics, everyMs = 10_000 }: Parts): Tally {
  let pending = new Map<string, { day: string; api: string; errcode: number; calls: number }>()
  let writing: Promise<void> = Promise.resolve()

  const add = (day: string, api: string, errcode: number, calls: number): void => {
    const key = `${day} ${api} ${errcode}`
    const row = pending.get(key)
    if (row) row.calls += calls
    else pending.set(key, { day, api, errcode, calls })
  }

  const write = async (): Promise<void> => {
    if (pending.size === 0) return
    const rows = [...pending.values()].sort((a, b) => (a.day + a.api < b.day + b.api ? -1 : 1))
    pending = new Map()
    try {
      await db.query(
        `INSERT INTO wecom_calls AS c (day, api, errcode, calls)
         SELECT * FROM unnest($1::date[], $2::text[], $3::integer[], $4::bigint[]) ORDER BY 1, 2, 3
         ON CONFLICT (day, api, errcode) DO UPDATE SET calls = c.calls + excluded.calls`,
        [
          rows.map((row) => row.day),
          rows.map((row) => row.api),
          rows.map((row) => row.errcode),
          rows.map((row) => row.calls),
        ],
      )
    } catch (error) {
      for (const row of rows) add(row.day, row.api, row.errcode, row.calls)
      log.warn({ err: error }, 'WeCom call counts were not written; kept for the next time')
    }
  }

  const flush = (): Promise<void> => {
    writing = writing.then(write)
    return writing
  }
  const timer = setInterval(() => {
    flush().catch(() => {})
  }, everyMs)
  timer.unref()

  return {
    count(api, errcode, seconds) {
      add(chinaDay(clock.now()), api, errcode, 1)
      metrics?.wecomCalls.inc({ api, errcode: errcode === noAnswerCode ? 'transport' : errcode })
      metrics?.wecomSeconds.observe({ api }, seconds)
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

/** The calendar day in China, where WeCom's daily budgets begin and end: `2026-11-22`. */
export function chinaDay(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
}
