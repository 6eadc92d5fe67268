import type { Rules } from './keep.ts'

/** How long ago the working morning began at which members are told of their day, ms; null before it and outside of working hours. */
export function sinceMorning({ playbook, calendar }: Pick<Rules, 'playbook' | 'calendar'>, now: Date): number | null {
  const [hour = 0, minute = 0] = playbook.oneTap.morning.split(':').map(Number)
  const since = now.getTime() - calendar.timeOn(calendar.dayOf(now), hour * 60 + minute).getTime()
  return calendar.isWorking(now) && since >= 0 ? since : null
}
