import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendar } from '../../../src/playbook/hours.ts'
import { type Hours, HoursSchema } from '../../../src/playbook/hours-schema.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const shanghai = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`)
const house = calendar(defaultPlaybook().hours, 'Asia/Shanghai')
const hours = (parts: Record<string, unknown>): Hours =>
  HoursSchema.parse({ work: 'never', quiet: 'never', holidays: 'never', ...parts })

const hour = 3_600_000
/** Any minute of three years, with both changes of the clock in them. */
const moment = fc
  .integer({ min: Date.UTC(2025, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 })
  .map((minute) => new Date(minute * 60_000))
const zone = fc.constantFrom(
  'Asia/Shanghai',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/St_Johns',
)

describe('the house calendar', () => {
  it.each([
    ['2026-11-23 09:00', true],
    ['2026-11-23 08:59', false],
    ['2026-11-23 12:00', false],
    ['2026-11-23 12:59', false],
    ['2026-11-23 17:59', true],
    ['2026-11-23 18:00', false],
    ['2026-11-22 10:00', false],
    ['2026-10-01 10:00', false],
    ['2026-09-20 10:00', true],
    ['2026-10-10 10:00', true],
  ])('at %s people work: %s', (at, working) => {
    expect(house.isWorking(shanghai(at))).toBe(working)
  })

  it.each([
    ['2026-11-23 20:59', null],
    ['2026-11-23 21:00', '2026-11-24 08:30'],
    ['2026-11-23 03:00', '2026-11-23 08:30'],
    ['2026-11-21 08:45', '2026-11-21 10:00'],
    ['2026-11-21 20:00', '2026-11-22 10:00'],
    ['2026-11-22 20:30', '2026-11-23 08:30'],
    ['2026-09-20 09:00', null],
    ['2026-09-30 22:00', '2026-10-08 08:30'],
    ['2026-10-03 15:00', '2026-10-08 08:30'],
  ])('at %s customers are left alone until %s', (at, until) => {
    expect(house.isQuiet(shanghai(at))).toBe(until !== null)
    expect(house.quietEnds(shanghai(at))).toEqual(until === null ? shanghai(at) : shanghai(until))
  })

  it('lets urgent notices through until 22:00, and on holidays', () => {
    expect(house.isNoticeQuiet(shanghai('2026-11-23 21:30'))).toBe(true)
    expect(house.isNoticeQuiet(shanghai('2026-11-23 21:30'), true)).toBe(false)
    expect(house.isNoticeQuiet(shanghai('2026-11-23 22:00'), true)).toBe(true)
    expect(house.noticeQuietEnds(shanghai('2026-11-23 22:10'), true)).toEqual(shanghai('2026-11-24 08:30'))
    expect(house.isNoticeQuiet(shanghai('2026-10-02 15:00'))).toBe(true)
    expect(house.isNoticeQuiet(shanghai('2026-10-02 15:00'), true)).toBe(false)
  })

  it('is never quiet to staff when customers are never left alone and nothing else is said', () => {
    const open = calendar(defaultPlaybook({ hours: { quiet: 'never' } }).hours, 'Asia/Shanghai')
    expect(open.isNoticeQuiet(shanghai('2026-11-23 03:00'))).toBe(false)
    expect(open.isNoticeQuiet(shanghai('2026-11-23 03:00'), true)).toBe(false)
  })

  it('counts working time over lunch, nights, weekends and holidays', () => {
    expect(house.addWorking(shanghai('2026-11-23 11:50'), 15 * 60_000)).toEqual(shanghai('2026-11-23 13:05'))
    expect(house.addWorking(shanghai('2026-11-20 17:00'), 4 * hour)).toEqual(shanghai('2026-11-23 12:00'))
    expect(house.addWorking(shanghai('2026-09-30 17:00'), 4 * hour)).toEqual(shanghai('2026-10-08 12:00'))
    expect(house.workingMsBetween(shanghai('2026-09-30 17:00'), shanghai('2026-10-09 09:00'))).toBe(9 * hour)
  })

  it('adds plain time when nobody ever works, or always', () => {
    const from = shanghai('2026-11-22 03:00')
    for (const work of ['never', 'always', [], [{ days: 'holidays', from: '09:00', to: '10:00' }]])
      expect(calendar(hours({ work }), 'Asia/Shanghai').addWorking(from, 90_000)).toEqual(new Date(+from + 90_000))
  })

  it('says a moment the way people of the house write it', () => {
    expect(house.say(shanghai('2026-11-23 09:05'))).toBe('11 月 23 日（周一）09:05')
    expect(house.say(shanghai('2026-01-01 00:00'))).toBe('1 月 1 日（周四）00:00')
  })

  it('knows no end of a quiet that never ends', () => {
    const at = shanghai('2026-11-22 03:00')
    for (const quiet of ['always', [{ days: 'all', from: '00:00', to: '24:00' }]])
      expect(calendar(hours({ quiet }), 'Asia/Shanghai').quietEnds(at)).toBeNull()
  })

  it('reads a span past midnight on the day it begins', () => {
    const nights = calendar(hours({ work: [{ days: 'fri', from: '22:00', to: '06:00' }] }), 'Asia/Shanghai')
    expect(nights.isWorking(shanghai('2026-11-20 23:00'))).toBe(true)
    expect(nights.isWorking(shanghai('2026-11-21 05:59'))).toBe(true)
    expect(nights.isWorking(shanghai('2026-11-20 05:00'))).toBe(false)
    expect(nights.isWorking(shanghai('2026-11-21 22:30'))).toBe(false)
  })

  it('takes a span written as "21:00-08:30"', () => {
    const quiet = calendar(hours({ quiet: ['21:00-08:30'] }), 'Asia/Shanghai')
    expect(quiet.quietEnds(shanghai('2026-11-22 22:00'))).toEqual(shanghai('2026-11-23 08:30'))
  })

  it('takes the moment of the jump for a time that daylight saving skips', () => {
    const at = new Date('2026-03-08T06:59:59Z')
    const work = calendar(hours({ work: [{ days: 'all', from: '02:30', to: '04:00' }] }), 'America/New_York')
    expect(work.isWorking(at)).toBe(false)
    expect(work.isWorking(new Date('2026-03-08T07:00:00Z'))).toBe(true)
    expect(work.workingMsBetween(at, new Date('2026-03-09T00:00:00Z'))).toBe(hour)
  })

  it('agrees with the wall clock of every zone about the business day', () => {
    fc.assert(
      fc.property(moment, zone, (at, timeZone) => {
        const days = calendar(hours({}), timeZone)
        const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
        expect(days.dayOf(at)).toBe(wall)
        expect(days.dayStart(wall) <= at).toBe(true)
        expect(days.dayOf(new Date(+days.dayStart(wall) - 1)) < wall).toBe(true)
      }),
    )
  })

  it('agrees with the wall clock of every zone about working and quiet time', () => {
    const parts = hours({
      work: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' }],
      quiet: [{ days: 'all', from: '21:00', to: '08:30' }],
    })
    const calendars = new Map<string, ReturnType<typeof calendar>>()
    fc.assert(
      fc.property(moment, zone, (at, timeZone) => {
        const days = calendars.get(timeZone) ?? calendar(parts, timeZone)
        calendars.set(timeZone, days)
        const wall = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          weekday: 'short',
          hour: '2-digit',
          minute: '2-digit',
        })
        const part = Object.fromEntries(wall.formatToParts(at).map(({ type, value }) => [type, value]))
        const minutes = Number(part.hour) * 60 + Number(part.minute)
        const weekday = !['Sat', 'Sun'].includes(part.weekday as string)
        expect(days.isWorking(at)).toBe(weekday && minutes >= 540 && minutes < 1080)
        expect(days.isQuiet(at)).toBe(minutes >= 1260 || minutes < 510)
      }),
      { numRuns: 400 },
    )
  })

  it('adds exactly the working time it counts, and only ends inside it', () => {
    const rules = defaultPlaybook().hours
    const calendars = new Map<string, ReturnType<typeof calendar>>()
    fc.assert(
      fc.property(moment, zone, fc.integer({ min: 1, max: 80 * hour }), (from, timeZone, ms) => {
        const days = calendars.get(timeZone) ?? calendar(rules, timeZone)
        calendars.set(timeZone, days)
        const due = days.addWorking(from, ms)
        expect(days.workingMsBetween(from, due)).toBe(ms)
        expect(days.isWorking(new Date(+due - 1))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('says that quiet ends at the first moment that is not quiet', () => {
    fc.assert(
      fc.property(moment, (at) => {
        const ends = house.quietEnds(at) as Date
        expect(house.isQuiet(ends)).toBe(false)
        if (+ends > +at) expect(house.isQuiet(new Date(+ends - 1))).toBe(true)
        for (let t = +at; t < +ends; t += 17 * 60_000) expect(house.isQuiet(new Date(t))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
