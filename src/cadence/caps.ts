const hour = 3_600_000

/** Sliding windows: not the calendar's days, which let through twice the cap around midnight. */
const windows = [
  { name: 'day', ms: 24 * hour, words: '24 小时' },
  { name: 'week', ms: 7 * 24 * hour, words: '7 天' },
  { name: 'month', ms: 30 * 24 * hour, words: '30 天' },
] as const

export type Caps = { day?: number | undefined; week?: number | undefined; month?: number | undefined }

/** A message that reached the person, or still may: what waits for a member's hand goes at any moment up to `until`. */
export interface Occupied {
  at: Date
  until?: Date | null | undefined
}

export interface CapFault {
  /** How many at most, in Chinese: `24 小时内最多 1 条`. */
  words: string
  /** The first moment at which one more would be within every cap; null: never. */
  until: Date | null
}

/**
 * Whether one more message at `at` keeps every sliding window of 24 hours, 7 days and 30 days within its cap, those that
 * reach into the future included: `sent` may hold what is already planned. What may go at any moment of a span is counted at
 * the moment of it that is nearest: no window around `at` can hold more.
 */
export function capFault(at: Date, sent: readonly Occupied[], caps: Caps): CapFault | null {
  const spans = sent.map(({ at: from, until }) => [from.getTime(), (until ?? from).getTime()] as const)
  const broken = brokenWindow(at.getTime(), spans, caps)
  if (!broken) return null
  const words = `${broken.words}内最多 ${caps[broken.name]} 条`
  // A window can only be free again when some message has left it.
  const later = windows
    .filter(({ name }) => caps[name] !== undefined)
    .flatMap(({ ms }) => spans.map(([, last]) => last + ms))
    .filter((time) => time > at.getTime())
    .sort((a, b) => a - b)
  const until = later.find((time) => !brokenWindow(time, spans, caps))
  return { words, until: until === undefined ? null : new Date(until) }
}

function brokenWindow(
  at: number,
  spans: readonly (readonly [number, number])[],
  caps: Caps,
): (typeof windows)[number] | undefined {
  const times = spans.map(([first, last]) => Math.min(Math.max(at, first), Math.max(first, last)))
  return windows.find(({ name, ms }) => {
    const cap = caps[name]
    if (cap === undefined) return false
    const near = times.filter((time) => Math.abs(time - at) < ms)
    const all = [...near, at].sort((a, b) => a - b)
    // More than `cap` within less than the window: some message and the one `cap` places behind it are too close.
    return all.some((time, index) => (all[index + cap] ?? Number.POSITIVE_INFINITY) - time < ms)
  })
}
