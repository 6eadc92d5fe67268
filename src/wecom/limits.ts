import type { Bucket } from './pace.ts'

/** WeCom's published limits as buckets; `burst` and `slice` are ours. WeCom doc pages 90312, 90236, 90506. */
type Limit = Omit<Bucket, 'name'>

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Every API of the corp. */
const perApi: Limit[] = [
  { calls: 10_000, windowMs: minute, burst: 200, slice: 32 },
  { calls: 150_000, windowMs: hour, burst: 10_000, slice: 64 },
]

/** All calls from one address; our processes count as one. */
const perIp: Limit[] = [
  { calls: 20_000, windowMs: minute, burst: 400, slice: 64 },
  { calls: 600_000, windowMs: hour, burst: 20_000, slice: 128 },
]

/** APIs with a limit of their own on top. */
const perApiOnly: Record<string, Limit[]> = {
  get_jsapi_ticket: [{ calls: 100, windowMs: hour, burst: 10, slice: 1 }],
  'ticket/get': [{ calls: 100, windowMs: hour, burst: 10, slice: 1 }],
  'externalcontact/add_moment_task': [{ calls: 10, windowMs: minute, burst: 2, slice: 1 }],
  'media/uploadimg': [{ calls: 1_000, windowMs: day, burst: 100, slice: 1 }],
}

/** What one member may receive. WeCom drops the excess without a word, so this stays well below. */
const perMember: Record<string, Limit[]> = {
  'message/send': [
    { calls: 30, windowMs: minute, burst: 8, slice: 1 },
    { calls: 1_000, windowMs: hour, burst: 50, slice: 1 },
  ],
}

/** The buckets a call must pass; the first is the one a 45009 closes. */
export function limitsOf(corpId: string, path: string, members: readonly string[]): [Bucket, ...Bucket[]] {
  const [first, ...others] = [...perApi, ...(perApiOnly[path] ?? [])].map((limit) => named(`${corpId}/${path}`, limit))
  const own = perMember[path] ?? []
  return [
    first as Bucket,
    ...others,
    ...perIp.map((limit) => named(`${corpId}/ip`, limit)),
    // WeCom takes userids in any case for the same member.
    ...[...new Set(members.map((userid) => userid.toLowerCase()))].flatMap((userid) =>
      own.map((limit) => named(`${corpId}/${path}/${userid}`, limit)),
    ),
  ]
}

function named(name: string, limit: Limit): Bucket {
  return { name: `${name}:${limit.calls}/${limit.windowMs / 1000}s`, ...limit }
}
