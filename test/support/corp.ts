import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start.ts'
import { type Clock, movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { callbackPath } from '../../src/http/callback.ts'
import { createServer } from '../../src/http/server.ts'
import { createAcceptor } from '../../src/inbox/accept.ts'
import { syncLibrary } from '../../src/messages/library.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { atEnd } from './at-end.ts'
import { type TestHouse, testHouse, thursdayMorning } from './house.ts'

export interface Corp {
  house: TestHouse
  sandbox: Sandbox
  db: Db
  clock: ReturnType<typeof movableClock>
  /** Runs jobs by name, in order, each until it says that there is no more. */
  work(...jobs: string[]): Promise<void>
  /** Lets what happened in WeCom arrive, and everything that follows from it happen; the clock moves on with it. */
  settle(rounds?: number): Promise<void>
  /** Names of the corp tags a relation wears in WeCom, of one group or of all, sorted. */
  worn(userid: string, customer: string, group?: string): string[]
  /** A relation as we know it. */
  follow(userid: string, customer: string): Promise<FollowSeen | undefined>
  /** The lead that speaks for a customer. */
  lead(customer: string): Promise<LeadSeen>
}

export interface FollowSeen {
  state: string
  stageWorn: string | null
  remark: string | null
  startedAt: Date
}

export interface LeadSeen {
  id: string
  name: string
  company: string | null
  stage: string
  desk: string
  owner: string | null
  automation: boolean
}

/** Somebody new who scans these members' own codes. */
export async function customerNamed(
  here: Corp,
  name: string,
  ...friends: string[]
): Promise<{ id: string; leadId: string }> {
  const { external_userid: id } = await here.sandbox.createCustomer({ name })
  for (const userid of friends) await here.sandbox.customerScans({ customer: id, userid })
  await here.sandbox.idle()
  await here.work('dispatch-welcome')
  return { id, leadId: (await here.lead(id)).id }
}

/** The credentials of `testHouse`. */
const testWecom = {
  corpId: 'ww0123456789abcdef',
  agentId: 1000002,
  secret: 'test-secret',
  token: 'QDG6eK',
  aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
}

const jobs = [
  'dispatch-welcome',
  'dispatch-default',
  'dispatch-storm',
  'sync-tags',
  'sync-staff',
  'first-sync',
  'list-kf-accounts',
  'pull-kf',
  'refresh-profiles',
  'refresh-groups',
  'mark-tags',
]

/** The product and a local WeCom on one clock: callbacks come in by the real door, calls go out by the real client. */
export async function corp(
  db: Db & { url?: string },
  { start = thursdayMorning, ...options }: Partial<SandboxOptions> & { start?: string } = {},
): Promise<Corp> {
  const clock = movableClock(start)
  const { corpId, agentId, secret, token, aesKey } = testWecom
  const sandbox = await startSandbox({
    port: 0,
    corpId,
    agentId,
    secret,
    token,
    aesKey,
    clock: clock as Clock,
    seed: 'staff',
    callbackRetryMs: 20,
    ...options,
  })
  const house = await testHouse({ db, clock, wecomUrl: sandbox.url })
  await syncLibrary(house)
  const door = createServer(house, { acceptor: createAcceptor(house) })
  sandbox.setCallbackUrl(`http://127.0.0.1:${await door.listen(0, '127.0.0.1')}${callbackPath}`)
  atEnd(async () => {
    await sandbox.close()
    await door.close()
  })
  const work = async (...names: string[]) => {
    for (const name of names) {
      const job = house.shelves.jobs.get(name)
      if (!job) throw new Error(`no job ${name}`)
      // Calls to WeCom are paced: while the clock stands still, so do they.
      while (await job.run(house)) clock.advance(400)
      await whenSent(30_000)
    }
  }
  return {
    house,
    sandbox,
    db,
    clock,
    work,
    async settle(rounds = 3) {
      for (let round = 0; round < rounds; round++) {
        await sandbox.idle()
        await work(...jobs)
        clock.advance(5_100)
      }
    },
    worn: (userid, customer, group) =>
      sandbox.world.tagGroups
        .filter((one) => group === undefined || one.name === group)
        .flatMap((one) => one.tags)
        .filter((tag) =>
          sandbox.world.relations.some(
            (one) =>
              one.userid === userid &&
              one.external_userid === customer &&
              !one.deletedByStaff &&
              one.tagIds.includes(tag.id),
          ),
        )
        .map((tag) => tag.name)
        .sort(),
    async follow(userid, customer) {
      const [row] = await db.query<FollowSeen>(
        `SELECT state, stage_worn AS "stageWorn", remark, started_at AS "startedAt" FROM follows WHERE userid = $1 AND external_userid = $2`,
        [userid, customer],
      )
      return row
    },
    async lead(customer) {
      const [row] = await db.query<LeadSeen>(
        `SELECT l.id, l.name, l.company, l.stage, l.desk, l.owner, l.automation FROM leads l JOIN identities i ON l.id = lead_root(i.lead_id)
         WHERE i.kind = 'externalUserId' AND i.key = $1`,
        [customer],
      )
      if (!row) throw new Error(`nobody knows ${customer}`)
      return row
    },
  }
}
