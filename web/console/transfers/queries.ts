import { queryOptions } from '@tanstack/react-query'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import type { Away, Counts, LeadTransfers, Leaver, Transfer } from './shapes.ts'

export const transfersQuery = (filter: { stand: string; from: string }) =>
  pages<Transfer>(['transfers', 'list', filter], '/api/transfers', filter)

export const countsQuery = queryOptions({
  queryKey: ['transfers', 'counts'],
  queryFn: ({ signal }) => call<Counts>('GET', '/api/transfers/counts', { signal }),
})

export const leaversQuery = queryOptions({
  queryKey: ['transfers', 'leavers'],
  queryFn: ({ signal }) => call<{ items: Leaver[] }>('GET', '/api/leavers', { signal }),
})

export const absencesQuery = queryOptions({
  queryKey: ['transfers', 'absences'],
  queryFn: ({ signal }) => call<{ items: Away[] }>('GET', '/api/absences', { signal }),
})

/** How often this customer changed hands, and what WeCom still allows. */
export const leadTransfersQuery = (leadId: string) =>
  queryOptions({
    queryKey: ['transfers', 'lead', leadId],
    queryFn: ({ signal }) => call<LeadTransfers>('GET', `/api/leads/${leadId}/transfers`, { signal }),
    staleTime: 0,
  })
