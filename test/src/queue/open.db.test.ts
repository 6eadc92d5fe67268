import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../../src/db.ts'
import { openQueue, type QueueDoor } from '../../../src/queue/open.ts'
import { testDatabase } from '../../support/db.ts'

const log = pino({ level: 'silent' })
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Until it is so; a queue has its own time. */
async function until(what: () => boolean | Promise<boolean>, mostMs = 15_000): Promise<void> {
  for (const end = performance.now() + mostMs; performance.now() < end; await wait(20)) if (await what()) return
  throw new Error('it never came to be')
}

interface Parts {
  open(): QueueDoor
}

/** What holds of the queue wherever it lies. */
function promises(parts: () => Parts): void {
  const open = (): QueueDoor => {
    const door = parts().open()
    opened.push(door)
    return door
  }
  const listen = (door: QueueDoor): string[] => {
    const heard: string[] = []
    opened.push(door.listen((job) => heard.push(job)))
    return heard
  }

  it('brings a wake-up to whoever listens elsewhere', async () => {
    const heard = listen(open())
    open().wake.up('deliver')
    await until(() => heard.includes('deliver'))
  })

  it('brings a thousand at once as a few, the last of them after the last was asked for', async () => {
    const door = open()
    const heard = listen(open())
    for (let n = 0; n < 1_000; n++) door.wake.up('deliver')
    door.wake.up('other')
    await until(() => heard.includes('deliver') && heard.includes('other'))
    await wait(300)
    expect(heard.filter((job) => job === 'deliver').length).toBeLessThan(10)
    const before = heard.length
    door.wake.up('deliver')
    await until(() => heard.length > before)
  })

  it('keeps one of a name, however long nobody listens', async () => {
    const door = open()
    for (let n = 0; n < 30; n++) {
      door.wake.up('lonely')
      await wait(15)
    }
    const heard = listen(open())
    await until(() => heard.includes('lonely'))
    await wait(300)
    expect(heard.filter((job) => job === 'lonely').length).toBeLessThanOrEqual(2)
  })

  it('runs by the calendar, takes it over when it changes, and forgets what is gone', async () => {
    const door = open()
    await door.schedule(
      new Map([
        ['often', { everyMs: 200 }],
        ['gone', { everyMs: 200 }],
      ]),
    )
    const heard = listen(open())
    await until(() => heard.filter((job) => job === 'often').length >= 2 && heard.includes('gone'))
    await open().schedule(
      new Map([
        ['often', { everyMs: 200 }],
        ['new', { everyMs: 200 }],
      ]),
    )
    await until(() => heard.includes('new'))
    await wait(400)
    const gone = heard.filter((job) => job === 'gone').length
    await wait(700)
    expect(heard.filter((job) => job === 'gone')).toHaveLength(gone)
    await door.schedule(new Map())
  })
}

describe('the queue on PostgreSQL', () => {
  let db: Db & { url: string }
  beforeAll(async () => {
    db = await testDatabase()
  })
  promises(() => ({ open: () => openQueue({ databaseUrl: db.url, log }) }))

  it('lives on when the server ends its connections', async () => {
    const door = openQueue({ databaseUrl: db.url, log })
    const other = openQueue({ databaseUrl: db.url, log })
    opened.push(door, other)
    const heard: string[] = []
    opened.push(other.listen((job) => heard.push(job)))
    door.wake.up('before')
    await until(() => heard.includes('before'))
    const ended = await db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'bowtie-queue%'",
    )
    expect(ended.length).toBeGreaterThan(1)
    await until(() => {
      door.wake.up('after')
      return heard.includes('after')
    }, 20_000)
  }, 40_000)

  it('that cannot be reached neither throws nor holds up the end', async () => {
    const door = openQueue({ databaseUrl: 'postgres://nobody@127.0.0.1:9/none', log })
    const listening = door.listen(() => {})
    door.wake.up('deliver')
    door.wake.up('deliver')
    await wait(100)
    const began = performance.now()
    await Promise.all([listening.close(), door.close()])
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

const redisServer = (() => {
  try {
    return execFileSync('sh', ['-c', 'command -v redis-server || command -v valkey-server'], {
      encoding: 'utf8',
    }).trim()
  } catch {
    return ''
  }
})()

describe.skipIf(!redisServer)(
  `the queue on Redis${redisServer ? '' : ' (skipped: no redis-server on this machine)'}`,
  () => {
    let server: ChildProcess
    let folder: string
    let port: number
    const start = async () => {
      server = spawn(
        redisServer,
        ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      await new Promise<void>((resolve) => {
        server.stdout?.on('data', (said: Buffer) => {
          if (/ready to accept connections/i.test(said.toString())) resolve()
        })
      })
    }
    const stop = async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGKILL')
      await ended
    }
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'bowtie-redis-'))
      port = await freePort()
      await start()
    })
    afterAll(async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    })
    const redisUrl = () => `redis://127.0.0.1:${port}/3`
    promises(() => ({ open: () => openQueue({ databaseUrl: '', redisUrl: redisUrl(), log }) }))

    it('lives on when the server is killed and comes back with nothing', async () => {
      const door = openQueue({ databaseUrl: '', redisUrl: redisUrl(), log })
      opened.push(door)
      const heard: string[] = []
      opened.push(door.listen((job) => heard.push(job)))
      door.wake.up('before')
      await until(() => heard.includes('before'))
      await stop()
      door.wake.up('lost')
      await start()
      await until(() => {
        door.wake.up('after')
        return heard.includes('after')
      }, 20_000)
    }, 40_000)
  },
)

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
