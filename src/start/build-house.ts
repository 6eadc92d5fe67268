import { join } from 'node:path'
import { syncAnswers } from '../answers/answers.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { openDb } from '../db.ts'
import type { Channel, Handler, Job, Skill } from '../define.ts'
import type { House } from '../house.ts'
import { syncJourneys } from '../journeys/library.ts'
import { createSeal } from '../leads/seal.ts'
import { openSealKeys } from '../leads/seal-keys.ts'
import type { Log } from '../log.ts'
import { syncLibrary } from '../messages/library.ts'
import { createMetrics } from '../metrics.ts'
import { keepPlaybook } from '../playbook/keep.ts'
import { openQueue, type QueueDoor } from '../queue/open.ts'
import { codeRoot } from '../root.ts'
import { hasMembers, loadShelf } from '../shelf.ts'
import { createWecom } from '../wecom/client.ts'

export interface BuiltHouse {
  house: House
  queue: QueueDoor
  close(): Promise<void>
}

/** Builds the house of one process from its configuration: every room open, every definition on its shelf. */
export async function buildHouse({
  config,
  clock,
  log,
  role,
}: {
  config: Config
  clock: Clock
  log: Log
  role: string
}): Promise<BuiltHouse> {
  const db = openDb(config.databaseUrl, { name: `bowtie-${role}` })
  const seal = createSeal(await db.transaction((tx) => openSealKeys(tx, config)))
  const metrics = createMetrics({ process: true })
  const queue = openQueue({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, log })
  const wecom = createWecom({ config, db, clock, log, seal, metrics })
  const house: House = {
    config,
    clock,
    db,
    log,
    seal,
    metrics,
    wecom,
    wake: queue.wake,
    playbook: keepPlaybook({ db, clock, file: config.playbookFile, timeZone: config.timeZone }),
    shelves: await loadShelves(codeRoot),
  }
  await house.playbook.current()
  await syncLibrary(house)
  await syncAnswers(house)
  await syncJourneys(house)
  const unfollow = house.playbook.follow(500)
  return {
    house,
    queue,
    async close() {
      unfollow()
      await queue.close()
      await wecom.close()
      await db.close()
    },
  }
}

/** Loads every definition of the checkout. @throws Error naming the file that is missing something, doubled or malformed */
export async function loadShelves(root: string): Promise<House['shelves']> {
  const [handlers, channels, skills, jobs] = await Promise.all([
    loadShelf<Handler>(join(root, 'handlers'), hasMembers({ schema: 'object', handle: 'function', lane: 'string' })),
    loadShelf<Channel>(join(root, 'src/channels'), hasMembers({ reaches: 'function', send: 'function' })),
    loadShelf<Skill>(join(root, 'bot/skills'), hasMembers({ speaker: 'string', hears: 'object', answer: 'function' })),
    loadShelf<Job>(join(root, 'src/jobs'), hasMembers({ every: 'string', run: 'function' })),
  ])
  return { handlers, channels, skills, jobs }
}
