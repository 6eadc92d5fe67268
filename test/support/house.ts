import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Clock, movableClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import type { Db } from '../../src/db.ts'
import type { Channel, Handler, Job, Skill } from '../../src/define.ts'
import type { House } from '../../src/house.ts'
import { createSeal } from '../../src/leads/seal.ts'
import { deriveKeys } from '../../src/leads/seal-keys.ts'
import { syncLibrary } from '../../src/messages/library.ts'
import { createMetrics } from '../../src/metrics.ts'
import { keepPlaybook } from '../../src/playbook/keep.ts'
import { codeRoot, projectRoot } from '../../src/root.ts'
import { loadShelf, type Shelf } from '../../src/shelf.ts'
import { createWecom } from '../../src/wecom/client.ts'
import { atEnd } from './at-end.ts'

/** A Thursday morning in China, inside working hours. */
export const thursdayMorning = '2026-11-19T02:00:00Z'

export interface TestHouse extends House {
  /** Jobs that were woken since the house was built, oldest first; empty it to look again. */
  woken: string[]
}

/**
 * A house for tests around a database from `testDatabase()`: default playbook and library, every definition of the checkout, a
 * silent log, wake-ups written down instead of queued. `wecomUrl` is where a sandbox or a fake listens; by default nobody does.
 */
export async function testHouse({
  db,
  clock = movableClock(thursdayMorning),
  wecomUrl = 'http://127.0.0.1:9',
  config: changes = {},
  shelves = {},
}: {
  db: Db & { url?: string }
  clock?: Clock
  wecomUrl?: string
  config?: Partial<Config>
  shelves?: Partial<House['shelves']>
}): Promise<TestHouse> {
  const config: Config = {
    port: 0,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:3000',
    contentUrl: 'http://127.0.0.1:3000',
    dataDir: join(tmpdir(), 'bowtie-test-data'),
    databaseUrl: db.url ?? '',
    wecom: {
      corpId: 'ww0123456789abcdef',
      agentId: 1000002,
      secret: 'test-secret',
      token: 'QDG6eK',
      aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      apiUrl: wecomUrl,
      oauthUrl: `${wecomUrl}/connect/oauth2/authorize`,
    },
    sandbox: true,
    admins: [],
    sessionSecret: 'a-session-secret-of-at-least-32-characters',
    dataKey: Buffer.alloc(32, 7),
    playbookFile: join(projectRoot, 'templates/playbook.yaml'),
    logLevel: 'silent',
    timeZone: 'Asia/Shanghai',
    trustProxy: false,
    ...changes,
  }
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const seal = createSeal(deriveKeys(config.dataKey))
  const metrics = createMetrics()
  const wecom = createWecom({ config, db, clock, log, seal })
  const woken: string[] = []
  const house: TestHouse = {
    config,
    clock,
    db,
    log,
    wecom,
    seal,
    metrics,
    playbook: keepPlaybook({ db, clock, file: config.playbookFile, timeZone: config.timeZone }),
    wake: { up: (job) => woken.push(job) },
    woken,
    shelves: {
      handlers: shelves.handlers ?? (await shelf<Handler>('handlers')),
      channels: shelves.channels ?? (await shelf<Channel>('src/channels')),
      skills: shelves.skills ?? (await shelf<Skill>('bot/skills')),
      jobs: shelves.jobs ?? (await shelf<Job>('src/jobs')),
    },
  }
  await syncLibrary(house)
  atEnd(() => house.wecom.close())
  return house
}

async function shelf<T>(folder: string): Promise<Shelf<T>> {
  const path = join(codeRoot, folder)
  return existsSync(path) ? loadShelf<T>(path, () => null) : new Map()
}
