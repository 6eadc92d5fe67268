import { milliseconds } from '../clock.ts'
import type { Job } from '../define.ts'
import type { House } from '../house.ts'
import { runUnlessOff } from '../switches.ts'

export interface JobRunner {
  /** Runs a job soon; while it runs, one more run is remembered. Names nobody defines are ignored. */
  poke(job: string): void
  /** Takes nothing new and waits for what runs. */
  close(): Promise<void>
}

/** Jobs more frequent than this are swept by every worker itself: a calendar of seconds would cost more than the jobs do. */
const sweptBelowMs = 10_000

/** The recurring runs that all workers share, by the name of the job. */
export const calendarOf = (jobs: House['shelves']['jobs']): Map<string, { everyMs: number }> =>
  new Map(
    [...jobs]
      .map(([name, job]): [string, { everyMs: number }] => [name, { everyMs: milliseconds(job.every) }])
      .filter(([, { everyMs }]) => everyMs >= sweptBelowMs),
  )

/** A job that failed is tried again by itself, the sooner the less often it failed in a row. */
const firstRetryMs = 500
const longestRetryMs = 60_000
/** Longer than this, Node takes a timer for one of no time at all. */
const longestTimerMs = 2 ** 31 - 1

interface Running {
  job: Job
  running: boolean
  again: boolean
  failures: number
  retry: NodeJS.Timeout | undefined
}

/** Runs jobs: one at a time each, again while there is more to do, by wake-up, by calendar, and by their own sweep. */
export function runJobs(house: House): JobRunner {
  const jobs = new Map(
    [...house.shelves.jobs].map(([name, job]): [string, Running] => [
      name,
      { job, running: false, again: false, failures: 0, retry: undefined },
    ]),
  )
  const working = new Set<Promise<void>>()
  const timers: NodeJS.Timeout[] = []
  let closing = false

  const work = async (name: string, state: Running): Promise<void> => {
    state.running = true
    clearTimeout(state.retry)
    try {
      do {
        state.again = false
        const more = await runUnlessOff(house, name, state.job)
        house.metrics.jobs.inc({ job: name, outcome: 'ok' })
        state.failures = 0
        state.again ||= more
        if (more) await new Promise(setImmediate)
      } while (state.again && !closing)
    } catch (error) {
      house.metrics.jobs.inc({ job: name, outcome: 'failed' })
      const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** state.failures++)
      house.log.error({ job: name, waitMs, err: error }, 'job failed; it runs again')
      if (!closing) state.retry = setTimeout(() => poke(name), waitMs)
    } finally {
      state.running = false
    }
  }
  const poke = (name: string): void => {
    const state = jobs.get(name)
    if (!state || closing) return
    if (state.running) {
      state.again = true
      return
    }
    const run = work(name, state).finally(() => working.delete(run))
    working.add(run)
  }
  for (const [name, { job }] of jobs) {
    const everyMs = milliseconds(job.every)
    // The calendar is BullMQ's; this sweep only makes sure that losing it loses nothing.
    const sweepMs = everyMs < sweptBelowMs ? everyMs : everyMs * 3
    timers.push(setInterval(() => poke(name), Math.min(sweepMs, longestTimerMs)))
    poke(name)
  }
  return {
    poke,
    async close() {
      closing = true
      for (const timer of timers) clearInterval(timer)
      for (const { retry } of jobs.values()) clearTimeout(retry)
      await Promise.allSettled(working)
    },
  }
}
