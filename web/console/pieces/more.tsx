import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useWords } from '../words/words.tsx'

type Pages = Pick<
  UseInfiniteQueryResult,
  'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'isFetchNextPageError'
>

/** The end of a list that goes on: read when it comes into sight, or pressed. */
export function More({ query }: { query: Pages }) {
  const words = useWords()
  const ref = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query
  useEffect(() => {
    const end = ref.current
    if (!end || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage()
    })
    watcher.observe(end)
    return () => watcher.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError])
  if (!hasNextPage) return null
  return (
    <div className="list-more" ref={ref}>
      <Button type="text" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {words.loadMore}
      </Button>
    </div>
  )
}
