import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import type { Channel, Handler, Job, Skill } from './define.ts'
import type { Seal } from './leads/seal.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { PlaybookKeeper } from './playbook/keep.ts'
import type { Wake } from './queue/wake.ts'
import type { Shelf } from './shelf.ts'
import type { Wecom } from './wecom/client.ts'

/** Everything a room may ask for; built once per process by src/start, or by a test from its own parts. */
export interface House {
  config: Config
  clock: Clock
  db: Db
  log: Log
  wecom: Wecom
  seal: Seal
  playbook: PlaybookKeeper
  wake: Wake
  metrics: Metrics
  /** The hosted account this process holds, where there is one: what only it can say. */
  /** Beside a sandbox: fills the database with the sample company. Answers how many leads there were. */
  sample?: { load(): Promise<number> }
  bot?: { say?(contactId: string, text: string): Promise<string | undefined> }
  shelves: {
    handlers: Shelf<Handler>
    channels: Shelf<Channel>
    skills: Shelf<Skill>
    jobs: Shelf<Job>
  }
}
