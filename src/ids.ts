import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

const random = Buffer.alloc(4096)
let used = random.length
let lastMs = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562): 48 bits of time, a 12-bit counter inside the millisecond, 62 random bits.
 * Made here and not by the database, so that a set of rows and its children are written in one go.
 */
export function newId(clock: Clock): string {
  const now = clock.now().getTime()
  if (now > lastMs || now < lastMs - 1000) {
    lastMs = now
    counter = 0
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  if (used + 8 > random.length) {
    randomFillSync(random)
    used = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const tail = random.toString('hex', used, used + 8)
  used += 8
  const variant = ((Number.parseInt(tail[0] as string, 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${tail.slice(1, 4)}-${tail.slice(4, 16)}`
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isId = (text: string): boolean => uuid.test(text)
