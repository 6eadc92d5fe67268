/** The only reader of the system time. Passed in, so that a test can live through thirty days in a second. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that moves only when told to. */
export function movableClock(
  start: Date | string,
): Clock & { set(to: Date | string): void; advance(ms: number): void } {
  let at = new Date(start).getTime()
  return {
    now: () => new Date(at),
    set: (to) => {
      at = new Date(to).getTime()
    },
    advance: (ms) => {
      at += ms
    },
  }
}

const units: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

/** `2s`, `30m`, `3d`, `2w` in milliseconds. Throws a `RangeError` on anything else. */
export function milliseconds(duration: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(duration)
  if (!match) throw new RangeError(`"${duration}" is not a duration; write 2s, 30m, 4h, 3d or 2w`)
  return Number(match[1]) * (units[match[2] as string] as number)
}
