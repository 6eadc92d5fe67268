import type { Calendar } from '../playbook/hours.ts'

const longestMs = 60 * 86_400_000

/** The latest moment since which so much working time has passed; two months ago at the longest. */
export function workingAgo(calendar: Pick<Calendar, 'addWorking'>, at: Date, ms: number): Date {
  let [early, late] = [at.getTime() - longestMs, at.getTime()]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (calendar.addWorking(new Date(middle), ms) <= at) early = middle
    else late = middle
  }
  return new Date(early)
}
