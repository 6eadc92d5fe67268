import type { Clock } from '../clock.ts'

/** Stops calling a host that does not answer, and asks it again with one call at a time. */
export interface Breaker {
  /** 0: go ahead, and report how it went. Otherwise the milliseconds until a call may be tried. */
  ask(): number
  succeeded(): void
  failed(): void
  readonly open: boolean
}

/** Opens after `failures` transport failures in a row, for `openMs`; then a single call is let through. */
export function createBreaker(clock: Clock, { failures = 8, openMs = 5_000 } = {}): Breaker {
  let inARow = 0
  let openUntil = 0
  let probing = false
  return {
    get open() {
      return inARow >= failures
    },
    ask() {
      if (inARow < failures) return 0
      const now = clock.now().getTime()
      if (now < openUntil) return openUntil - now
      if (probing) return 1_000
      probing = true
      return 0
    },
    succeeded() {
      inARow = 0
      probing = false
    },
    failed() {
      inARow += 1
      probing = false
      if (inARow >= failures) openUntil = clock.now().getTime() + openMs
    },
  }
}
