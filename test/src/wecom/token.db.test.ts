import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { RetryLater } from '../../../src/failures.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { deriveKeys } from '../../../src/leads/seal-keys.ts'
import { refusal } from '../../../src/wecom/failure.ts'
import { createTokens, type TokenKind } from '../../../src/wecom/token.ts'
import { testDatabase } from '../../support/db.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  db = await testDatabase()
})

const seal = createSeal(deriveKeys(randomBytes(32)))
let clock = movableClock('2026-01-01')
let scope = ''
let fetched = 0
let fetch: (kind: TokenKind) => Promise<{ value: string; expiresInS: number }>
const lines: string[] = []

beforeEach(() => {
  clock = movableClock('2026-01-01')
  scope = randomBytes(4).toString('hex')
  fetched = 0
  lines.length = 0
  fetch = async (kind) => ({ value: `${kind}-${++fetched}`, expiresInS: 7200 })
})

/** A process of its own: nothing but the database in common with the others. */
const process = (ownSeal = seal) => {
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  return createTokens({ db, clock, log, seal: ownSeal, scope, fetch: (kind) => fetch(kind) })
}
const settle = <T>(all: Promise<T>[]) => Promise.allSettled(all)

describe('the shared token', () => {
  it('is fetched once, however many processes and callers ask at the same time', async () => {
    const processes = [process(), process(), process()]
    const tokens = await Promise.all(processes.flatMap((one) => [1, 2, 3, 4, 5].map(() => one.get('access'))))
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['access-1']))
    expect(fetched).toBe(1)
  })

  it('lies encrypted in the database and never in the log', async () => {
    await process().get('access')
    const [row] = await db.query<{ sealed: string }>('SELECT sealed FROM wecom_tokens WHERE name LIKE $1', [
      `%${scope}`,
    ])
    expect(row?.sealed).toBeTruthy()
    expect(row?.sealed).not.toContain('access-1')
    expect(lines.join('')).not.toContain('access-1')
  })

  it('is not asked for again while it is young, even by a new process', async () => {
    const one = process()
    await one.get('access')
    clock.advance(6_000_000)
    await one.get('access')
    await process().get('access')
    expect(fetched).toBe(1)
  })

  it('is fetched anew before it ends', async () => {
    const one = process()
    await one.get('access')
    clock.advance(6_600_000)
    expect((await one.get('access')).value).toBe('access-2')
  })

  it('that WeCom answers again unchanged near its end is not asked for on every call', async () => {
    const one = process()
    await one.get('access')
    clock.advance(6_600_000)
    fetch = async () => {
      fetched += 1
      return { value: 'access-1', expiresInS: 600 }
    }
    for (let calls = 0; calls < 10; calls++) expect((await one.get('access')).value).toBe('access-1')
    expect(fetched).toBe(2)
  })

  it('still serves when its early refresh fails', async () => {
    const one = process()
    await one.get('access')
    clock.advance(6_600_000)
    fetch = async () => {
      fetched += 1
      throw new RetryLater(1, 'no network')
    }
    expect((await one.get('access')).value).toBe('access-1')
    clock.advance(700_000)
    await expect(one.get('access')).rejects.toThrow('no network')
  })

  it('killed early is renewed once for all who found it dead, in every process', async () => {
    const processes = [process(), process()]
    const [dead] = await Promise.all(processes.map((one) => one.get('access')))
    const renewed = await Promise.all(processes.flatMap((one) => [1, 2, 3].map(() => one.renew('access', dead!))))
    expect(new Set(renewed.map(({ value }) => value))).toEqual(new Set(['access-2']))
    expect(fetched).toBe(2)
  })

  it('is waited for while another process fetches it', async () => {
    let finish: (answer: { value: string; expiresInS: number }) => void = () => {}
    let begun: () => void = () => {}
    const started = new Promise<void>((resolve) => {
      begun = resolve
    })
    fetch = () => {
      fetched += 1
      begun()
      return new Promise((resolve) => {
        finish = resolve
      })
    }
    const first = process().get('access')
    await started
    const second = process().get('access')
    finish({ value: 'slow', expiresInS: 7200 })
    expect((await Promise.all([first, second])).map(({ value }) => value)).toEqual(['slow', 'slow'])
    expect(fetched).toBe(1)
  })

  it('is fetched by another process when the one that was fetching died', async () => {
    const died = Date.UTC(2026, 0, 1)
    await db.query(
      'INSERT INTO wecom_tokens (name, refreshing_until, refreshing_by) VALUES ($1, $2, gen_random_uuid())',
      [`access:${scope}`, new Date(died + 10_000)],
    )
    const waiting = process().get('access')
    clock.advance(10_000)
    expect((await waiting).value).toBe('access-1')
  })

  it('sealed with a lost DATA_KEY is fetched anew', async () => {
    await process().get('access')
    expect((await process(createSeal(deriveKeys(randomBytes(32)))).get('access')).value).toBe('access-2')
  })

  it('each kind is a credential of its own', async () => {
    const one = process()
    expect((await one.get('access')).value).toBe('access-1')
    expect((await one.get('corp-ticket')).value).toBe('corp-ticket-2')
    expect((await one.get('agent-ticket')).value).toBe('agent-ticket-3')
  })
})

describe('a refusal of the token', () => {
  it('by a wrong secret is asked for once in five minutes, by all processes together', async () => {
    fetch = async () => {
      fetched += 1
      throw refusal('gettoken', 40001, 'invalid credential')
    }
    const processes = [process(), process()]
    const outcomes = await settle(processes.flatMap((one) => [one.get('access'), one.get('access')]))
    for (const outcome of outcomes) {
      expect(outcome.status).toBe('rejected')
      expect(String((outcome as PromiseRejectedResult).reason)).toContain('WECOM_SECRET')
    }
    expect(fetched).toBe(1)
    clock.advance(299_000)
    await settle([process().get('access')])
    expect(fetched).toBe(1)
    clock.advance(2_000)
    await settle([process().get('access')])
    expect(fetched).toBe(2)
  })

  it('by an untrusted IP says which IP, also to those who did not ask themselves', async () => {
    fetch = async () => {
      throw refusal(
        'gettoken',
        60020,
        'not allow to access from your ip, hint: [1_2_3], from ip: 203.0.113.9, more info',
      )
    }
    await settle([process().get('access')])
    await expect(process().get('access')).rejects.toMatchObject({ cause: { errcode: 60020, fromIp: '203.0.113.9' } })
  })

  it('by the network is not remembered', async () => {
    fetch = async () => {
      throw new RetryLater(3_000, 'connection refused')
    }
    await settle([process().get('access')])
    fetch = async () => ({ value: 'good', expiresInS: 7200 })
    expect((await process().get('access')).value).toBe('good')
  })
})
