import { useSyncExternalStore } from 'react'
import { serverNow } from '../api/call.ts'
import { useWords } from '../words/words.tsx'
import type { Dictionary } from '../words/zh.ts'

const listeners = new Set<() => void>()
let ticking: number | undefined

/** The server's time, again every `step` ms; one clock for the whole page. */
export function useNow(step = 30_000): number {
  return useSyncExternalStore(listen, () => Math.floor(serverNow() / step) * step)
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  ticking ??= window.setInterval(() => {
    for (const tick of listeners) tick()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.clearInterval(ticking)
    ticking = undefined
  }
}

/** How long ago, or when; the exact time on hover. */
export function When({ at, className }: { at: string; className?: string }) {
  const words = useWords()
  const now = useNow()
  return (
    <time dateTime={at} title={exactTime(at, words)} className={className}>
      {sayWhen(at, now, words)}
    </time>
  )
}

export function exactTime(at: string, { time }: Dictionary): string {
  const format = new Intl.DateTimeFormat(time.locale, { dateStyle: 'full', timeStyle: 'medium' })
  return format.format(new Date(at))
}

export function sayWhen(at: string, now: number, { time }: Dictionary): string {
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

export function sayDay(at: string, now: number, { time }: Dictionary): string {
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
export function saySpan(ms: number, { time }: Dictionary): string {
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
export function sayCountdown(ms: number, words: Dictionary): string {
  if (ms >= 3_600_000) return saySpan(ms, words)
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const dayNumber = (date: Date): number => Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000)
