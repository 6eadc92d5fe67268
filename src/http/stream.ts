import { PassThrough } from 'node:stream'
import type { Router } from '@koa/router'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { authenticate, authorize } from './auth.ts'
import { stateOf } from './request.ts'

/** How soon a change is told; how often silence is broken, for proxies; and how long until the browser asks anew who it is. */
const lookMs = 1_000
const beatMs = 20_000
const lifeMs = 15 * 60_000
const mostStreams = 2_000

/**
 * Tells open pages that the review queue is another than it was; they ask for what they show. One look a second for the whole
 * process, at the database's own count of changes, and none while nobody listens.
 */
export function addStream(router: Router, house: House): { close(): void } {
  const open = new Set<PassThrough>()
  let timer: NodeJS.Timeout | undefined
  let seen: number | undefined

  const look = async (): Promise<void> => {
    const version = await readVersion(house)
    if (seen !== undefined && version !== seen) {
      for (const stream of open) stream.write(`event: review-queue\nid: ${version}\ndata: {}\n\n`)
    }
    seen = version
  }
  const start = (): void => {
    timer ??= setInterval(() => {
      look().catch((error: Error) => house.log.warn({ err: error }, 'stream could not look'))
    }, lookMs)
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
    seen = undefined
  }
  router.get('/api/stream', async (ctx) => {
    const principal = await authenticate(ctx, house)
    authorize(['admin', 'manager', 'mdr', 'sdr'], principal)
    stateOf(ctx).principal = principal
    if (open.size >= mostStreams) throw new Refused(429, 'too_many_streams', '打开的页面太多，请稍后再试')
    const stream = new PassThrough()
    const beat = setInterval(() => stream.write(': \n\n'), beatMs)
    const life = setTimeout(() => stream.end(), lifeMs)
    stream.once('close', () => {
      clearInterval(beat)
      clearTimeout(life)
      open.delete(stream)
      if (open.size === 0) stop()
    })
    ctx.req.once('close', () => stream.destroy())
    open.add(stream)
    await look()
    start()
    ctx.status = 200
    ctx.set('Content-Type', 'text/event-stream; charset=utf-8')
    ctx.set('Cache-Control', 'no-store, no-transform')
    ctx.set('X-Accel-Buffering', 'no')
    // Nothing else comes over this connection, so that ending it ends it.
    ctx.set('Connection', 'close')
    ctx.body = stream
    stream.write('retry: 3000\n\n')
  })
  return {
    close() {
      for (const stream of open) stream.end()
      stop()
    },
  }
}

async function readVersion(house: House): Promise<number> {
  const [row] = await house.db.query<{ version: number }>(
    `SELECT pg_stat_get_tuples_inserted(t) + pg_stat_get_tuples_updated(t) + pg_stat_get_tuples_deleted(t) AS version
     FROM (SELECT 'review_queue'::regclass::oid AS t) q`,
  )
  return row?.version ?? 0
}
