import { type CivilDays, civilDays } from './civil-days.ts'
import type { DayWord, Hours, Spans } from './hours-schema.ts'

/** The house's hours in its time zone. Pure: every question names its moment. */
export interface Calendar {
  isWorking(at: Date): boolean
  /** When `ms` of working time have passed since `from`. Where nobody ever works, plain time. */
  addWorking(from: Date, ms: number): Date
  /** Working time between two moments, in milliseconds; 0 when `to` is not after `from`. */
  workingMsBetween(from: Date, to: Date): number
  /** Customers are left alone (marketing only). */
  isQuiet(at: Date): boolean
  /** When customers may be spoken to again: `at` itself when they may now, null when never. */
  quietEnds(at: Date): Date | null
  /** Staff are left alone. `urgent`: the notice is about someone who asked for us. */
  isNoticeQuiet(at: Date, urgent?: boolean): boolean
  noticeQuietEnds(at: Date, urgent?: boolean): Date | null
  /** The business day of a moment, `YYYY-MM-DD`. */
  dayOf(at: Date): string
  /** The first moment of a business day. */
  dayStart(day: string): Date
  /** The first moment of a business day at which its wall clock shows these minutes after midnight. */
  timeOn(day: string, minutes: number): Date
  /** A moment as people of the house write it: `11 月 23 日（周一）14:30`. */
  say(at: Date): string
  /** The same in figures alone, for names that have to be short. */
  digits(at: Date): { MMDD: string; YYMMDD: string; HHmm: string }
  /** Other spans in the same time zone, with the same holidays; like `work`, a holiday counts only where it is named. */
  timetable(spans: Spans): Timetable
}

export interface Timetable {
  covers(at: Date): boolean
  /** The next moment after `at` at which the answer may change; null: it never will. */
  changesAfter(at: Date): Date | null
}

type Interval = readonly [from: number, to: number]
interface Span {
  words: readonly DayWord[]
  from: number
  to: number
}
interface DayHours {
  work: readonly Interval[]
  quiet: readonly Interval[]
  notices: readonly Interval[]
  urgent: readonly Interval[]
}
type Kind = keyof DayHours

const fullDay = 24 * 60
/** Longer than any pause a year of holidays can make. */
const horizonDays = 400

/** @param timeZone an IANA name; business days and spans are read on its wall clock, daylight saving included. */
export function calendar(hours: Hours, timeZone: string): Calendar {
  const days = civilDays(timeZone)
  const spans = {
    work: readSpans(hours.work),
    quiet: readSpans(hours.quiet),
    notices: readSpans(hours.quietNotices ?? hours.quiet),
    urgent: readSpans(hours.quietUrgent),
  }
  const marks = readHolidays(hours.holidays, days)
  const known = new Map<number, DayHours>()
  const spoken = new Intl.DateTimeFormat('zh-CN', {
    timeZone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })

  const hoursOf = (day: number): DayHours => {
    const found = known.get(day)
    if (found) return found
    const of = (kind: Kind) => intervalsOf(day, spans[kind], kind === 'work', marks, days)
    const notices = of('notices')
    const made = { work: of('work'), quiet: of('quiet'), notices, urgent: intersect(notices, of('urgent')) }
    if (known.size > 4000) known.clear()
    known.set(day, made)
    return made
  }
  const isIn = (kind: Kind, at: number): boolean =>
    hoursOf(days.dayAt(at))[kind].some(([from, to]) => from <= at && at < to)
  const endOf = (kind: Kind, at: number): number | null => {
    let now = at
    const first = days.dayAt(at)
    for (let day = first; day < first + horizonDays; day++) {
      for (const [from, to] of hoursOf(day)[kind]) if (from <= now && now < to) now = to
      if (now < days.startOf(day + 1)) return now
    }
    return null
  }

  return {
    isWorking: (at) => isIn('work', at.getTime()),
    addWorking(from, ms) {
      const start = from.getTime()
      if (hours.work === 'always' || hours.work === 'never' || ms <= 0) return new Date(start + Math.max(0, ms))
      let left = ms
      const first = days.dayAt(start)
      for (let day = first, idle = 0; idle < horizonDays; day++, idle++) {
        for (const [opens, closes] of hoursOf(day).work) {
          const begins = Math.max(start, opens)
          if (begins >= closes) continue
          if (left <= closes - begins) return new Date(begins + left)
          left -= closes - begins
          idle = 0
        }
      }
      return new Date(start + ms)
    },
    workingMsBetween(from, to) {
      const [start, end] = [from.getTime(), to.getTime()]
      let total = 0
      if (end <= start) return total
      for (let day = days.dayAt(start), last = days.dayAt(end); day <= last; day++)
        for (const [opens, closes] of hoursOf(day).work)
          total += Math.max(0, Math.min(end, closes) - Math.max(start, opens))
      return total
    },
    isQuiet: (at) => isIn('quiet', at.getTime()),
    quietEnds: (at) => dateOf(endOf('quiet', at.getTime())),
    isNoticeQuiet: (at, urgent = false) => isIn(urgent ? 'urgent' : 'notices', at.getTime()),
    noticeQuietEnds: (at, urgent = false) => dateOf(endOf(urgent ? 'urgent' : 'notices', at.getTime())),
    dayOf: (at) => days.nameOf(days.dayAt(at.getTime())),
    dayStart: (day) => new Date(days.startOf(days.numberOf(day))),
    timeOn: (day, minutes) => new Date(days.wallTime(days.numberOf(day), minutes)),
    digits(at) {
      const day = days.dayAt(at.getTime())
      const date = days.nameOf(day).replaceAll('-', '')
      const minutes = Math.floor((at.getTime() - days.startOf(day)) / 60_000)
      const two = (value: number) => String(value).padStart(2, '0')
      return {
        MMDD: date.slice(4),
        YYMMDD: date.slice(2),
        HHmm: two(Math.floor(minutes / 60)) + two(minutes % 60),
      }
    },
    timetable(spans) {
      const read = readSpans(spans)
      const of = (day: number) => intervalsOf(day, read, true, marks, days)
      return {
        covers: (at) => of(days.dayAt(at.getTime())).some(([from, to]) => from <= at.getTime() && at.getTime() < to),
        changesAfter(at) {
          const first = days.dayAt(at.getTime())
          for (let day = first; read.length > 0 && day < first + horizonDays; day++)
            for (const edge of of(day).flat()) if (edge > at.getTime()) return new Date(edge)
          return null
        },
      }
    },
    say(at) {
      const part: Record<string, string> = {}
      for (const { type, value } of spoken.formatToParts(at)) part[type] = value
      return `${part.month} 月 ${part.day} 日（${part.weekday}）${part.hour}:${part.minute}`
    },
  }
}

