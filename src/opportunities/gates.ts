import type { AccountRules } from '../playbook/accounts-schema.ts'

type Steps = AccountRules['opportunity']['steps']

export interface Missing {
  step: string
  item: string
  name: string
}

/** What keeps the gates shut on the way from `from` to `to` (null: all the way to winning): required items nobody ticked. */
export function missingBetween(steps: Steps, from: string, to: string | null, ticked: ReadonlySet<string>): Missing[] {
  const begin = steps.findIndex(({ id }) => id === from)
  const end = to === null ? steps.length : steps.findIndex(({ id }) => id === to)
  return steps
    .slice(Math.max(0, begin), end)
    .flatMap(({ id, checklist }) =>
      checklist
        .filter(({ id: item, required }) => required && !ticked.has(item))
        .map(({ id: item, name }) => ({ step: id, item, name })),
    )
}

/** The step after this one; null: it was the last. */
export function stepAfterThis(steps: Steps, step: string): string | null {
  const at = steps.findIndex(({ id }) => id === step)
  return steps[at + 1]?.id ?? null
}
