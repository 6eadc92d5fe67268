/** Repeated and reordered deliveries come within minutes; a time further back is not about this delivery. */
const longestDelayMs = 600_000
/** So fresh that the moment of receipt, exact to the millisecond, is better than the sender's whole second. */
const freshMs = 5_000

/**
 * When an event happened: by WeCom's CreateTime where it came late, so that what overtook it on the way still counts as
 * later; otherwise when we received it.
 */
export function happenedAt({ event, receivedAt }: { event: unknown; receivedAt: Date }): Date {
  const text = (event as { CreateTime?: unknown } | null)?.CreateTime
  if (typeof text !== 'string' || !/^\d{9,11}$/.test(text)) return receivedAt
  const created = Number(text) * 1000
  const delay = receivedAt.getTime() - created
  // It happened somewhere in that second; its end keeps the order against events that came in time.
  return delay < freshMs || delay > longestDelayMs ? receivedAt : new Date(created + 999)
}
