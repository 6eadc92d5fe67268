import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, expect, test } from 'vitest'
import { embeddedPostgres } from '../src/embedded-postgres.ts'
import { endLaunched, freePort, launch, processesOf } from './support/launch.ts'

const patience = 180_000
afterEach(endLaunched, patience)

const healthy = async (url: string) => (await fetch(`${url}/healthz`)).status
const readyLine = /已就绪，用时 ([\d.]+) 秒/

test('one command starts everything, and SIGTERM ends everything within 10 seconds', {
  timeout: patience,
}, async () => {
  const bowtie = await launch()
  await bowtie.says(readyLine)
  await bowtie.says(/控制台 Console\s+http/)
  const [, sandbox] = await bowtie.says(/Sandbox\s+(http:\S+)/)
  expect(await healthy(bowtie.url)).toBe(200)
  expect((await fetch(sandbox as string)).status).toBeLessThan(500)
  // What commands beside it need to reach the same database and sandbox; nobody else may read it.
  expect(statSync(join(bowtie.dataDir, 'running.json')).mode & 0o777).toBe(0o600)
  // The parent, the two roles, the sandbox, and the database's processes.
  expect(processesOf(bowtie.dataDir).length).toBeGreaterThan(4)

  const { code, ms } = await bowtie.end('SIGTERM')
  expect(code).toBe(0)
  expect(ms).toBeLessThan(10_000)
  expect(processesOf(bowtie.dataDir)).toEqual([])
})

test('Ctrl-C, heard twice as npm passes it on, is one drain', { timeout: patience }, async () => {
  const bowtie = await launch()
  await bowtie.says(readyLine)
  bowtie.process.kill('SIGINT')
  expect((await bowtie.end('SIGINT')).code).toBe(0)
  expect(bowtie.output().match(/正在收尾/g)).toHaveLength(1)
  expect(processesOf(bowtie.dataDir)).toEqual([])
})

test('asked to end while still starting, it ends and leaves nothing', { timeout: patience }, async () => {
  const bowtie = await launch()
  await bowtie.says(/初始化/)
  expect((await bowtie.end('SIGTERM')).code).toBe(0)
  expect(processesOf(bowtie.dataDir)).toEqual([])
})

test('after kill -9 of Node alone the next start takes over the database, and nothing old is left', {
  timeout: patience,
}, async () => {
  const port = String(await freePort())
  const first = await launch([], { PORT: port })
  await first.says(readyLine)
  const database = serverPid(first.dataDir)
  await first.end('SIGKILL')

  const second = await launch([], { PORT: port }, first.dataDir)
  await second.says(readyLine)
  expect(second.output()).toContain('接管')
  expect(serverPid(first.dataDir)).toBe(database)
  expect(await healthy(second.url)).toBe(200)
  expect((await second.end('SIGTERM')).code).toBe(0)
  expect(processesOf(first.dataDir)).toEqual([])
})

test('after kill -9 of everything the next start recovers', { timeout: patience }, async () => {
  const first = await launch()
  await first.says(readyLine)
  for (const pid of processesOf(first.dataDir)) process.kill(pid, 'SIGKILL')
  await first.end('SIGKILL')

  const second = await launch([], {}, first.dataDir)
  await second.says(readyLine)
  expect(await healthy(second.url)).toBe(200)
  expect((await second.end('SIGTERM')).code).toBe(0)
})

test('orphaned roles and sandbox notice that their parent is gone', { timeout: patience }, async () => {
  const bowtie = await launch()
  await bowtie.says(readyLine)
  await bowtie.end('SIGKILL')
  const nodes = () =>
    processesOf(bowtie.dataDir).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('node'))
  await expect.poll(nodes, { timeout: 15_000 }).toEqual([])
})

test('a second start beside a running one is refused in one line', { timeout: patience }, async () => {
  const first = await launch()
  await first.says(readyLine)
  const second = await launch([], {}, first.dataDir)
  await expect(second.says(readyLine)).rejects.toThrow()
  expect(second.process.exitCode).toBe(1)
  expect(second.output().trim().split('\n')).toHaveLength(1)
  expect(second.output()).toContain(`已在运行（进程 ${first.process.pid}`)
  expect(await healthy(first.url)).toBe(200)
})

test('a taken port is one clear line, and nothing stays behind', { timeout: patience }, async () => {
  const other = createServer()
  const port = await freePort()
  await new Promise<void>((done) => other.listen(port, '127.0.0.1', done))
  const bowtie = await launch([], { PORT: String(port) })
  await expect(bowtie.says(readyLine)).rejects.toThrow()
  other.close()
  expect(bowtie.process.exitCode).toBe(1)
  expect(bowtie.output().trim().split('\n')).toHaveLength(1)
  expect(bowtie.output()).toContain(`端口 ${port} 已被占用`)
  expect(processesOf(bowtie.dataDir)).toEqual([])
})

test('configuration faults are all named at once, with exit code 78', { timeout: patience }, async () => {
  const bowtie = await launch([], {
    PUBLIC_URL: 'nonsense',
    WECOM_CORP_ID: 'ww1',
    DATABASE_URL: 'postgres://localhost/x',
  })
  await expect(bowtie.says(readyLine)).rejects.toThrow()
  expect(bowtie.process.exitCode).toBe(78)
  for (const name of [
    'PUBLIC_URL',
    'WECOM_AGENT_ID',
    'WECOM_SECRET',
    'WECOM_TOKEN',
    'WECOM_AES_KEY',
    'SESSION_SECRET',
    'DATA_KEY',
  ])
    expect(bowtie.output()).toContain(`  ${name}：`)
})

