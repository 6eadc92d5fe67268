import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { readAllMetrics } from '../share-metrics.ts'

/** How a part that this role can do without is doing: null, or what is wrong with it. */
export type Probe = () => Promise<string | null>

const patience = 1_000

/** Alive; able to do this role's own work; and what it counted. */
export function addHealth(router: Router, house: House, degraded: Readonly<Record<string, Probe>>): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { ok: true }
  })
  router.get('/readyz', async (ctx) => {
    const ready = await inTime(house.db.query('SELECT 1')).then(
      () => true,
      () => false,
    )
    const faults: Record<string, string> = {}
    await Promise.all(
      Object.entries(degraded).map(async ([name, probe]) => {
        const fault = await inTime(probe()).catch(() => '没有回应')
        if (fault !== null) faults[name] = fault
      }),
    )
    ctx.status = ready ? 200 : 503
    ctx.body = { ready, ...(ready ? {} : { database: '连接不上' }), degraded: faults }
  })
  router.get('/metrics', async (ctx) => {
    if (!isNear(ctx) && !hasToken(ctx, house.config.apiToken)) {
      throw new Refused(403, 'forbidden', '指标只对本机、内网地址或持有令牌者开放')
    }
    await countWaiting(house)
    ctx.type = house.metrics.registry.contentType
    ctx.body = await readAllMetrics(house)
  })
}

/** What is open is counted by its partial indexes, never past ten thousand. */
async function countWaiting(house: House): Promise<void> {
  const [row] = await house.db.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM (SELECT FROM inbox WHERE state = 'received' LIMIT 10000) t) AS inbox,
       (SELECT count(*) FROM (SELECT FROM inbox WHERE state = 'failed' LIMIT 10000) t) AS failed,
       (SELECT count(*) FROM (SELECT FROM review_queue LIMIT 10000) t) AS review,
       (SELECT count(*) FROM (SELECT FROM messages WHERE state = 'planned' LIMIT 10000) t) AS planned`,
  )
  for (const [place, count] of Object.entries(row ?? {})) house.metrics.waiting.set({ place }, count)
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too slow')), patience).unref()),
  ])
}

/** Loopback and private addresses, IPv4-mapped ones included. */
function isNear(ctx: Context): boolean {
  // Behind a proxy nobody vouched for everybody looks near.
  if (!ctx.app.proxy && ctx.get('X-Forwarded-For') !== '') return false
  const address = ctx.ip.replace(/^::ffff:/i, '')
  if (isIP(address) === 6) return address === '::1' || /^f[cd]/i.test(address) || /^fe80:/i.test(address)
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(address)
}

function hasToken(ctx: Context, token: string | undefined): boolean {
  return token !== undefined && isSame(ctx.get('Authorization'), `Bearer ${token}`)
}

/** Takes the same time wherever two texts differ. */
export function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
