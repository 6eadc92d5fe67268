import { milliseconds } from '../clock.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Score } from '../playbook/score-schema.ts'

/** The unit of account: all events of one type on one business day. `weight` is their plain sum. */
export interface ScoreDay {
  type: string
  /** `YYYY-MM-DD` */
  day: string
  weight: number
}

type IntentRules = Pick<Score, 'halfLife' | 'events'>

/**
 * Intent by forward decay (Cormode et al., 2009): V = Σ min(cap, w) · 2^((day − L) / halfLife), L fixed, so that a stored sum
 * never has to be touched again and waiting never changes the order of two leads.
 *
 * What is answered, stored and sorted by is V's binary logarithm with V's sign (shifted, so that it is never negative):
 * it orders leads as V does, and no half-life, however short, nor any year overflows it. 0 is no intent.
 * Days are summed in (day, type) order, integers inside a day, so that late, repeated and reordered events make one number.
 */
export function sumIntent(days: readonly ScoreDay[], rules: IntentRules): number {
  const totals = new Map<number, number>()
  for (const { type, day, weight } of days) {
    const points = capped(type, weight, rules)
    const number = dayNumber(day)
    totals.set(number, (totals.get(number) ?? 0) + points)
  }
  const order = [...totals].filter(([, points]) => points !== 0).sort(([a], [b]) => a - b)
  const last = order.at(-1)?.[0]
  if (last === undefined) return 0
  const halfLife = halfLifeDays(rules)
  let value = 0
  for (const [day, points] of order) value += points * 2 ** ((day - last) / halfLife)
  return value === 0 ? 0 : Math.sign(value) * (Math.log2(Math.abs(value)) + last / halfLife + shift)
}

/**
 * Intent in points as it stood when the business day of `at` began, with that day's own events in full: it falls only at
 * midnight. May be negative and above 100; see `shownIntent`.
 */
export function intentAt(s: number, at: Date, rules: IntentRules, calendar: Pick<Calendar, 'dayOf'>): number {
  return s === 0 ? 0 : intentOn(s, calendar.dayOf(at), rules)
}

/** The same, for a business day by its name. */
export function intentOn(s: number, day: string, rules: IntentRules): number {
  if (s === 0) return 0
  const points = 2 ** (Math.abs(s) - shift - dayOfDecay(day, rules))
  // Thousandths, so that 40 points of today are 40 and reach a threshold of 40.
  return (Math.sign(s) * Math.round(Math.min(points, mostPoints) * 1000)) / 1000
}

/** What a stored number is taken apart by on a business day: its points are 2^(|s| − this), for statements that count in sets. */
export const intentBase = (day: string, rules: IntentRules): number => shift + dayNumber(day) / halfLifeDays(rules)

/** What people see: a whole number from 0 to 100. */
export const shownIntent = (intent: number): number => Math.min(100, Math.max(0, Math.round(intent)))

/** A day's sum of one type within its cap, up or down. A cap never cuts a single event. Types without a rule weigh nothing. */
export function capped(type: string, weight: number, rules: Pick<Score, 'events'>): number {
  const rule = Object.hasOwn(rules.events, type) ? rules.events[type] : undefined
  if (!rule) return 0
  const cap = rule.cap === undefined ? Number.POSITIVE_INFINITY : Math.max(rule.cap, Math.abs(rule.weight))
  return Math.max(-cap, Math.min(cap, weight))
}

/** A business day counted in half-lives. */
export const dayOfDecay = (day: string, rules: Pick<Score, 'halfLife'>): number => dayNumber(day) / halfLifeDays(rules)

/** Makes the logarithm of the smallest double positive. */
export const shift = 1100
export const mostPoints = 1e9
const dayMs = 86_400_000
const halfLifeDays = (rules: Pick<Score, 'halfLife'>): number => milliseconds(rules.halfLife) / dayMs
const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs
