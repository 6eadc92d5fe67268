import { queryOptions } from '@tanstack/react-query'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import type { Answer, Missed, Tried } from './shapes.ts'

export const answersQuery = (filter: { state: string; q: string }) =>
  pages<Answer>(['answers', 'list', filter], '/api/answers', filter)

export const missedQuery = pages<Missed>(['answers', 'missed'], '/api/answers/missed')

export const answerQuery = (id: string) =>
  queryOptions({
    queryKey: ['answers', 'one', id],
    queryFn: ({ signal }) => call<Answer>('GET', `/api/answers/${encodeURIComponent(id)}`, { signal }),
    staleTime: 0,
  })

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['answers', 'versions', id],
    queryFn: ({ signal }) =>
      call<{ items: Answer[] }>('GET', `/api/answers/${encodeURIComponent(id)}/versions`, { signal }),
  })

/** What the bot would do if a customer said this. */
export const tryQuery = (text: string) =>
  queryOptions({
    queryKey: ['answers', 'try', text],
    queryFn: ({ signal }) => call<Tried>('POST', '/api/answers/try', { body: { text }, signal }),
    staleTime: 0,
  })
