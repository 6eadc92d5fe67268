import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { useSearchParams } from 'wouter'
import { briefQuery, scoreQuery, timelineQuery } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'

/** The lead one looks at, kept in the address. When it leaves the list, the one that takes its place is next. */
export function useCurrent(items: readonly QueueItem[]) {
  const client = useQueryClient()
  const [search, setSearch] = useSearchParams()
  const place = useRef(0)
  const asked = search.get('lead')
  const index = items.findIndex(({ id }) => id === asked)
  const at = index >= 0 ? index : Math.min(place.current, items.length - 1)
  const current = items[at]
  const next = items[at + 1]

  useEffect(() => {
    place.current = Math.max(0, at)
  }, [at])
  useEffect(() => {
    if (current && asked && current.id !== asked) setSearch({ lead: current.id }, { replace: true })
  }, [current, asked, setSearch])
  // What comes next is already here when it comes.
  const nextId = next?.id
  useEffect(() => {
    if (!nextId) return
    void client.prefetchQuery(briefQuery(nextId))
    void client.prefetchQuery(scoreQuery(nextId))
    void client.prefetchInfiniteQuery(timelineQuery(nextId))
  }, [nextId, client])

  const open = useCallback(
    (id: string, how: { replace: boolean } = { replace: true }) => setSearch({ lead: id }, how),
    [setSearch],
  )
  const close = useCallback(() => setSearch({}, { replace: true }), [setSearch])
  return { current, isOpen: asked !== null, open, close, neighbour: (step: number) => items[at + step] }
}
