import type { Calendar } from '../playbook/hours.ts'

const minuteMs = 60_000

/** By when, as a customer reads it: 15 分钟内 · 今天 15:30 前 · 明天 9:30 前 · 11 月 30 日（周一）09:30 前. */
export function sayWhen(calendar: Calendar, at: Date, now: Date): string {
  const minutes = Math.ceil((at.getTime() - now.getTime()) / minuteMs)
  if (minutes > 0 && minutes < 60) return `${minutes} 分钟内`
  const clock = calendar.say(at).replace(/^.*?）0?/, '')
  const day = calendar.dayOf(at)
  if (day === calendar.dayOf(now)) return `今天 ${clock} 前`
  const tomorrow = calendar.dayOf(new Date(calendar.dayStart(calendar.dayOf(now)).getTime() + 36 * 60 * minuteMs))
  return day === tomorrow ? `明天 ${clock} 前` : `${calendar.say(at)} 前`
}
