import { createPostgresBackend, type JobsOptions, Queue, Worker, withBackend } from 'bullmq'

import type { Log } from '../log.ts'
import type { Wake } from './wake.ts'

export interface QueueDoor {
  wake: Wake
  /** Hands every wake-up and every due recurring run to `run`; returns how to stop. */
  listen(run: (job: string) => void): { close(): Promise<void> }
  /** Declares how often jobs run, under fixed ids, and forgets those that are gone. */
  schedule(jobs: ReadonlyMap<string, { everyMs: number }>): Promise<void>
  close(): Promise<void>
}

const queueName = 'bowtie'
const partingMs = 2_000
const keepLittle: JobsOptions = { removeOnComplete: true, removeOnFail: 100, attempts: 1 }
/** One of a name waits at most, however long nobody listens; one that comes while it is handed over is handed over after it. */
const wakeUp = (job: string): JobsOptions => ({
  ...keepLittle,
  deduplication: { id: job, keepLastIfActive: true },
})
/** A hand-over takes a moment; a listener that died in it is noticed soon. */
const handOver = { concurrency: 4, lockDuration: 5_000, stalledInterval: 5_000 }

/**
 * BullMQ on Redis when `redisUrl` is given, else on its PostgreSQL backend in the same database (schema `bullmq`). It carries
 * wake-ups and the calendar of recurring jobs between processes and machines; a job of it holds a name and nothing else.
 */
export function openQueue({
  databaseUrl,
  redisUrl,
  log,
}: {
  databaseUrl: string
  redisUrl?: string | undefined
  log: Log
}): QueueDoor {
  const make = redisUrl ? onRedis(redisUrl) : onPostgres(databaseUrl)
  const queue = make.queue()
  queue.on('error', (error: Error) => log.warn({ err: error }, 'queue unreachable; jobs still run by their own sweep'))
  // One add per name on its way; what comes meanwhile asks for one more when it is through.
  const adding = new Map<string, boolean>()
  const add = (job: string): void => {
    adding.set(job, false)
    queue.add(job, {}, wakeUp(job)).then(
      () => settle(job),
      (error: Error) => {
        log.debug({ job, err: error }, 'wake-up lost')
        adding.delete(job)
      },
    )
  }
  const settle = (job: string): void => {
    if (adding.get(job)) add(job)
    else adding.delete(job)
  }
  return {
    wake: {
      up(job) {
        if (adding.has(job)) adding.set(job, true)
        else add(job)
      },
    },
    listen(run) {
      const worker = make.worker((job) => run(job))
      worker.on('error', (error: Error) =>
        log.warn({ err: error }, 'queue worker unreachable; jobs still run by their own sweep'),
      )
      return { close: () => closeSoon(worker) }
    },
    async schedule(jobs) {
      for (const [job, { everyMs }] of jobs)
        await queue.upsertJobScheduler(job, { every: everyMs }, { name: job, data: {}, opts: keepLittle })
      for (const scheduler of await queue.getJobSchedulers()) {
        if (!jobs.has(scheduler.key)) await queue.removeJobScheduler(scheduler.key)
      }
    },
    close: () => closeSoon(queue),
  }
}

/** A queue that cannot be reached cannot say good-bye; what it knew stands in rows. */
async function closeSoon(part: { close(): Promise<void> }): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, partingMs).unref())
  await Promise.race([part.close().catch(() => {}), late])
}

function onPostgres(connectionString: string) {
  const { Queue: PgQueue, Worker: PgWorker } = withBackend(createPostgresBackend)
  const connection = (name: string, max: number) => ({ connectionString, max, application_name: name, migrate: true })
  return {
    queue: () => new PgQueue(queueName, { connection: connection('bowtie-queue', 2) }),
    worker: (run: (job: string) => void) =>
      new PgWorker(queueName, async (job) => run(job.name), {
        connection: connection('bowtie-queue-worker', 2),
        ...handOver,
      }),
  }
}

function onRedis(url: string) {
  const at = new URL(url)
  const connection = {
    host: at.hostname,
    port: Number(at.port || 6379),
    ...(at.username ? { username: decodeURIComponent(at.username) } : {}),
    ...(at.password ? { password: decodeURIComponent(at.password) } : {}),
    ...(at.pathname.length > 1 ? { db: Number(at.pathname.slice(1)) } : {}),
    ...(at.protocol === 'rediss:' ? { tls: {} } : {}),
  }
  return {
    // A producer fails at once when Redis is away; a worker waits for it as long as it takes.
    queue: () =>
      new Queue(queueName, { connection: { ...connection, enableOfflineQueue: false, maxRetriesPerRequest: 1 } }),
    worker: (run: (job: string) => void) =>
      new Worker(queueName, async (job) => run(job.name), {
        connection: { ...connection, maxRetriesPerRequest: null },
        ...handOver,
      }),
  }
}
