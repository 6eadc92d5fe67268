import { queryOptions } from '@tanstack/react-query'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import { type Code, type Kind, type Previewed, pathOf, type Quota } from './shapes.ts'

export const codesQuery = (kind: Kind, archived: boolean) =>
  pages<Code>(['codes', kind, archived], pathOf[kind], { archived: String(archived) })

export const codeQuery = (kind: Kind, id: string) =>
  queryOptions({
    queryKey: ['code', kind, id],
    queryFn: ({ signal }) => call<Code>('GET', `${pathOf[kind]}/${id}`, { signal }),
  })

export const quotaQuery = queryOptions({
  queryKey: ['quota'],
  queryFn: ({ signal }) => call<Quota>('GET', '/api/acquisition-links/quota', { signal }),
})

export const previewQuery = (draft: unknown) =>
  queryOptions({
    queryKey: ['code-preview', draft],
    queryFn: ({ signal }) => call<Previewed>('POST', '/api/live-codes/preview', { body: draft, signal }),
    placeholderData: (before) => before,
    retry: false,
  })
