import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Job } from '../../../src/define.ts'
import type { House } from '../../../src/house.ts'
import { createMetrics } from '../../../src/metrics.ts'
import { type JobRunner, runJobs } from '../../../src/queue/run-jobs.ts'

let runner: JobRunner | undefined
let metrics = createMetrics()
const endings: (() => void)[] = []

beforeEach(() => {
  metrics = createMetrics()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  const closed = runner?.close()
  for (const end of endings.splice(0)) end()
  await closed
  vi.useRealTimers()
})

/** A runner of these jobs and of nothing else. */
function start(jobs: Record<string, Job>): JobRunner {
  const none = { handlers: new Map(), channels: new Map(), skills: new Map() }
  const shelves = { ...none, jobs: new Map(Object.entries(jobs)) }
  const parts: Partial<House> = { log: pino({ level: 'silent' }), metrics, shelves }
  runner = runJobs(parts as House)
  return runner
}

/** A job whose runs end when the test says so. */
function held(every = '1h') {
  const runs: { end: (more?: boolean) => void; fail: (why: Error) => void }[] = []
  const job: Job = {
    every,
    run: () =>
      new Promise((resolve, reject) => {
        endings.push(() => resolve(false))
        runs.push({ end: (more = false) => resolve(more), fail: reject })
      }),
  }
  return { job, runs }
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

it('runs each job once at the start, and those apart from each other', async () => {
  const [a, b] = [held(), held()]
  start({ a: a.job, b: b.job })
  expect([a.runs.length, b.runs.length]).toEqual([1, 1])
})

it('runs one job one at a time, and once more for all that came meanwhile', async () => {
  const { job, runs } = held()
  const jobs = start({ a: job })
  for (let pokes = 0; pokes < 5; pokes++) jobs.poke('a')
  await turn()
  expect(runs).toHaveLength(1)
  runs[0]?.end()
  await turn()
  expect(runs).toHaveLength(2)
  runs[1]?.end()
  await turn()
  expect(runs).toHaveLength(2)
})

it('goes on at once while there is more', async () => {
  const { job, runs } = held()
  start({ a: job })
  for (let n = 0; n < 3; n++) {
    runs[n]?.end(true)
    await turn()
  }
  expect(runs).toHaveLength(4)
})

it('runs a job again that failed, soon, then less and less often, whatever its calendar', async () => {
  const { job, runs } = held('12h')
  start({ a: job })
  const waits: number[] = []
  for (let n = 0; n < 9; n++) {
    runs[n]?.fail(new Error('no such luck'))
    await turn()
    let waited = 0
    while (runs.length === n + 1) {
      await vi.advanceTimersByTimeAsync(500)
      waited += 500
    }
    waits.push(waited)
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  runs[9]?.end()
  await turn()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(runs).toHaveLength(10)
  const { values } = await metrics.jobs.get()
  expect(Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))).toEqual({ failed: 9, ok: 1 })
})

it('runs again for what was asked while it failed', async () => {
  const { job, runs } = held()
  const jobs = start({ a: job })
  jobs.poke('a')
  runs[0]?.fail(new Error('no such luck'))
  await turn()
  await vi.advanceTimersByTimeAsync(500)
  expect(runs).toHaveLength(2)
})

it('sweeps by itself: a frequent job at its pace, a rare one when the calendar was silent three times', async () => {
  const [often, rarely, never] = [held('2s'), held('1m'), held('30d')]
  start({ often: often.job, rarely: rarely.job, never: never.job })
  for (const { runs } of [often, rarely, never]) runs[0]?.end()
  await turn()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(often.runs).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(177_999)
  expect(rarely.runs).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(rarely.runs).toHaveLength(2)
  expect(never.runs).toHaveLength(1)
})

it('closes by waiting for what runs, and starts nothing more', async () => {
  const { job, runs } = held('1s')
  const jobs = start({ a: job })
  jobs.poke('a')
  let closed = false
  const closing = jobs.close().then(() => {
    closed = true
  })
  await turn()
  expect(closed).toBe(false)
  jobs.poke('a')
  runs[0]?.end(true)
  await closing
  await vi.advanceTimersByTimeAsync(10_000)
  expect(runs).toHaveLength(1)
})

it('knows no job it was not given', () => {
  const { job, runs } = held()
  start({ a: job }).poke('b')
  expect(runs).toHaveLength(1)
})
