import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import type { AccountRules } from '../playbook/accounts-schema.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Playbook } from '../playbook/schema.ts'

/** Stages by how far they are: those that are over first, then the living in the playbook's order. */
export function stageLadder({ stages }: Pick<Playbook, 'stages'>): string[] {
  const all = Object.entries(stages)
  return [...all.filter(([, { closed }]) => closed), ...all.filter(([, { closed }]) => !closed)].map(([id]) => id)
}

/** What several active people are worth beside the best one. */
export const breadthOf = (active: number, { breadth }: Pick<AccountRules, 'breadth'>): number =>
  Math.min(breadth.most, breadth.each * Math.max(0, active - 1))

/** The one number of an account: its best person's total and its breadth, at most 100. */
export const scoreOf = (top: number, breadth: number): number => Math.min(100, top + breadth)

/** The first business day that still counts, for a window that ends with today. */
export function firstDay(house: Pick<House, 'clock'>, calendar: Pick<Calendar, 'dayOf'>, within: string): string {
  return dayPlus(calendar.dayOf(house.clock.now()), 1 - Math.max(1, Math.round(milliseconds(within) / 864e5)))
}

/** A day so many days later. */
export const dayPlus = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 864e5).toISOString().slice(0, 10)
