import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedPostgres, embeddedPostgres } from '../../src/embedded-postgres.ts'

let home: string
let servers: EmbeddedPostgres[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'embedded-'))
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(2_000)))
  rmSync(home, { recursive: true, force: true })
})

async function start(options: Partial<Parameters<typeof embeddedPostgres>[0]> = {}) {
  const server = await embeddedPostgres({
    dir: join(home, 'postgres'),
    settings: { shared_buffers: '32MB' },
    ...options,
  })
  servers.push(server)
  return server
}

async function ask<Row extends pg.QueryResultRow>(server: EmbeddedPostgres, text: string) {
  const client = new pg.Client(server.url())
  await client.connect()
  const { rows } = await client.query<Row>(text).finally(() => client.end())
  return rows
}

const gone = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}

test('what was committed is there after a stop and a start', async () => {
  const first = await start()
  await ask(first, 'CREATE TABLE kept AS SELECT 1 AS n')
  await first.stop()
  expect(gone(first.pid)).toBe(true)
  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await ask(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
})

test('speaks UTF-8 by the builtin locale, on loopback only, and asks for its password', async () => {
  const server = await start()
  expect(
    await ask(
      server,
      `SELECT datlocprovider AS provider, datlocale AS locale, pg_encoding_to_char(encoding) AS encoding,
       current_setting('listen_addresses') AS listens FROM pg_database WHERE datname = 'bowtie'`,
    ),
  ).toEqual([{ provider: 'b', locale: 'C.UTF-8', encoding: 'UTF8', listens: '127.0.0.1' }])
  const wrong = new pg.Client(server.url().replace(/:[^:@]+@/, ':wrong@'))
  await expect(wrong.connect()).rejects.toThrow(/password/)
  expect(statSync(join(home, 'postgres')).mode & 0o777).toBe(0o700)
})

test('a server left running is adopted, and the sessions of the dead are ended', async () => {
  const left = await start()
  const old = new pg.Client(left.url())
  const ended = new Promise<string>((done) => old.on('error', (error) => done(error.message)))
  await old.connect()
  const again = await start()
  expect(again).toMatchObject({ adopted: true, pid: left.pid, port: left.port })
  expect(await ended).toMatch(/terminat/)
})

test('a server that was killed too is started again, whoever has its pid now', async () => {
  const first = await start()
  await ask(first, 'CREATE TABLE kept AS SELECT 2 AS n')
  process.kill(first.pid, 'SIGKILL')
  await expect.poll(() => gone(first.pid)).toBe(true)
  const pidFile = join(home, 'postgres/postmaster.pid')
  // After a crash, or in a new container, the number in the file belongs to somebody else: here to us.
  writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(String(first.pid), String(process.pid)))
  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await ask(second, 'SELECT n FROM kept')).toEqual([{ n: 2 }])
})

test('a first start that was interrupted leaves nothing half made', async () => {
  const interrupted = new AbortController()
  await expect(
    start({ signal: interrupted.signal, say: () => setTimeout(() => interrupted.abort(), 100) }),
  ).rejects.toThrow()
  expect(existsSync(join(home, 'postgres'))).toBe(false)
  const server = await start()
  expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(readdirSync(home).sort()).toEqual(['postgres', 'postgres.log'])
})

test('a closed folder above it is opened for passing through only, and named', async () => {
  const closed = join(home, 'closed')
  mkdirSync(join(closed, 'data'), { recursive: true })
  chmodSync(closed, 0o700)
  const said: string[] = []
  await start({ dir: join(closed, 'data/postgres'), say: (line) => said.push(line) })
  const mode = statSync(closed).mode & 0o777
  if (process.getuid?.() === 0) {
    expect(mode).toBe(0o701)
    expect(said.join()).toContain(closed)
  } else expect(mode).toBe(0o700)
})

test('a start that fails says why, from the log', async () => {
  const server = await start()
  await server.stop()
  await expect(start({ settings: { max_wal_size: 'nonsense' } })).rejects.toThrow(/nonsense/)
})
