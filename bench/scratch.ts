import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { variables } from '../src/config.ts'
import { type Db, openDb } from '../src/db.ts'
import { embeddedPostgres } from '../src/embedded-postgres.ts'
import { migrate } from '../src/migrate.ts'
import { codeRoot, projectRoot } from '../src/root.ts'
import { isFree } from '../src/start/ports.ts'
import { benchCorp } from './callbacks.ts'
import { onInterrupt } from './tidy.ts'

export interface Running {
  pid: number
  port: number
  stop(): Promise<void>
}

/** A place of one's own: the product's embedded PostgreSQL as it is, durable, and processes around it. Nothing outlives it. */
export interface Scratch {
  dir: string
  /** A new database; `migrated` unless told. Statements are counted in it. */
  database(name: string, options?: { migrated?: boolean }): Promise<Db & { url: string }>
  /** One of the product's own processes, on a database of this place. */
  role(name: 'web' | 'worker', databaseUrl: string, env?: Record<string, string>): Promise<Running>
  /** What such a process finds in its environment. */
  env(databaseUrl: string, port: number): Record<string, string>
  /** A program below bench/limits. */
  limit(name: string, env: Record<string, string>): Promise<Running>
  close(): Promise<void>
}

export const benchToken = 'bench-api-token'
export const sessionSecret = 'a-session-secret-of-at-least-32-characters'
const patienceMs = 60_000

/** @param profile folder for CPU profiles of the product's processes */
export async function openScratch({ profile }: { profile?: string } = {}): Promise<Scratch> {
  const dir = mkdtempSync(join(tmpdir(), 'bowtie-bench-'))
  const server = await embeddedPostgres({
    dir: join(dir, 'postgres'),
    settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'top' },
  })
  const dbs: Db[] = []
  const children: ChildProcess[] = []
  const start = async (module: string, env: Record<string, string>, port: number): Promise<Running> => {
    const unset = Object.fromEntries(Object.keys(variables).map((name) => [name, '']))
    const child = fork(module, {
      env: { ...process.env, ...unset, ...env },
      execArgv: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.push(child)
    const told = await new Promise<{ port?: number }>((done, fail) => {
      const late = setTimeout(() => fail(new Error(`${module} is not ready`)), patienceMs)
      child.once('exit', (code) => fail(new Error(`${module} ended with ${code}`)))
      child.on('message', (message: { ready?: boolean; port?: number }) => {
        if (!message.ready) return
        clearTimeout(late)
        done(message)
      })
    })
    return {
      pid: child.pid as number,
      port: told.port ?? port,
      stop: () => (isRunning(child) ? end(child) : Promise.resolve()),
    }
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  const closeAll = async () => {
    await Promise.all(children.filter(isRunning).map(end))
    await Promise.all(dbs.map((db) => db.close()))
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
  const forget = onInterrupt(close)
  return {
    dir,
    async database(name, { migrated = true } = {}) {
      const admin = openDb(server.url('postgres'), { poolSize: 1 })
      await admin.query(`CREATE DATABASE ${name}`)
      await admin.close()
      const url = server.url(name)
      if (migrated) await migrate(url, join(projectRoot, 'prisma/migrations'))
      const db = Object.assign(openDb(url, { name: 'bench' }), { url })
      dbs.push(db)
      await db.query('CREATE EXTENSION pg_stat_statements')
      return db
    },
    async role(name, databaseUrl, env = {}) {
      const port = await freePort()
      return start(moduleOf(`src/start/${name}`), { ...roleEnv(databaseUrl, port, dir), ...env }, port)
    },
    env: (databaseUrl, port) => roleEnv(databaseUrl, port, dir),
    limit: (name, env) => start(moduleOf(`bench/limits/${name}`), env, 0),
    async close() {
      forget()
      await close()
    },
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 8_000)
  await ended
  clearTimeout(late)
}

/** A corp that nobody answers for: what these processes measure never asks WeCom. */
function roleEnv(databaseUrl: string, port: number, dir: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dir,
    PORT: String(port),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    SESSION_SECRET: sessionSecret,
    DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    API_TOKEN: benchToken,
    WECOM_CORP_ID: benchCorp.corpId,
    WECOM_AGENT_ID: String(benchCorp.agentId),
    WECOM_SECRET: benchCorp.secret,
    WECOM_TOKEN: benchCorp.token,
    WECOM_AES_KEY: benchCorp.aesKey,
    WECOM_API_URL: 'http://127.0.0.1:9',
  }
}

const moduleOf = (path: string): string => {
  const found = ['js', 'ts'].map((ending) => join(codeRoot, `${path}.${ending}`)).find(existsSync)
  if (!found) throw new Error(`${path} is missing`)
  return found
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    if (await isFree(port, '127.0.0.1')) return port
  }
}
