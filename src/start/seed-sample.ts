import { text } from 'node:stream/consumers'
import { type SamplePerson, seedSampleCompany } from '../../prisma/seed/sample-company.ts'
import { systemClock } from '../clock.ts'
import { readConfig, readEnvironment } from '../config.ts'
import { createLog } from '../log.ts'
import { buildHouse } from './build-house.ts'

/** Run by the parent beside a sandbox: reads the sample company as JSON from stdin and fills an empty database with it. */
const config = readConfig(readEnvironment())
const { house, close } = await buildHouse({ config, clock: systemClock, log: createLog('warn', 'seed'), role: 'seed' })
try {
  const count = await seedSampleCompany(house, JSON.parse(await text(process.stdin)) as SamplePerson[])
  process.stdout.write(`${count}\n`)
} finally {
  await close()
}
