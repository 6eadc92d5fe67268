import { setTimeout as wait } from 'node:timers/promises'
import type { House } from '../house.ts'
import { deliverNow } from './deliver.ts'

const leaving = new Set<Promise<void>>()

/**
 * Sends a planned message beside the work that planned it: nobody's greeting waits for another's call. One that could not be
 * taken up here is found by its job.
 */
export function sendSoon(house: House, messageId: string): void {
  const sending = deliverNow(house, messageId)
    .catch((error: Error) => house.log.warn({ messageId, err: error }, 'message left to its job'))
    .finally(() => leaving.delete(sending))
  leaving.add(sending)
}

/** Waits for what is leaving now, at most that long. */
export async function whenSent(mostMs: number): Promise<void> {
  if (leaving.size === 0) return
  const stop = new AbortController()
  await Promise.race([Promise.all(leaving), wait(mostMs, undefined, { signal: stop.signal }).catch(() => {})])
  stop.abort()
}
