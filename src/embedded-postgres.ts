import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { initialisePostgres, passwordFileOf, postgresUser, serverEnv } from './initialise-postgres.ts'
import { type Account, openTheWay, postgresAccount, postgresBinaries } from './postgres-binaries.ts'
import { identityOf } from './start/lock.mjs'

/** A database that has to replay its log after a crash may need minutes; one that stays silent this long is broken. */
const startPatienceMs = 300_000

export interface EmbeddedPostgres {
  /** `postgres://…` with password, for the database `bowtie` or another one of this server. */
  url(database?: string): string
  port: number
  pid: number
  /** Whether it was found running, left behind by a Node that was killed. */
  adopted: boolean
  isAlive(): boolean
  /** Fast shutdown; after `patienceMs` an immediate one, from which the next start recovers. */
  stop(patienceMs?: number): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** The data directory. Made on the first start; its log lies beside it as `<dir>.log`. */
  dir: string
  /** Preferred; without it, or when it is taken, a free one. */
  port?: number
  /** `false` gives up durability for speed: for tests only. */
  durable?: boolean
  settings?: Record<string, string>
  /** Gives up starting, and ends what was started. */
  signal?: AbortSignal
  /** Called with a line for people whenever a step takes long or changes something outside `dir`. */
  say?: (line: string) => void
}

/**
 * A real PostgreSQL on 127.0.0.1 from an npm package, in its own process group, so that Ctrl-C does not reach it.
 * Adopts a server that a killed Node left behind on the same directory and ends that one's sessions; clears away what a
 * killed server left. The caller makes sure that there is one caller per directory.
 * @throws when it cannot start; the message holds the end of the server's log
 */
export async function embeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => {})
  await mkdir(dirname(resolve(options.dir)), { recursive: true })
  const dir = join(realpathSync(dirname(resolve(options.dir))), basename(options.dir))
  const account = await postgresAccount(dir)
  const programs = await postgresBinaries(account)
  for (const path of [dir, programs.postgres])
    for (const opened of await openTheWay(path, account))
      say(
        `已允许 PostgreSQL 账户 ${account.name} 穿过 ${opened}（chmod +x）· ${account.name} may now pass through this folder`,
      )
  if (!existsSync(dir)) await initialisePostgres(dir, programs.initdb, account, say, options.signal)
  const password = (await readFile(passwordFileOf(dir), 'utf8')).trim()

  const left = serverOf(dir)
  if (left) {
    const adopted = await adopt(dir, password, left, say)
    if (adopted) return adopted
  }
  return launch(dir, password, programs.postgres, account, options, say)
}

interface Left {
  pid: number
  port: number
}

/** The live server on this directory, as its pid file names it. A pid file nobody stands behind any more is removed. */
function serverOf(dir: string): Left | undefined {
  const file = readPidFile(dir)
  return file && isServerOf(file.pid, dir) ? file : undefined
}

function readPidFile(dir: string) {
  try {
    const lines = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() }
  } catch {
    return undefined
  }
}

/** A pid alone proves nothing: after a crash or in a new container another program may have it. */
function isServerOf(pid: number, dir: string) {
  if (identityOf(pid) === undefined) return false
  if (process.platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dir && basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres')
  } catch {
    return false
  }
}

/** Takes over a server that runs already; ends it and answers `undefined` when it does not answer as it should. */
async function adopt(dir: string, password: string, left: Left, say: (line: string) => void) {
  say('接管上次遗留的 PostgreSQL · taking over the PostgreSQL that the last run left behind')
  try {
    await asSuperuser(left.port, password, async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
      if (realpathSync(rows[0]?.data_directory ?? '/') !== dir) throw new Error('not ours')
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      )
      await ensureDatabase(client)
    })
    return handle(dir, password, left, true)
  } catch {
    await end(left.pid, 5_000)
    return undefined
  }
}

async function launch(
  dir: string,
  password: string,
  postgres: string,
  account: Account,
  options: EmbeddedPostgresOptions,
  say: (line: string) => void,
): Promise<EmbeddedPostgres> {
  await rm(join(dir, 'postmaster.pid'), { force: true })
  const log = `${dir}.log`
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && options.port ? options.port : await freePort()
    const from = await stat(log).then(
      ({ size }) => (size > 10_000_000 ? 0 : size),
      () => 0,
    )
    const file = await open(log, from === 0 ? 'w' : 'a', 0o600)
    const settings = { ...commonSettings, ...(options.durable === false ? carelessSettings : {}), ...options.settings }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const { uid, gid } = account
    const child = spawn(postgres, ['-D', dir, '-p', String(port), ...flags], {
      uid,
      gid,
      detached: true,
      stdio: ['ignore', file.fd, file.fd],
      env: serverEnv(),
    })
    const gone = new Promise<void>((done) => {
      child.once('exit', () => done())
      child.once('error', () => done())
    })
    let exited = false
    void gone.then(() => {
      exited = true
    })
    child.unref()
    await file.close()
    let told = 0
    const begin = performance.now()
    while (!exited) {
      const file = readPidFile(dir)
      if (file?.pid === child.pid && file?.status === 'ready') {
        await asSuperuser(port, password, ensureDatabase)
        return handle(dir, password, { pid: file.pid, port }, false)
      }
      const elapsed = performance.now() - begin
      if (elapsed > startPatienceMs || options.signal?.aborted) {
        await end(child.pid as number, 5_000)
        break
      }
      if (elapsed > (told + 1) * 5_000) {
        told++
        say(`PostgreSQL 仍在启动（${told * 5} 秒）… · still starting`)
      }
      await Promise.race([wait(15), gone])
    }
    options.signal?.throwIfAborted()
    const words = (await readFile(log, 'utf8')).slice(from)
    // The sessions of a server that was killed take a moment to notice; a free port may be taken between look and use.
    const passing = /pre-existing shared memory block|lock file .* already exists|could not create any TCP\/IP sockets/
    if (attempt < 20 && passing.test(words)) {
      await wait(500)
      continue
    }
    throw new Error(`内置 PostgreSQL 启动失败，见 ${log} · it did not start\n${words.trim().slice(-2_000)}`)
  }
}

const commonSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  jit: 'off',
  // The tables people work on are in memory: finding two hundred rows one by one beats reading all of them.
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const carelessSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  shared_buffers: '128MB',
}

function handle(dir: string, password: string, { pid, port }: Left, adopted: boolean): EmbeddedPostgres {
  return {
    pid,
    port,
    adopted,
    url: (database = 'bowtie') => `postgres://${postgresUser}:${password}@127.0.0.1:${port}/${database}`,
    isAlive: () => isServerOf(pid, dir),
    stop: (patienceMs = 5_000) => (isServerOf(pid, dir) ? end(pid, patienceMs) : Promise.resolve()),
  }
}

/** INT is the fast shutdown, QUIT the immediate one. */
async function end(pid: number, patienceMs: number) {
  const life = identityOf(pid)
  for (const [signal, ms] of [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 6_000],
    ['SIGKILL', 2_000],
  ] as const) {
    const begin = performance.now()
    while (life !== undefined && identityOf(pid) === life) {
      if (performance.now() - begin > ms) break
      if (performance.now() - begin < 1) process.kill(pid, signal)
      await wait(10)
    }
  }
}

async function asSuperuser<T>(port: number, password: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: postgresUser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function ensureDatabase(client: pg.Client) {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', ['bowtie'])
  if (rowCount === 0) await client.query('CREATE DATABASE bowtie')
}

async function freePort() {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
