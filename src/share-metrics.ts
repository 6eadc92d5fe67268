import { randomBytes } from 'node:crypto'
import { AggregatorRegistry, type Registry } from 'prom-client'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

type Given = { db: Db; clock: Clock; log: Log; metrics: Metrics }
type Counted = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

const everyMs = 10_000
const staleMs = 60_000
/** Memory, event loop and the like are each process's own; only what the product counts is added up. */
const isOurs = ({ name }: { name: string }): boolean => /^(bowtie|wecom)_/.test(name)

/** Writes down what this process counted, again and again. Returns how to stop. */
export function shareMetrics({ db, clock, log, metrics }: Given, role: string): () => Promise<void> {
  const process = randomBytes(8).toString('hex')
  const since = clock.now()
  const tell = async (): Promise<void> => {
    const counted = (await metrics.registry.getMetricsAsJSON()).filter(isOurs)
    await db.query(
      'INSERT INTO process_metrics (process, at, metrics, role, since) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (process) DO UPDATE SET at = excluded.at, metrics = excluded.metrics',
      [process, clock.now(), JSON.stringify(counted), role, since],
    )
  }
  const timer = setInterval(() => tell().catch((err: Error) => log.debug({ err }, 'metrics not shared')), everyMs)
  timer.unref()
  tell().catch((err: Error) => log.debug({ err }, 'metrics not shared'))
  return async () => {
    clearInterval(timer)
    await db.query('DELETE FROM process_metrics WHERE process = $1', [process]).catch(() => {})
  }
}

/** What this process and all that share theirs have counted, in Prometheus' text format. */
export async function readAllMetrics({ db, clock, metrics }: Pick<Given, 'db' | 'clock' | 'metrics'>): Promise<string> {
  const own = await metrics.registry.getMetricsAsJSON()
  const others = await db
    .query<{ metrics: Counted }>('SELECT metrics FROM process_metrics WHERE at > $1', [
      new Date(clock.now().getTime() - staleMs),
    ])
    .catch(() => [])
  if (others.length === 0) return metrics.registry.metrics()
  const together = AggregatorRegistry.aggregate([own.filter(isOurs), ...others.map((other) => other.metrics)])
  const alone = AggregatorRegistry.aggregate([own.filter((metric) => !isOurs(metric))])
  return `${await together.metrics()}\n${await alone.metrics()}`
}
