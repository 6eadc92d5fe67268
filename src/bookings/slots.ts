import { milliseconds } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { Rules } from '../playbook/keep.ts'

export interface Slot {
  start: Date
  end: Date
}

/** Somebody's time that is taken. */
export interface Taken {
  start: Date
  end: Date
}

const halfHourMs = 1_800_000
/** Working days looked through for free times. */
const horizonMs = 30 * 86_400_000

/**
 * Free times, earliest first and spread out: no two in the same half of a day while there are others. Pure.
 * @param after no earlier than this
 */
export function freeSlots(
  { playbook, calendar }: Pick<Rules, 'playbook' | 'calendar'>,
  taken: readonly Taken[],
  after: Date,
): Slot[] {
  const { length, days, offer } = playbook.bot.meeting
  const ms = milliseconds(length)
  const step = Math.max(halfHourMs, ms)
  const found: (Slot & { half: string })[] = []
  const seenDays = new Set<string>()
  const first = Math.ceil(after.getTime() / halfHourMs) * halfHourMs
  for (let at = first; at < first + horizonMs; at += halfHourMs) {
    const start = new Date(at)
    const end = new Date(at + ms)
    if (calendar.workingMsBetween(start, end) < ms) continue
    const day = calendar.dayOf(start)
    seenDays.add(day)
    if (seenDays.size > days) break
    if (taken.some((one) => one.start < end && start < one.end)) continue
    found.push({ start, end, half: `${day} ${Number(calendar.digits(start).HHmm) < 1200}` })
  }
  const spread: Slot[] = []
  const isClear = ({ start }: Slot) => spread.every((one) => Math.abs(one.start.getTime() - start.getTime()) >= step)
  const halves = new Set<string>()
  for (const slot of found)
    if (spread.length < offer && !halves.has(slot.half)) spread.push(halves.add(slot.half) && slot)
  for (const slot of found) if (spread.length < offer && isClear(slot)) spread.push(slot)
  return spread.sort((a, b) => a.start.getTime() - b.start.getTime()).map(({ start, end }) => ({ start, end }))
}

/** When a member is taken from a moment on: what was booked, and his absence. */
export async function readTaken(sql: Sql, userid: string, from: Date): Promise<Taken[]> {
  const rows = await sql.query<Taken>(
    `SELECT starts_at AS start, ends_at AS end FROM bookings WHERE userid = $1 AND state = 'booked' AND ends_at > $2
     UNION ALL SELECT $2, absent_until FROM staff WHERE userid = $1 AND absent_until > $2`,
    [userid, from],
  )
  return rows
}
