import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { freePort, type Launched, launch } from './launch.ts'

type Role = 'web' | 'worker'

/** The product in its real processes, started as an operator would, against a WeCom that lives in the test and outlives it. */
export interface Rig {
  sandbox: Sandbox
  /** The state of a live code whose customers go to review at once. */
  code: string
  url(): string
  pid(role: Role | 'database'): number
  /** Waits for a role that was killed to be there again. */
  back(role: Role, before: number): Promise<number>
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Answers 0 when nobody answers: a client of a system that is being killed sees that too. */
  api(method: string, path: string, body?: unknown, as?: string): Promise<{ status: number; json: Answer }>
  /** Kills every process of the product in one instant and starts it again on what is left. */
  killEverything(): Promise<void>
  /** One more worker process beside the first. */
  secondWorker(): Promise<Launched>
  /** Until nothing is on its way any more. @throws naming what still is */
  settle(patienceMs?: number): Promise<void>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Answer = any

const corp = {
  corpId: 'ww0123456789abcdef',
  agentId: 1000002,
  secret: 'chaos-secret',
  token: 'QDG6eK',
  aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
}
const apiToken = 'chaos-api-token'
const ready = /已就绪，用时 ([\d.]+) 秒/

/** People as their roles in a corp that never sleeps: what is measured is faults, not office hours. */
const roles = { SunLi: ['admin'], ChenJing: ['manager'], WangMin: ['mdr'], LiLei: ['sales'], HanMeimei: ['sales'] }
const rules = { hours: { work: 'always', quiet: 'never' } }

export async function openRig(): Promise<Rig> {
  const sandbox = await startSandbox({ port: 0, ...corp, seed: 'staff' })
  const env: Record<string, string> = {
    PORT: String(await freePort()),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    API_TOKEN: apiToken,
    WECOM_CORP_ID: corp.corpId,
    WECOM_AGENT_ID: String(corp.agentId),
    WECOM_SECRET: corp.secret,
    WECOM_TOKEN: corp.token,
    WECOM_AES_KEY: corp.aesKey,
    WECOM_API_URL: sandbox.url,
  }
  let bowtie = await launch([], env)
  let pool: pg.Pool | undefined
  const begun = async () => {
    await bowtie.says(ready)
    sandbox.setCallbackUrl(`${bowtie.url}/wecom/callback`)
    pool = new pg.Pool({ connectionString: running().added.DATABASE_URL, max: 2 })
    pool.on('error', () => {})
  }
  const running = () =>
    JSON.parse(readFileSync(join(bowtie.dataDir, 'running.json'), 'utf8')) as {
      children: { pid: number }[]
      added: Record<string, string>
    }
  const pidOf = (role: Role | 'database'): number => {
    if (role === 'database')
      return Number(readFileSync(join(bowtie.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
    return running().children.find(({ pid }) => isRole(pid, role))?.pid ?? 0
  }
  const api: Rig['api'] = async (method, path, body, as) => {
    try {
      const answer = await fetch(bowtie.url + path, {
        method,
        headers: {
          Authorization: `Bearer ${apiToken}`,
          ...(as === undefined ? {} : { 'Act-As': as }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const text = await answer.text()
      return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return { status: 0, json: undefined }
    }
  }
  const query: Rig['query'] = async (text, values) => {
    // The database may have been killed a moment ago: asking for truth is tried until it answers.
    for (let tries = 1; ; tries++) {
      try {
        return (await (pool as pg.Pool).query(text, values as unknown[])).rows
      } catch (error) {
        if (tries === 40) throw error
        await wait(500)
      }
    }
  }
  await begun()
  const rig: Rig = {
    sandbox,
    code: '',
    url: () => bowtie.url,
    pid: pidOf,
    async back(role, before) {
      for (;;) {
        const pid = pidOf(role)
        if (pid > 0 && pid !== before && (role === 'worker' || (await api('GET', '/readyz')).status === 200)) return pid
        await wait(50)
      }
    },
    query,
    api,
    async killEverything() {
      const pids = [pidOf('database'), pidOf('worker'), pidOf('web')]
      bowtie.process.kill('SIGKILL')
      for (const pid of pids) if (pid > 0) process.kill(pid, 'SIGKILL')
      await bowtie.end('SIGKILL')
      await pool?.end().catch(() => {})
      bowtie = await launch([], env, bowtie.dataDir)
      await begun()
    },
    secondWorker: async () => {
      const second = await launch(['--only=worker'], { ...env, ...running().added }, bowtie.dataDir)
      await second.says(ready)
      return second
    },
    settle: (patienceMs = 90_000) => settle(rig, patienceMs),
    async close() {
      await pool?.end().catch(() => {})
      await bowtie.end('SIGTERM')
      await sandbox.close()
    },
  }
  for (const [userid, held] of Object.entries(roles)) await api('PUT', `/api/staff/${userid}`, { roles: held })
  await api('PUT', '/api/playbook', rules)
  const made = await api('POST', '/api/live-codes', {
    name: '工博会',
    staff: ['WangMin', 'LiLei', 'HanMeimei'],
    tags: [{ group: '来源', name: '展会' }],
    source: { channel: '展会', campaign: '工博会' },
  })
  if (made.status !== 201) throw new Error(`no live code: ${made.status} ${JSON.stringify(made.json)}`)
  rig.code = made.json.state
  await rig.settle()
  return rig
}

function isRole(pid: number, role: Role): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/start/${role}.js`)
  } catch {
    return false
  }
}

/** What is still on its way, by name; what waits for a time far ahead or for a person is at rest. */
const openWork = `SELECT * FROM (
  SELECT 'inbox ' || state AS what, count(*)::int AS n FROM inbox WHERE state IN ('received', 'working') GROUP BY state
  UNION ALL SELECT 'messages ' || state, count(*)::int FROM messages WHERE state = 'sending' OR state = 'planned' AND due_at < now() + interval '1 minute' GROUP BY state
  UNION ALL SELECT 'batches ' || state, count(*)::int FROM batches WHERE state = 'sending' GROUP BY state
  UNION ALL SELECT 'stale relations', count(*)::int FROM follows WHERE stale_since < now() + interval '2 minutes'
  UNION ALL SELECT 'wishes', count(*)::int FROM follows WHERE wish_at IS NOT NULL AND state = 'full'
  UNION ALL SELECT 'cards', count(*)::int FROM cards WHERE state = 'stale'
  UNION ALL SELECT 'codes', count(*)::int FROM live_codes WHERE make_at IS NOT NULL
  UNION ALL SELECT 'newcomers', count(*)::int FROM newcomers WHERE due_at < now() + interval '1 minute'
  UNION ALL SELECT 'codes off duty', count(*)::int FROM live_codes WHERE duty_at <= now() AND made = 'made'
  UNION ALL SELECT 'unheld leads', count(*)::int FROM leads l WHERE desk = 'sales' AND owner IS NULL AND merged_into IS NULL
    AND NOT EXISTS (SELECT FROM offers o WHERE o.lead_id = l.id AND o.state = 'open')
  UNION ALL SELECT 'mirror ' || name, 1 FROM mirror_work WHERE due_at < now() + interval '1 minute' OR claimed_until > now()
) w WHERE n > 0`

async function settle(rig: Rig, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs
  for (let quiet = 0, calls = -1; quiet < 3; ) {
    await rig.sandbox.idle()
    const open = await rig.query<{ what: string; n: number }>(openWork)
    quiet = open.length === 0 && rig.sandbox.calls.length === calls ? quiet + 1 : 0
    calls = rig.sandbox.calls.length
    if (performance.now() > until)
      throw new Error(`does not come to rest: ${open.map(({ what, n }) => `${n} × ${what}`).join(', ') || 'calls'}`)
    await wait(500)
  }
}