/** The house's calendar, and the same hours on the clocks of other places, each made once. */
export function calendars(
  hours: Hours,
  timeZone: string,
): { calendar: Calendar; calendarIn(timeZone: string | null): Calendar } {
  const own = calendar(hours, timeZone)
  const known = new Map([[timeZone, own]])
  const calendarIn = (zone: string | null) => {
    const found = zone === null ? own : known.get(zone)
    if (found) return found
    const made = calendar(hours, zone as string)
    known.set(zone as string, made)
    return made
  }
  return { calendar: own, calendarIn }
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at))

function readSpans(spans: Spans): readonly Span[] {
  if (spans === 'never') return []
  if (spans === 'always') return [{ words: ['all', 'holidays'], from: 0, to: fullDay }]
  return spans.map(({ days, from, to }) => ({
    words: typeof days === 'string' ? [days] : days,
    from: minuteOf(from),
    to: minuteOf(to),
  }))
}

function minuteOf(clock: string): number {
  const [hour = '0', minute = '0'] = clock.split(':')
  return Number(hour) * 60 + Number(minute)
}

/** Day by day what the list of holidays says; a made-up working day (调休) wins over a range it lies in. */
type Marks = (day: number) => 'holiday' | 'work' | undefined

function readHolidays(holidays: Hours['holidays'], days: CivilDays): Marks {
  if (holidays === 'always') return () => 'holiday'
  if (holidays === 'never') return () => undefined
  const marks = new Map<number, 'holiday' | 'work'>()
  for (const { date, from, to, work } of holidays) {
    const first = days.numberOf(date ?? (from as string))
    const last = days.numberOf(date ?? (to as string))
    for (let day = first; day <= last; day++)
      if (work || marks.get(day) !== 'work') marks.set(day, work ? 'work' : 'holiday')
  }
  return (day) => marks.get(day)
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

function applies(span: Span, day: number, isWork: boolean, marks: Marks): boolean {
  const mark = marks(day)
  // 1970-01-01 was a Thursday.
  const weekday = (((day + 3) % 7) + 7) % 7
  if (isWork && mark === 'holiday' && !span.words.includes('holidays')) return false
  return span.words.some((word) => {
    if (word === 'all') return true
    if (word === 'holidays') return mark === 'holiday'
    if (word === 'workdays') return mark === 'work' || (weekday < 5 && mark !== 'holiday')
    if (word === 'weekends') return weekday >= 5 && mark !== 'work'
    return word === weekdays[weekday]
  })
}

/** The spans that touch a day, those of the evening before included, in order and without overlap. */
function intervalsOf(day: number, spans: readonly Span[], isWork: boolean, marks: Marks, days: CivilDays): Interval[] {
  const minutes: Interval[] = []
  for (const span of spans) {
    const wraps = span.to < span.from
    if (applies(span, day, isWork, marks)) minutes.push([span.from, wraps ? fullDay : span.to])
    if (wraps && span.to > 0 && applies(span, day - 1, isWork, marks)) minutes.push([0, span.to])
  }
  minutes.sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of minutes) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged.map(([from, to]) => [days.wallTime(day, from), days.wallTime(day, to)])
}

function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap(([from, to]) =>
    b.map(([start, end]): Interval => [Math.max(from, start), Math.min(to, end)]).filter(([start, end]) => start < end),
  )
}
