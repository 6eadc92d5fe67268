import {
  type InfiniteData,
  infiniteQueryOptions,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query'
import { CallFailed, call, queryOf } from '../../shared/call.ts'
import type {
  Brief,
  Lead,
  Me,
  Message,
  Page,
  QueueItem,
  ScoreLines,
  Segment,
  SegmentFields,
  SegmentList,
  Suggestion,
  TimelineItem,
  Words,
} from './shapes.ts'

/** Asks again by itself where that may help; a refusal stays one. A session that is over leads to the door. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (error instanceof CallFailed && error.status === 401) onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => isOutage(error) && count < 3,
        // What could not be read for want of a server is read as soon as there is one again.
        refetchInterval: ({ state }) => (state.status === 'error' && isOutage(state.error) ? 10_000 : false),
        retryDelay: (count) => Math.min(8_000, 500 * 2 ** count),
      },
    },
  })
}

const isOutage = (error: unknown): boolean => error instanceof CallFailed && (error.status === 0 || error.status >= 500)

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call<Me>('GET', '/api/me', { signal }),
  staleTime: 300_000,
})

export const wordsQuery = queryOptions({
  queryKey: ['words'],
  queryFn: ({ signal }) => call<Words>('GET', '/api/words', { signal }),
  staleTime: 60_000,
})

/** The whole queue as far as people look: the first two hundred. */
export const queueQuery = queryOptions({
  queryKey: ['queue'],
  queryFn: ({ signal }) => call<Page<QueueItem>>('GET', '/api/review-queue?limit=200', { signal }),
  staleTime: 0,
})

/** Sizes and progress change by themselves; what is being filled more so. */
export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: ({ signal }) => call<SegmentList>('GET', '/api/segments', { signal }),
  staleTime: 0,
  refetchInterval: 5_000,
})

export const segmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id],
    queryFn: ({ signal }) => call<Segment>('GET', `/api/segments/${id}`, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'filling' ? 1_000 : 5_000),
  })

export const segmentFieldsQuery = queryOptions({
  queryKey: ['segment-fields'],
  queryFn: ({ signal }) => call<SegmentFields>('GET', '/api/segments/fields', { signal }),
  staleTime: 60_000,
})

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'lead'],
    queryFn: ({ signal }) => call<Lead>('GET', `/api/leads/${id}`, { signal }),
  })

export const briefQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'brief'],
    queryFn: ({ signal }) => call<Brief>('GET', `/api/leads/${id}/brief`, { signal }),
  })

export const scoreQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'score'],
    queryFn: ({ signal }) => call<ScoreLines>('GET', `/api/leads/${id}/score`, { signal }),
  })

export const suggestionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id, 'suggestions'],
    queryFn: ({ signal }) => call<{ items: Suggestion[] }>('GET', `/api/leads/${id}/suggestions`, { signal }),
  })

export const timelineQuery = (id: string, only?: 'customer' | 'stage' | 'messages' | 'staff') =>
  pages<TimelineItem>(['lead', id, 'timeline', only ?? 'all'], `/api/leads/${id}/timeline`, { only })
export const messagesQuery = (filter: { leadId?: string; state?: string; waits?: string }) =>
  pages<Message>(filter.leadId ? ['lead', filter.leadId, 'messages'] : ['messages', filter], '/api/messages', filter)

/** A list that goes on: fifty at a time, as far as one scrolls. */
export function pages<Item>(
  queryKey: readonly unknown[],
  path: string,
  filter: Record<string, string | null | undefined> = {},
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call<Page<Item>>('GET', `${path}${queryOf({ ...filter, limit: 50, cursor: pageParam })}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: (data: InfiniteData<Page<Item>>) => data.pages.flatMap(({ items }) => items),
  })
}

export const useMe = (): Me | undefined => useQuery(meQuery).data

export const outgoingQuery = queryOptions({
  queryKey: ['outgoing'],
  queryFn: ({ signal }) => call<{ paused: boolean; channels: string[] }>('GET', '/api/outgoing', { signal }),
  refetchInterval: 30_000,
})

/** Anything about a lead may have changed: what is shown of it is read again. */
export async function refreshLead(client: QueryClient, id: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['lead', id] }),
    client.invalidateQueries({ queryKey: ['leads'] }),
    client.invalidateQueries({ queryKey: queueQuery.queryKey }),
  ])
}
