import type { House } from '../house.ts'

/** Counts what each address asks for within a minute. Kept per process: it holds back floods, it does not count money. */
export interface Rate {
  allows(address: string): boolean
}

const mostAddresses = 50_000
const windowMs = 60_000

export function createRate(house: Pick<House, 'clock'>, perMinute: number): Rate {
  let counts = new Map<string, number>()
  let until = 0
  return {
    allows(address) {
      const now = house.clock.now().getTime()
      if (now >= until || counts.size > mostAddresses) {
        counts = new Map()
        until = now + windowMs
      }
      const count = (counts.get(address) ?? 0) + 1
      counts.set(address, count)
      return count <= perMinute
    },
  }
}
