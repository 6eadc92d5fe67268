import type { Calendar } from '../playbook/hours.ts'
import type { Playbook } from '../playbook/schema.ts'
import { intentOn, shownIntent } from './intent.ts'

type GradeRules = { score: Pick<Playbook['score'], 'grades'> }
type CrossRules = { score: Playbook['score']; review: Pick<Playbook['review'], 'threshold'> }

/** Right customer × right moment: a letter for the fit and a digit for the intent, `A1` … `D4`. */
export function gradeOf(fit: number, intent: number, playbook: GradeRules): string {
  return fitGrade(fit, playbook) + intentGrade(intent, playbook)
}

export function fitGrade(fit: number, { score: { grades } }: GradeRules): string {
  return grades.fit.find(({ from }) => fit >= from)?.id ?? grades.fitRest
}

export function intentGrade(intent: number, { score: { grades } }: GradeRules): string {
  return grades.intent.find(({ from }) => intent >= from)?.id ?? grades.intentRest
}

/** The one number in lists, 0–100: half of the fit and half of the intent as people see it. */
export const totalOf = (fit: number, intent: number): number => Math.round((fit + shownIntent(intent)) / 2)

/**
 * The next midnight at which the grade, or whether intent reaches the review threshold, changes by waiting alone.
 * Null: never within ten years.
 */
export function crossesAt(
  s: number,
  fit: number,
  at: Date,
  playbook: CrossRules,
  calendar: Pick<Calendar, 'dayOf' | 'dayStart'>,
): Date | null {
  if (s === 0) return null
  const today = Date.parse(`${calendar.dayOf(at)}T00:00:00Z`)
  const dayIn = (days: number): string => new Date(today + days * dayMs).toISOString().slice(0, 10)
  const standing = (days: number): string => {
    const intent = intentOn(s, dayIn(days), playbook.score)
    return `${gradeOf(fit, intent, playbook)} ${intent >= playbook.review.threshold}`
  }
  const now = standing(0)
  if (standing(horizonDays) === now) return null
  // Waiting moves intent one way only, towards 0, so each part changes at most step by step and never back.
  let [low, high] = [0, horizonDays]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (standing(middle) === now) low = middle
    else high = middle
  }
  return calendar.dayStart(dayIn(high))
}

const dayMs = 86_400_000
const horizonDays = 3660
