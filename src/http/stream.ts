import { PassThrough } from 'node:stream'
import type { Router } from '@koa/router'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { hearQueueChanged } from '../review/changed.ts'
import { authenticate, authorize } from './auth.ts'
import { stateOf } from './request.ts'

/** How soon a change is told; how often silence is broken, for proxies; and how long until the browser asks anew who it is. */
const lookMs = 1_000
const beatMs = 20_000
const lifeMs = 15 * 60_000
const mostStreams = 2_000

/** What pages may show that changes by itself, and the tables it stands in. */
const topics = {
  'review-queue': ['review_queue'],
  team: ['offers', 'staff', 'follow_ups'],
  jobs: ['jobs'],
} as const

/** However fast a queue changes, pages are told no more often than this. */
const calmMs = 200

/**
 * Tells open pages that what they show is another than it was; they ask for it. One look a second for the whole process, at
 * the database's own counts of changes, and none while nobody listens. Those counts come up to ten seconds late, which is too
 * late where two work on one list: of the queue it hears at once.
 */
export function addStream(router: Router, house: House): { close(): void } {
  const open = new Set<PassThrough>()
  let timer: NodeJS.Timeout | undefined
  let seen: Record<string, number> | undefined
  let stopHearing: (() => void) | undefined
  let soon: NodeJS.Timeout | undefined

  const tell = (topic: string, id: number): void => {
    for (const stream of open) stream.write(`event: ${topic}\nid: ${id}\ndata: {}\n\n`)
  }
  const queueChanged = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined
      tell('review-queue', seen?.['review-queue'] ?? 0)
    }, calmMs)
  }
  const look = async (): Promise<void> => {
    const versions = await readVersions(house)
    for (const [topic, version] of Object.entries(versions)) {
      if (seen === undefined || version === seen[topic]) continue
      tell(topic, version)
    }
    seen = versions
  }
  const start = (): void => {
    stopHearing ??= hearQueueChanged(house.db, queueChanged)
    timer ??= setInterval(() => {
      look().catch((error: Error) => house.log.warn({ err: error }, 'stream could not look'))
    }, lookMs)
  }
  const stop = (): void => {
    clearInterval(timer)
    clearTimeout(soon)
    stopHearing?.()
    timer = undefined
    soon = undefined
    stopHearing = undefined
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

async function readVersions(house: House): Promise<Record<string, number>> {
  const rows = await house.db.query<{ topic: string; version: number }>(
    `SELECT topic, sum(pg_stat_get_tuples_inserted(t) + pg_stat_get_tuples_updated(t) + pg_stat_get_tuples_deleted(t)) AS version
     FROM unnest($1::text[], $2::text[]) AS of(topic, name) CROSS JOIN LATERAL (SELECT name::regclass::oid) AS found(t) GROUP BY topic`,
    [
      Object.entries(topics).flatMap(([topic, tables]) => tables.map(() => topic)),
      Object.values(topics).flatMap((tables) => [...tables]),
    ],
  )
  return Object.fromEntries(rows.map(({ topic, version }) => [topic, Number(version)]))
}
