import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { generateClient } from '../../build.mjs'
import { type EmbeddedPostgres, embeddedPostgres } from '../../src/embedded-postgres.ts'
import { migrate } from '../../src/migrate.ts'
import { identityOf } from '../../src/start/lock.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers the address of the run's PostgreSQL, and starts it when first asked. */
    databaseDoor: string
  }
}

const prefix = 'bowtie-test-'

/** One throwaway PostgreSQL per run, started when the first test asks for a database. */
export default async function setup(project: TestProject) {
  await generateClient()
  await sweep()
  let starting: Promise<Scratch> | undefined
  const door = createServer((_, response) => {
    starting ??= startScratch()
    starting.then(
      ({ server }) => response.end(server.url('postgres')),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done))
  project.provide('databaseDoor', `http://127.0.0.1:${(door.address() as AddressInfo).port}`)

  return async () => {
    door.close()
    const scratch = await starting?.catch(() => undefined)
    if (!scratch) return
    await scratch.server.stop(2_000)
    await rm(scratch.home, { recursive: true, force: true })
  }
}

interface Scratch {
  home: string
  server: EmbeddedPostgres
}

async function startScratch(): Promise<Scratch> {
  const home = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(home, 'owner'), JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }))
  const server = await embeddedPostgres({ dir: join(home, 'postgres'), durable: false })
  const client = new pg.Client(server.url('postgres'))
  await client.connect()
  await client.query('CREATE DATABASE template_bowtie')
  await migrate(server.url('template_bowtie'), join(import.meta.dirname, '../../prisma/migrations'))
  await client.end()
  return { home, server }
}

/** A run that was killed leaves its server behind; the next one clears it away. */
async function sweep() {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const home = join(tmpdir(), name)
    try {
      const { pid, identity } = JSON.parse(readFileSync(join(home, 'owner'), 'utf8')) as {
        pid: number
        identity: string
      }
      if (identityOf(pid) === identity) continue
    } catch {
      continue
    }
    try {
      const server = Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
      if (readFileSync(`/proc/${server}/cmdline`, 'utf8').includes(home)) process.kill(server, 'SIGQUIT')
    } catch {
      // Not running any more.
    }
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}
