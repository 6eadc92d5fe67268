/** How a language says when and how long; `locale` is BCP 47. */
export interface TimeWords {
  time: {
    locale: string
    now: string
    join: string
    minutesAgo(n: number): string
    inMinutes(n: number): string
    today(clock: string): string
    yesterday(clock: string): string
    lastNight(clock: string): string
    tomorrow(clock: string): string
    days(n: number): string
    hours(n: number): string
    minutes(n: number): string
    seconds(n: number): string
  }
}

export function exactTime(at: string, { time }: TimeWords): string {
  const format = new Intl.DateTimeFormat(time.locale, { dateStyle: 'full', timeStyle: 'medium' })
  return format.format(new Date(at))
}

export function sayWhen(at: string, now: number, { time }: TimeWords): string {
  const date = new Date(at)
  const ahead = date.getTime() - now
  const minutes = Math.round(Math.abs(ahead) / 60_000)
  if (minutes < 1 && ahead < 60_000) return time.now
  if (minutes < 60) return ahead > 0 ? time.inMinutes(minutes) : time.minutesAgo(minutes)
  const clock = new Intl.DateTimeFormat(time.locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    date,
  )
  const days = dayNumber(date) - dayNumber(new Date(now))
  if (days === 0) return time.today(clock)
  if (days === -1) return date.getHours() >= 18 ? time.lastNight(clock) : time.yesterday(clock)
  if (days === 1) return time.tomorrow(clock)
  const isThisYear = date.getFullYear() === new Date(now).getFullYear()
  const day = new Intl.DateTimeFormat(time.locale, {
    year: isThisYear ? undefined : 'numeric',
    month: 'short',
    day: 'numeric',
  }).format(date)
  return isThisYear ? `${day} ${clock}` : day
}

export function sayDay(at: string, now: number, { time }: TimeWords): string {
  const date = new Date(at)
  const isThisYear = date.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(time.locale, {
    year: isThisYear ? undefined : 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'short',
  }).format(date)
}

/** A span in at most two units: 3 天, 2 小时 15 分钟, 41 秒. */
export function saySpan(ms: number, { time }: TimeWords): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return time.seconds(seconds)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return time.minutes(minutes)
  const hours = Math.floor(minutes / 60)
  if (hours < 24)
    return [time.hours(hours), minutes % 60 > 0 && hours < 6 ? time.minutes(minutes % 60) : '']
      .filter(Boolean)
      .join(time.join)
  return time.days(Math.floor(hours / 24))
}

/** A countdown people read at a glance: 3:41, beyond an hour in words. */
export function sayCountdown(ms: number, words: TimeWords): string {
  if (ms >= 3_600_000) return saySpan(ms, words)
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const dayNumber = (date: Date): number => Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000)
