import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start.ts'
import { movableClock } from '../../src/clock.ts'
import { syncLibrary } from '../../src/messages/library.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { hearDue } from '../../src/skills/hear-due.ts'
import { atEnd } from './at-end.ts'
import { testDatabase } from './db.ts'
import { type TestHouse, testHouse, thursdayMorning } from './house.ts'
import { type TestServer, testServer } from './server.ts'

export interface World {
  house: TestHouse
  sandbox: Sandbox
  server: TestServer
  clock: ReturnType<typeof movableClock>
  /** Lets everything happen that can happen now: events arrive, jobs run until none has more to do. */
  settle(): Promise<void>
  /** Lets time pass, then everything happen. */
  pass(ms: number): Promise<void>
  api(method: string, path: string, body?: unknown, as?: string): Promise<{ status: number; json: Answer }>
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Answer = any

/** The whole product in one process, on a real database, behind its real HTTP door, with a sandbox WeCom at the edge of the world. */
export async function testWorld(
  options: {
    at?: string
    seed?: SandboxOptions['seed']
    faults?: SandboxOptions['faults']
    staff?: Record<string, string[]>
  } = {},
): Promise<World> {
  const clock = movableClock(options.at ?? thursdayMorning)
  const db = await testDatabase({ poolSize: 20 })
  const credentials = {
    corpId: 'ww0123456789abcdef',
    agentId: 1000002,
    secret: 'test-secret',
    token: 'QDG6eK',
    aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  }
  const sandbox = await startSandbox({
    port: 0,
    ...credentials,
    seed: options.seed ?? 'staff',
    clock,
    callbackRetryMs: 20,
    ...(options.faults ? { faults: options.faults } : {}),
  })
  const house = await testHouse({ db, clock, wecomUrl: sandbox.url, config: { sandboxUrl: sandbox.url } })
  await house.playbook.current()
  await syncLibrary(house)
  const server = await testServer(house)
  sandbox.setCallbackUrl(`${server.url}/wecom/callback`)
  atEnd(async () => {
    await server.close()
    await sandbox.close()
  })
  const api: World['api'] = async (method, path, body, as) => {
    const { status, json } = await server.call(method, path, body, as === undefined ? {} : { as })
    return { status, json }
  }
  const staff = options.staff ?? { SunLi: ['admin'], ChenJing: ['manager'], WangMin: ['mdr'], LiLei: ['sales'] }
  for (const [userid, roles] of Object.entries(staff)) await api('PUT', `/api/staff/${userid}`, { roles })
  const settle = async () => {
    for (let quiet = 0, round = 0; quiet < 2; round++) {
      if (round > 60) throw new Error('the world does not come to rest')
      await sandbox.idle()
      const before = await pulse(house)
      let more = false
      for (const job of house.shelves.jobs.values()) {
        for (let runs = 0; runs < 20; runs++) {
          if (!(await job.run(house))) break
          more = true
        }
      }
      if (await hearDue(house, { patient: false })) more = true
      await whenSent(30_000)
      await sandbox.idle()
      quiet = !more && before === (await pulse(house)) ? quiet + 1 : 0
    }
  }
  return {
    house,
    sandbox,
    server,
    clock,
    settle,
    async pass(ms) {
      clock.advance(ms)
      await settle()
    },
    api,
  }
}

/** Changes whenever something that other work hangs on has changed. */
async function pulse(house: TestHouse): Promise<string> {
  const [row] = await house.db.query<{ pulse: string }>(
    `SELECT concat_ws(' ', (SELECT count(*) FROM inbox WHERE state IN ('received', 'working')), (SELECT count(*) FROM inbox), (SELECT count(*) FROM timeline),
       (SELECT string_agg(state || n, ',') FROM (SELECT state, count(*) AS n FROM messages GROUP BY state ORDER BY state) m), (SELECT count(*) FROM follows WHERE wish_at IS NOT NULL)) AS pulse`,
  )
  return row?.pulse ?? ''
}
