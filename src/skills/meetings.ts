import { type Booking, book, callOff, nextBooking, offerSlots } from '../bookings/book.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import type { Menu } from '../messages/channel.ts'
import { sayWhen } from '../promises/say-when.ts'
import type { Heard } from './hear.ts'

/** What a skill may do about meetings of the customer it talks with. */
export interface Meetings {
  /** Free times as lines of a menu, each id behind the skill's `word`; null: nobody is free, or nobody can be named. */
  offer(word: string, after?: Date): Promise<{ name: string; menu: Menu } | null>
  /** Books what was tapped; null: it is not free any more. */
  book(pressed: string): Promise<(Said & { moved: boolean }) | null>
  /** Calls the next one off; null: there is none. */
  callOff(): Promise<Said | null>
  /** The next one; null: none. */
  next(): Promise<Said | null>
}

interface Said {
  when: string
  name: string
}

/** @param key of the next effect of these words */
export function meetingsOf(house: House, heard: Heard & { leadId: string }, key: () => string): Meetings {
  const { leadId } = heard
  const openKfId = heard.openKfId ?? null
  const said = async (booking: Booking | null): Promise<Said | null> => {
    const { calendar } = await house.playbook.current()
    return booking && { when: calendar.say(booking.start), name: booking.name }
  }
  return {
    async offer(word, after) {
      const { calendar } = await house.playbook.current()
      const now = house.clock.now()
      const offered = await house.db.transaction(async (tx) =>
        offerSlots(tx, house, await lockLead(tx, leadId), { openKfId, after }),
      )
      const last = offered?.slots.at(-1)
      if (!offered || !last) return null
      const { person, slots } = offered
      const lines = slots.map(({ start }) => ({
        id: `${word}:at ${minutesOf(start)} ${person.userid}`,
        text: lineOf(calendar.say(start), sayWhen(calendar, start, now)),
      }))
      const more = { id: `${word}:after ${minutesOf(last.end)}`, text: '都不方便，再看几个时间' }
      return { name: person.name, menu: { lines: [...lines, more, { id: 'human:', text: '找人聊' }] } }
    },
    async book(pressed) {
      const [, minutes, userid = ''] = /^at (\d{1,9}) (.{1,64})$/.exec(pressed) ?? []
      if (!minutes) return null
      const wish = { key: key(), userid, start: new Date(Number(minutes) * minuteMs), openKfId }
      const done = await house.db.transaction(async (tx) => book(tx, house, await lockLead(tx, leadId), wish))
      const words = await said(done?.booking ?? null)
      return words && { ...words, moved: done?.moved !== null }
    },
    async callOff() {
      const name = key()
      return said(await house.db.transaction(async (tx) => callOff(tx, house, await lockLead(tx, leadId), name)))
    },
    async next() {
      return said(await house.db.transaction((tx) => nextBooking(tx, leadId, house.clock.now())))
    },
  }
}

const minuteMs = 60_000
const minutesOf = (at: Date): number => at.getTime() / minuteMs

/** 明天 10:00（周三）: near days by name, others by date. */
function lineOf(full: string, near: string): string {
  const [, name] = /^((?:今天|明天) .+) 前$/.exec(near) ?? []
  return name ? `${name}${/（.+?）/.exec(full)?.[0] ?? ''}` : full
}

/** From when on somebody wants to see more times; null: something else was tapped. */
export function moreAfter(pressed: string | null): Date | null {
  const [, minutes] = /^after (\d{1,9})$/.exec(pressed ?? '') ?? []
  return minutes ? new Date(Number(minutes) * minuteMs) : null
}
