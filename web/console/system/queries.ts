import { queryOptions } from '@tanstack/react-query'
import { call, queryOf } from '../../shared/call.ts'
import type { Setup, System, WecomUse } from './shapes.ts'

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => call<System>('GET', '/api/system', { signal }),
  refetchInterval: 10_000,
  staleTime: 0,
})

export const wecomUseQuery = (day: string) =>
  queryOptions({
    queryKey: ['wecom-use', day],
    queryFn: ({ signal }) => call<WecomUse>('GET', `/api/wecom-use${queryOf({ day })}`, { signal }),
    refetchInterval: 15_000,
  })

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => call<Setup>('GET', '/api/setup', { signal }),
})
