/** Days of the civil calendar in one time zone, by their number since 1970-01-01. */
export interface CivilDays {
  /** The day a moment lies in. */
  dayAt(at: number): number
  /** The first moment of a day. */
  startOf(day: number): number
  /** The first moment of a day at which its wall clock has reached `minutes` after midnight. */
  wallTime(day: number, minutes: number): number
  /** `YYYY-MM-DD` */
  nameOf(day: number): string
  /** @throws RangeError for what is no day */
  numberOf(name: string): number
}

const dayMs = 86_400_000

/**
 * Intl knows the zones but is slow, so each day is asked about once. A wall time that daylight saving skips is the moment
 * of the jump; one that comes twice is the first of the two.
 */
export function civilDays(timeZone: string): CivilDays {
  const offset = offsets(timeZone)
  const starts = new Map<number, number>()
  const names = new Map<number, string>()
  // Where the last answer lay: questions come in clusters.
  let near = 0

  const resolve = (wall: number): number => {
    const [before, after] = [offset(wall - dayMs), offset(wall + dayMs)]
    const candidates = [wall - Math.max(before, after), wall - Math.min(before, after)]
    for (const at of candidates) if (at + offset(at) === wall) return at
    // The clock jumped over it: the jump lies between the two.
    let [low = 0, high = 0] = candidates
    const old = offset(low)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offset(middle) === old) low = middle
      else high = middle
    }
    return high
  }
  const startOf = (day: number): number => {
    let start = starts.get(day)
    if (start === undefined) {
      start = resolve(day * dayMs)
      if (starts.size > 8000) starts.clear()
      starts.set(day, start)
    }
    return start
  }
  return {
    startOf,
    dayAt(at) {
      let day = Math.floor((at + near) / dayMs)
      while (at < startOf(day)) day--
      while (at >= startOf(day + 1)) day++
      near = day * dayMs - startOf(day)
      return day
    },
    wallTime(day, minutes) {
      const [start, end] = [startOf(day), startOf(day + 1)]
      if (end - start === dayMs) return start + minutes * 60_000
      return minutes === 1440 ? end : Math.min(end, Math.max(start, resolve(day * dayMs + minutes * 60_000)))
    },
    nameOf(day) {
      let name = names.get(day)
      if (name === undefined) {
        name = new Date(day * dayMs).toISOString().slice(0, 10)
        if (names.size > 8000) names.clear()
        names.set(day, name)
      }
      return name
    },
    numberOf(name) {
      const at = /^\d{4}-\d\d-\d\d$/.test(name) ? Date.parse(`${name}T00:00:00Z`) : Number.NaN
      if (Number.isNaN(at)) throw new RangeError(`"${name}" is not a day; write YYYY-MM-DD`)
      return at / dayMs
    },
  }
}

/** What the wall clock is ahead of UTC at a moment, in milliseconds. */
function offsets(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
  }
}
