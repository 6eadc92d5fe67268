import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, queryOf } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import type { Due, Taker, Team, Unplaced } from './shapes.ts'

export const teamQuery = infiniteQueryOptions({
  queryKey: ['team', 'people'],
  queryFn: ({ pageParam, signal }) => call<Team>('GET', `/api/team${queryOf({ cursor: pageParam })}`, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  staleTime: 0,
})

export const dueQuery = (kind: string) => pages<Due>(['team', 'due', kind], '/api/team/due', { kind })
export const unplacedQuery = pages<Unplaced>(['team', 'unplaced'], '/api/team/unplaced')

export const takersQuery = (leadId: string) =>
  queryOptions({
    queryKey: ['team', 'takers', leadId],
    queryFn: ({ signal }) => call<{ items: Taker[] }>('GET', `/api/leads/${leadId}/takers`, { signal }),
    staleTime: 0,
  })
