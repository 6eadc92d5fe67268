import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { ViewSchema } from '../../../src/http/api/lists.schema.ts'
import { call } from '../../shared/call.ts'
import type { Names } from '../api/names.ts'
import type { Condition, Page } from '../api/shapes.ts'
import { filterNames, type LeadFilter } from './lead-filters.tsx'
import type { ListWords } from './list-words.ts'

export type View = Omit<z.infer<typeof ViewSchema>, 'condition'> & { condition: Condition | null }

export const viewsQuery = queryOptions({
  queryKey: ['lead-views'],
  queryFn: ({ signal }) => call<Page<View>>('GET', '/api/lead-views', { signal }),
  staleTime: 30_000,
})

/** What a list is: as it stands in the address. */
export interface Asked {
  filter: LeadFilter
  condition: Condition | null
}

/** A list people come back to: one of the house's pools, or a saved view. */
export interface Tab extends Asked {
  id: string
  label: string
  view: View | null
}

const filterOf = (given: Partial<Record<string, string>>): LeadFilter =>
  Object.fromEntries(filterNames.map((name) => [name, given[name] ?? ''])) as LeadFilter

/** Nobody has heard of them for long: their intent has decayed to nothing, and nobody has closed them. */
const dormant = (closed: string[]): Condition => ({
  all: [
    { field: 'score.intent', op: '<=', value: 0 },
    { field: 'createdAt', op: 'olderThan', value: '60d' },
    ...(closed.length > 0 ? [{ field: 'stage', op: 'notIn' as const, value: closed }] : []),
  ],
})

/** The pools as the playbook has them, then what was saved. */
export function tabsOf(
  views: readonly View[],
  { names, me, words }: { names: Names; me: string | null; words: ListWords },
): Tab[] {
  const pool = (id: string, label: string, filter: Partial<LeadFilter>, condition: Condition | null = null): Tab => ({
    id,
    label,
    filter: filterOf(filter),
    condition,
    view: null,
  })
  const closed = names.words?.stages.flatMap((stage) => (stage.closed ? [stage.id] : [])) ?? []
  return [
    pool('all', words.all, {}),
    ...(me ? [pool('mine', words.mine, { owner: me })] : []),
    ...Object.keys(names.words?.desks ?? {}).map((desk) => pool(`desk:${desk}`, names.desk(desk), { desk })),
    pool('dormant', words.dormant, {}, dormant(closed)),
    ...views.map((view) => ({
      id: view.id,
      label: view.name,
      filter: filterOf(view.filter),
      condition: view.condition,
      view,
    })),
  ]
}

/** What stands in the address. */
export function readAsked(search: URLSearchParams): Asked {
  const filter = filterOf(Object.fromEntries(search))
  try {
    return { filter, condition: JSON.parse(search.get('condition') ?? 'null') as Condition | null }
  } catch {
    return { filter, condition: null }
  }
}

/** The address of a list. */
export const addressOf = (tab: string, { filter, condition }: Asked): Record<string, string> => ({
  ...(tab === 'all' ? {} : { list: tab }),
  ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value)),
  ...(condition ? { condition: JSON.stringify(condition) } : {}),
})

export const isSame = (one: Asked, other: Asked): boolean =>
  filterNames.every((name) => one.filter[name] === other.filter[name]) &&
  JSON.stringify(one.condition) === JSON.stringify(other.condition)
