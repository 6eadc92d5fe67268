import type { Within } from '../leads/list.ts'
import type { Playbook } from '../playbook/schema.ts'

/** What every report is about: a period, and the leads somebody may see. The end is not in the period. */
export interface Period {
  from: Date
  to: Date
}

export interface Asked extends Period {
  within: Within
}

/** Values of a statement, by the place they are bound at. */
export interface Bound {
  values: unknown[]
  bind(value: unknown): string
  /** The condition that keeps alias `l` within reach. */
  within(within: Within): string
}

export function binding(): Bound {
  const values: unknown[] = []
  return {
    values,
    bind: (value) => `$${values.push(value)}`,
    within(of) {
      const { sql, values: more } = of(values.length + 1)
      values.push(...more)
      return sql
    },
  }
}

/** The open stages in the playbook's order: the way a lead goes. */
export const wayOf = ({ stages }: Playbook): string[] =>
  Object.entries(stages)
    .filter(([, stage]) => !stage.closed)
    .map(([id]) => id)

/** Stages at which somebody is a customer: the knot of the bow-tie and what lies behind it. */
export const wonStages = ({ stages }: Playbook): string[] =>
  Object.entries(stages)
    .filter(([, { half, closed }]) => half !== 'left' && !closed)
    .map(([id]) => id)

/** Leads another one speaks for, as `a`: a few beside all. Whoever was erased has no root. */
export const aliases =
  '(SELECT id, lead_root(id) AS root FROM unnest(ARRAY(SELECT id FROM leads WHERE merged_into IS NOT NULL)) AS id) a'

/** The lead that speaks for another, where {@link aliases} are joined to it. */
export const rootOf = (lead: string): string => `CASE WHEN a.id IS NULL THEN ${lead} ELSE a.root END`

export const rounded = (value: number | null, places = 3): number | null =>
  value === null ? null : Math.round(value * 10 ** places) / 10 ** places
