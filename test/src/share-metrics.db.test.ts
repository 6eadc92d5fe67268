import { beforeAll, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics.ts'
import { readAllMetrics } from '../../src/share-metrics.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), shelves: { jobs: new Map() } })
})

const tell = async (process: string, at: Date, done: number) => {
  const { registry, inbox } = createMetrics()
  inbox.inc({ state: 'done', lane: 'default' }, done)
  await house.db.query('INSERT INTO process_metrics (process, at, metrics) VALUES ($1, $2, $3)', [
    process,
    at,
    JSON.stringify(await registry.getMetricsAsJSON()),
  ])
}

it('adds up what every living process counted, and leaves out one that is gone', async () => {
  const now = house.clock.now()
  house.metrics.inbox.inc({ state: 'done', lane: 'default' }, 1)
  await tell('worker-a', now, 20)
  await tell('worker-b', now, 300)
  await tell('dead', new Date(now.getTime() - 120_000), 4000)
  const text = await readAllMetrics(house)
  expect(text).toContain('bowtie_inbox_total{state="done",lane="default"} 321')
  expect(text.match(/# TYPE bowtie_inbox_total/g)).toHaveLength(1)
})
