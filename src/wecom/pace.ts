import type { Clock } from '../clock.ts'
import type { Sql } from '../db.ts'

/** At most `calls` in any `windowMs`. `burst` may come at once; `slice` is the most permits a process takes in one round trip. */
export interface Bucket {
  name: string
  calls: number
  windowMs: number
  burst: number
  slice: number
}

/** Keeps all processes together under WeCom's limits. */
export interface Pacer {
  /** Takes one permit from every bucket, or none: 0, or the milliseconds until it is worth asking again. */
  take(buckets: readonly Bucket[]): Promise<number>
  /** WeCom said 45009: closes the bucket for a minute, for an hour when that was not enough. Answers the milliseconds. */
  block(bucket: Bucket): Promise<number>
}

/** Clocks of several machines may be this far apart. */
const clockSkewMs = 5_000

interface Held {
  left: number
  size: number
  until: number
  closedUntil: number
}

interface Lease {
  name: string
  start: number
  blockedUntil: number
  granted: boolean
}

/**
 * GCRA over one row per bucket in `wecom_buckets`. A slice of k permits stands for the stretch [v, v + kI) of virtual time,
 * I being the interval between calls; its permits may be used from `burst` intervals before v until a grace g after its end.
 * So a window of length T sees at most (T + g)/I + burst + 2k calls, and I is chosen to make that exactly the limit.
 * A process that uses up its slices gets larger ones; a quiet one takes single permits, because what it does not use is lost.
 */
export function createPacer(db: Sql, clock: Clock): Pacer {
  const held = new Map<string, Held>()
  let leasing: Promise<void> | undefined
  let sweptAt = clock.now().getTime()

  const lease = async (buckets: readonly Bucket[]): Promise<void> => {
    const now = clock.now().getTime()
    const wanted = buckets.map((bucket) => ({ ...bucket, size: sizeFor(bucket, held.get(bucket.name), now) }))
    let leases = await ask(db, wanted, now)
    if (leases.length < buckets.length) {
      if (now - sweptAt > 3_600_000) {
        sweptAt = now
        await sweep(db, held, now)
      }
      await open(db, buckets)
      leases = await ask(db, wanted, now)
    }
    for (const bucket of wanted) {
      const answer = leases.find(({ name }) => name === bucket.name)
      if (!answer) continue
      const interval = intervalOf(bucket)
      if (answer.granted)
        held.set(bucket.name, {
          left: bucket.size,
          size: bucket.size,
          until: answer.start + bucket.size * interval + graceOf(bucket),
          closedUntil: 0,
        })
      else {
        const closedUntil = Math.max(answer.start - bucket.burst * interval, answer.blockedUntil)
        // Whoever comes back in time still wants as much as before.
        if (closedUntil > now)
          held.set(bucket.name, { left: 0, size: bucket.size, until: closedUntil + graceOf(bucket), closedUntil })
      }
    }
  }

  return {
    async take(buckets) {
      for (;;) {
        const now = clock.now().getTime()
        const closedFor = Math.max(0, ...buckets.map(({ name }) => (held.get(name)?.closedUntil ?? 0) - now))
        if (closedFor > 0) return Math.ceil(closedFor)
        const missing = buckets.filter(({ name }) => !isUsable(held.get(name), now))
        if (missing.length === 0) {
          for (const { name } of buckets) (held.get(name) as Held).left -= 1
          return 0
        }
        // One round trip at a time: whoever waits for it looks again at what is held then.
        leasing ??= lease(missing).finally(() => {
          leasing = undefined
        })
        await leasing
      }
    },
    async block(bucket) {
      const now = clock.now().getTime()
      await open(db, [bucket])
      const [row] = await db.query<{ blockedUntil: number }>(
        `UPDATE wecom_buckets SET blocked_until = CASE
           WHEN blocked_until > $2 THEN blocked_until
           WHEN blocked_until > $2 - 120000 THEN $2 + 3600000
           ELSE $2 + 60000 END
         WHERE name = $1 RETURNING blocked_until AS "blockedUntil"`,
        [bucket.name, now],
      )
      const closedUntil = row?.blockedUntil ?? now + 60_000
      held.set(bucket.name, { left: 0, size: 0, until: 0, closedUntil })
      return closedUntil - now
    },
  }
}

function intervalOf(bucket: Bucket): number {
  return (bucket.windowMs + graceOf(bucket)) / (bucket.calls - bucket.burst - 2 * bucket.slice)
}

/** Time for a permit to be used after it was asked for. */
function graceOf(bucket: Bucket): number {
  return Math.min(500, bucket.windowMs / 100)
}

function sizeFor(bucket: Bucket, last: Held | undefined, now: number): number {
  const usedUp = last !== undefined && last.left === 0 && last.size > 0 && now < last.until
  return usedUp ? Math.min(bucket.slice, 2 * last.size) : 1
}

function isUsable(held: Held | undefined, now: number): boolean {
  return held !== undefined && held.left > 0 && now < held.until
}

/** Leases a slice of each bucket if all of them have one to give, in one statement and in one lock order. */
async function ask(db: Sql, buckets: readonly (Bucket & { size: number })[], now: number): Promise<Lease[]> {
  return db.query<Lease>(
    `WITH asked AS (SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[]) AS a(name, span, early, furthest)),
     held AS (
       SELECT b.name, CASE WHEN b.tat > $5 + a.furthest THEN $5 ELSE greatest(b.tat, $5) END AS start,
              CASE WHEN b.blocked_until > $5 + 3605000 THEN 0 ELSE b.blocked_until END AS blocked_until, a.span, a.early
       FROM wecom_buckets b JOIN asked a ON a.name = b.name ORDER BY b.name FOR UPDATE OF b),
     found AS (SELECT *, start - early <= $5 AND blocked_until <= $5 AS free FROM held),
     granted AS (
       UPDATE wecom_buckets b SET tat = f.start + f.span FROM found f
       WHERE b.name = f.name AND (SELECT bool_and(free) AND count(*) = cardinality($1::text[]) FROM found) RETURNING b.name)
     SELECT f.name, f.start, f.blocked_until AS "blockedUntil", g.name IS NOT NULL AS granted
     FROM found f LEFT JOIN granted g ON g.name = f.name`,
    [
      buckets.map(({ name }) => name),
      buckets.map((bucket) => bucket.size * intervalOf(bucket)),
      buckets.map((bucket) => bucket.burst * intervalOf(bucket)),
      // What lies further ahead than any lease can reach was written by a clock that was wrong; it must not stop us for hours.
      buckets.map((bucket) => (bucket.burst + bucket.slice) * intervalOf(bucket) + clockSkewMs),
      now,
    ],
  )
}

async function open(db: Sql, buckets: readonly Bucket[]): Promise<void> {
  const names = buckets.map(({ name }) => name).sort()
  await db.query('INSERT INTO wecom_buckets (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [names])
}

/** Members come and go; a bucket untouched for two days says the same as one that was never opened. */
async function sweep(db: Sql, held: Map<string, Held>, now: number): Promise<void> {
  for (const [name, { until, closedUntil }] of held) if (until <= now && closedUntil <= now) held.delete(name)
  await db.query('DELETE FROM wecom_buckets WHERE greatest(tat, blocked_until) < $1::float8 - 172800000', [now])
}
