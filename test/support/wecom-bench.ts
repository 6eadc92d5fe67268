import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeAll, beforeEach } from 'vitest'
import { movableClock } from '../../src/clock.ts'
import { createSeal } from '../../src/leads/seal.ts'
import { deriveKeys } from '../../src/leads/seal-keys.ts'
import { createWecom, type Wecom } from '../../src/wecom/client.ts'
import { testDatabase } from './db.ts'
import { type FakeWecom, fakeWecom } from './wecom-fake.ts'

type Changes = Partial<Parameters<typeof createWecom>[0]> & { apiUrl?: string; secret?: string }

/** A client between a real database and a scripted WeCom; a new corp, client and clock for each test. */
export interface WecomBench {
  db: Awaited<ReturnType<typeof testDatabase>>
  fake: FakeWecom
  clock: ReturnType<typeof movableClock>
  corpId: string
  wecom: Wecom
  /** Everything logged, as JSON lines. */
  lines: string[]
  /** Another process of the same corp. */
  open(changes?: Changes): Wecom
}

/** Call it at the top of a test file; what it answers is filled before the first test. */
export function wecomBench(): WecomBench {
  const opened: Wecom[] = []
  const seal = createSeal(deriveKeys(randomBytes(32)))
  const bench = { lines: [] as string[] } as WecomBench
  bench.open = ({ apiUrl = bench.fake.url, secret = 'S3cret-of-the-app', ...parts } = {}) => {
    const log = pino({ level: 'trace' }, { write: (line: string) => bench.lines.push(line) })
    const config = { wecom: { corpId: bench.corpId, agentId: 1000002, secret, apiUrl } }
    const one = createWecom({ config, db: bench.db, clock: bench.clock, log, seal, busyMs: 1, ...parts })
    opened.push(one)
    return one
  }
  beforeAll(async () => {
    bench.db = await testDatabase()
    bench.fake = await fakeWecom()
  })
  beforeEach(() => {
    bench.fake.reset()
    bench.lines.length = 0
    bench.clock = movableClock('2026-03-01T00:00:00Z')
    bench.corpId = `ww${randomBytes(8).toString('hex')}`
    bench.wecom = bench.open()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })
  return bench
}

/** What work fails with. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}
