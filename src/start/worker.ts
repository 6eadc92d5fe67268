import { readEnvironment } from '../config.ts'
import { whenSent } from '../messages/send-soon.ts'
import { calendarOf, runJobs } from '../queue/run-jobs.ts'
import { shareMetrics } from '../share-metrics.ts'
import { buildHouse } from './build-house.ts'
import { runRole } from './role.ts'
import { loadSample } from './sample.ts'

/** What is on its way to WeCom has this long to be written down. */
const partingMs = 2_000

await runRole('worker', async ({ config, clock, log }) => {
  const { house, queue, close } = await buildHouse({ config, clock, log, role: 'worker' })
  if (config.sandbox) house.sample = { load: () => loadSample(readEnvironment()) }
  const unshare = shareMetrics(house, 'worker')
  const runner = runJobs(house)
  const listening = queue.listen(runner.poke)
  // A queue that is away must not keep the worker from its rows; the calendar is declared when it is back.
  queue
    .schedule(calendarOf(house.shelves.jobs))
    .catch((error: Error) => log.warn({ err: error }, 'recurring jobs not declared; every worker sweeps by itself'))
  return {
    async close() {
      await listening.close()
      await runner.close()
      await whenSent(partingMs)
      await unshare()
      await close()
    },
  }
})
