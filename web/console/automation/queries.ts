import { queryOptions } from '@tanstack/react-query'
import { call } from '../../shared/call.ts'

/** As the server tells of it: what happens by itself, and how it stands. */
export interface Switch {
  key: string
  name: string
  does: string
  off: string
  speaker: 'customer' | 'staff' | null
  switchedOff: { by: string; at: string; why: string | null } | null
}

export interface Silent {
  silent: number
  tags: { group: string; name: string; leads: number }[]
}

export const switchesQuery = queryOptions({
  queryKey: ['switches'],
  queryFn: ({ signal }) => call<{ items: Switch[]; model: boolean }>('GET', '/api/switches', { signal }),
  refetchInterval: 60_000,
})

export const silentQuery = queryOptions({
  queryKey: ['switches', 'silent'],
  queryFn: ({ signal }) => call<Silent>('GET', '/api/automation', { signal }),
})