test('a crashed role is started again; what the worker had pulled of 客服 when it was killed is answered, once', {
  timeout: patience,
}, async () => {
  const bowtie = await launch()
  await bowtie.says(readyLine)
  const [, sandbox] = await bowtie.says(/Sandbox\s+(http:\S+)/)
  const { added } = JSON.parse(readFileSync(join(bowtie.dataDir, 'running.json'), 'utf8'))
  const db = new Client(added.DATABASE_URL)
  await db.connect()
  const count = async (sql: string) => Number((await db.query(`SELECT count(*) FROM ${sql}`)).rows[0].count)
  // Customers' rows are claimed by nobody until they may be: the worker is between its pull and their handling.
  await db.query(`CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NEW; END';
    CREATE TRIGGER held BEFORE INSERT ON inbox_hands FOR EACH ROW WHEN (NEW.subject LIKE 'wm%') EXECUTE FUNCTION held();
    SELECT pg_advisory_lock(77)`)
  const act = async (action: string, input?: object) => {
    const method = input ? { method: 'POST', body: JSON.stringify(input) } : {}
    const answer = await fetch(`${sandbox}/sandbox/api/${action}`, {
      ...method,
      headers: { 'Content-Type': 'application/json' },
    })
    return (await answer.json()) as SandboxWorld
  }
  const { kf } = await act('world')
  const customers: string[] = []
  for (const name of ['甲', '乙', '丙']) {
    const input = { name, kf: kf.accounts[0]?.open_kfid, text: '怎么开发票' }
    customers.push((await act('customerWritesKf', input)).external_userid)
  }
  await expect.poll(() => count("inbox WHERE path = 'kf/text' AND state = 'received'"), { timeout: 20_000 }).toBe(3)
  for (const role of ['worker', 'web']) {
    const pid = processesOf(bowtie.dataDir).find((one) =>
      readFileSync(`/proc/${one}/cmdline`, 'utf8').includes(`${role}.js`),
    )
    process.kill(pid as number, 'SIGKILL')
    await bowtie.says(new RegExp(`${role} 异常退出`))
  }
  // What the dead one still asked of the database dies with it.
  await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid();
    SELECT pg_advisory_unlock(77); DROP TRIGGER held ON inbox_hands`)
  const answers = async () => {
    const { chat } = await act('world')
    const said = chat.filter((one) => one.via === 'kf-api' && /增值税/.test(one.text ?? ''))
    return customers.map((id) => said.filter((one) => one.external_userid === id).length)
  }
  await expect.poll(answers, { timeout: 30_000 }).toEqual([1, 1, 1])
  await expect.poll(() => count("inbox WHERE path = 'kf/text' AND state <> 'done'"), { timeout: 20_000 }).toBe(0)
  expect(await count("messages WHERE purpose = 'answer'")).toBe(3)
  expect(await count('hearings')).toBe(0)
  await db.end()
  await expect.poll(() => healthy(bowtie.url).catch(() => 0), { timeout: 20_000 }).toBe(200)
})

test('a database that dies is started again at the same address', { timeout: patience }, async () => {
  const bowtie = await launch()
  await bowtie.says(readyLine)
  const before = serverPid(bowtie.dataDir)
  process.kill(before, 'SIGKILL')
  await bowtie.says(/PostgreSQL 意外结束/)
  await expect.poll(() => serverPidOr(bowtie.dataDir, before), { timeout: 20_000 }).not.toBe(before)
  expect((await bowtie.end('SIGTERM')).code).toBe(0)
  expect(processesOf(bowtie.dataDir)).toEqual([])
})

test('one role alone runs on an outside database, and names what it lacks', { timeout: patience }, async () => {
  const bare = await launch(['--only=web'])
  await expect(bare.says(readyLine)).rejects.toThrow()
  expect(bare.process.exitCode).toBe(78)
  expect(bare.output()).toContain('  DATABASE_URL：')

  const dir = mkdtempSync(join(tmpdir(), 'bowtie-start-'))
  const database = await embeddedPostgres({ dir: join(dir, 'outside'), durable: false })
  try {
    const web = await launch(
      ['--only=web'],
      {
        DATABASE_URL: database.url(),
        SESSION_SECRET: 's'.repeat(40),
        DATA_KEY: Buffer.alloc(32, 1).toString('base64'),
        WECOM_CORP_ID: 'ww1',
        WECOM_AGENT_ID: '1',
        WECOM_SECRET: 's',
        WECOM_TOKEN: 't',
        WECOM_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      },
      dir,
    )
    await web.says(readyLine)
    expect(await healthy(web.url)).toBe(200)
    expect((await web.end('SIGTERM')).code).toBe(0)
  } finally {
    await database.stop()
  }
})

/** What these tests read of the sandbox's answers. */
interface SandboxWorld {
  external_userid: string
  kf: { accounts: { open_kfid: string }[] }
  chat: { external_userid: string; via: string; text?: string }[]
}

const serverPid = (dataDir: string) =>
  Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
function serverPidOr(dataDir: string, otherwise: number) {
  try {
    return serverPid(dataDir)
  } catch {
    return otherwise
  }
}
