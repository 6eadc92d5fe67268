import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { queueQuery } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { useStream } from '../api/stream.ts'

/** The queue as it is now: told by the server when it changes, else asked every five seconds. */
export function useQueue() {
  const client = useQueryClient()
  const isLive = useStream('review-queue', () => void client.invalidateQueries({ queryKey: queueQuery.queryKey }))
  const query = useQuery({ ...queueQuery, refetchInterval: isLive ? 60_000 : 5_000 })
  return { ...query, isLive }
}

/** Who has come since the last look, for a word to those who do not watch the list. */
export function useArrivals(items: readonly QueueItem[] | undefined, onArrival: (items: QueueItem[]) => void): void {
  const known = useRef<Set<string> | null>(null)
  const tell = useRef(onArrival)
  useEffect(() => {
    tell.current = onArrival
  })
  useEffect(() => {
    if (!items) return
    const before = known.current
    known.current = new Set([...(before ?? []), ...items.map(({ id }) => id)])
    if (!before) return
    const news = items.filter(({ id }) => !before.has(id))
    if (news.length > 0) tell.current(news)
  }, [items])
}
