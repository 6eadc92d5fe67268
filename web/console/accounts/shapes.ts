import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  AccountDetailSchema,
  AccountMapSchema,
  AccountSchema,
  LeadAccountSchema,
  OpportunitySchema,
} from '../../../src/http/api/accounts.schema.ts'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'

export type Account = z.infer<typeof AccountSchema>
export type AccountDetail = z.infer<typeof AccountDetailSchema>
export type AccountMap = z.infer<typeof AccountMapSchema>
export type Opportunity = z.infer<typeof OpportunitySchema>
export type LeadAccount = z.infer<typeof LeadAccountSchema>

export const accountsQuery = (filter: Record<string, string>) =>
  infiniteQueryOptions(pages<Account>(['accounts', filter], '/api/accounts', filter))
const read = <T>(id: string, part: string, path: string) =>
  queryOptions({ queryKey: ['account', id, part], queryFn: ({ signal }) => call<T>('GET', path, { signal }) })
export const accountQuery = (id: string) => read<AccountDetail>(id, 'account', `/api/accounts/${id}`)
export const mapQuery = (id: string) => read<AccountMap>(id, 'map', `/api/accounts/${id}/map`)
export const dealsQuery = (id: string) =>
  read<{ items: Opportunity[] }>(id, 'deals', `/api/accounts/${id}/opportunities`)
export const leadDealsQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'deals'],
    queryFn: ({ signal }) => call<{ items: Opportunity[] }>('GET', `/api/leads/${id}/opportunities`, { signal }),
  })
export const leadAccountQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'account'],
    queryFn: ({ signal }) => call<LeadAccount>('GET', `/api/leads/${id}/account`, { signal }),
  })
