import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { LeadRow } from '../leads/lock.ts'
import { tellRoles } from '../messages/tell.ts'
import { choosePerson, type Person } from '../promises/choose.ts'
import { freeSlots, readTaken, type Slot } from './slots.ts'

export interface Booking {
  id: string
  userid: string
  name: string
  start: Date
  end: Date
}

/** The meeting a lead has before him, the next one; null: none. */
export async function nextBooking(tx: Transaction, leadId: string, now: Date): Promise<Booking | null> {
  const [booking] = await tx.query<Booking>(
    `SELECT b.id, b.userid, coalesce(nullif(s.name, ''), b.userid) AS name, b.starts_at AS start, b.ends_at AS end FROM bookings b LEFT JOIN staff s ON s.userid = b.userid
     WHERE b.lead_id IN (SELECT lead_family($1)) AND b.state = 'booked' AND b.starts_at > $2 ORDER BY b.starts_at LIMIT 1`,
    [leadId, now],
  )
  return booking ?? null
}

/** Who would meet this lead, and when he is free; null: nobody can be named yet. */
export async function offerSlots(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { openKfId, after }: { openKfId: string | null; after?: Date | undefined },
): Promise<{ person: Person; slots: Slot[] } | null> {
  const rules = await house.playbook.current()
  const now = house.clock.now()
  const person = await choosePerson(tx, lead, openKfId, now)
  if (!person) return null
  const soonest = new Date(now.getTime() + milliseconds(rules.playbook.bot.meeting.ahead))
  const from = after && after > soonest ? after : soonest
  return { person, slots: freeSlots(rules, await readTaken(tx, person.userid, now), from) }
}

/**
 * Books a time with a member; a lead has one meeting before him, so that another one moves it. The caller holds the lead's lock.
 * @returns null when the time is not free, not working time, or over
 */
export async function book(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  wish: { key: string; userid: string; start: Date; openKfId: string | null },
): Promise<{ booking: Booking; moved: Booking | null } | null> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const { key, userid, start, openKfId } = wish
  const [done] = await tx.query<Booking>(
    `SELECT b.id, b.userid, coalesce(nullif(s.name, ''), b.userid) AS name, b.starts_at AS start, b.ends_at AS end FROM bookings b LEFT JOIN staff s ON s.userid = b.userid WHERE b.key = $1`,
    [key],
  )
  if (done) return { booking: done, moved: null }
  const ms = milliseconds(playbook.bot.meeting.length)
  const end = new Date(start.getTime() + ms)
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('booking:' || lower($1), 0))", [userid])
  const [person] = await tx.query<Person>(
    "SELECT userid, coalesce(nullif(name, ''), userid) AS name FROM staff WHERE lower(userid) = lower($1) AND active",
    [userid],
  )
  if (!person || start <= now || calendar.workingMsBetween(start, end) < ms) return null
  const moved = await nextBooking(tx, lead.id, now)
  const taken = await readTaken(tx, person.userid, now)
  const isMine = (one: { start: Date }) =>
    moved?.userid === person.userid && one.start.getTime() === moved.start.getTime()
  if (taken.some((one) => !isMine(one) && one.start < end && start < one.end)) return null
  const booking: Booking = { id: newId(house.clock), ...person, start, end }
  if (moved) await endBooking(tx, moved.id, 'moved', 'customer', now)
  await tx.query(
    'INSERT INTO bookings (id, key, lead_id, userid, starts_at, ends_at, open_kfid, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [booking.id, key, lead.id, person.userid, start, end, openKfId, now],
  )
  const when = calendar.say(start)
  const reason = moved ? `原定 ${calendar.say(moved.start)}，改到 ${when}` : when
  const told = [person.userid, ...(moved && moved.userid !== person.userid ? [moved.userid] : [])]
  const notice = { key: `booked:${booking.id}`, words: 'meeting-booked', leadId: lead.id, urgent: true }
  await tellRoles(tx, house, [], { ...notice, userids: told, variables: { reason, moved: moved !== null } })
  return { booking, moved }
}

/** Calls the lead's next meeting off. @returns null when there was none */
export async function callOff(tx: Transaction, house: House, lead: LeadRow, key: string): Promise<Booking | null> {
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  const booking = await nextBooking(tx, lead.id, now)
  if (!booking) return null
  await endBooking(tx, booking.id, 'cancelled', 'customer', now)
  await tellRoles(tx, house, [], {
    key: `called-off:${key}`,
    words: 'meeting-off',
    leadId: lead.id,
    urgent: true,
    userids: [booking.userid],
    variables: { reason: calendar.say(booking.start) },
  })
  return booking
}

const endBooking = (tx: Transaction, id: string, state: 'moved' | 'cancelled', by: string, now: Date) =>
  tx.query("UPDATE bookings SET state = $2, ended_by = $3, ended_at = $4 WHERE id = $1 AND state = 'booked'", [
    id,
    state,
    by,
    now,
  ])
