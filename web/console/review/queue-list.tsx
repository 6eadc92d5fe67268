import { Button } from 'antd'
import { type Ref, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import type { QueueItem } from '../api/shapes.ts'
import { CloseIcon, SearchIcon } from '../look/icons.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { QueueRow } from './queue-row.tsx'
import type { useQueue } from './use-queue.ts'

interface List {
  queue: ReturnType<typeof useQueue>
  items: readonly QueueItem[]
  /** Whether anybody waits at all, found or not. */
  isClear: boolean
  currentId: string | undefined
  marked: ReadonlySet<string>
  sought: string
  searchBox: Ref<HTMLInputElement>
  onSeek(text: string): void
  onOpen(id: string): void
  onMark(id: string): void
  onUnmark(): void
}

/** Who waits, most urgent first. */
export function QueueList({ queue, items, isClear, currentId, marked, sought, searchBox, ...on }: List) {
  const words = useWords()
  const rows = useRef<HTMLUListElement>(null)
  useEffect(() => {
    if (currentId) rows.current?.querySelector(`[data-lead="${currentId}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [currentId])
  return (
    <section className="queue" aria-label={words.review.list}>
      <div className="queue-tools">
        <div className="text-field queue-search">
          <SearchIcon size={16} />
          <input
            ref={searchBox}
            type="text"
            value={sought}
            placeholder={words.review.filter}
            aria-label={words.review.filter}
            onChange={(event) => on.onSeek(event.target.value)}
            onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
          />
          {sought ? (
            <button
              type="button"
              className="plain-button"
              aria-label={words.review.clearSearch}
              onClick={() => on.onSeek('')}
            >
              <CloseIcon size={16} />
            </button>
          ) : (
            <kbd>/</kbd>
          )}
        </div>
        {marked.size > 0 ? (
          <p className="queue-marked">
            {words.review.selected(marked.size)}
            <button type="button" className="link-button" onClick={on.onUnmark}>
              {words.review.unselect}
            </button>
          </p>
        ) : null}
      </div>
      {queue.isPending ? <Skeleton rows={9} tall /> : null}
      {queue.error && !queue.data ? <Failure error={queue.error} onRetry={() => void queue.refetch()} /> : null}
      <ul className="queue-list" ref={rows}>
        {items.map((item) => (
          <QueueRow
            key={item.id}
            item={item}
            isCurrent={item.id === currentId}
            isMarked={marked.has(item.id)}
            onOpen={on.onOpen}
            onMark={on.onMark}
          />
        ))}
      </ul>
      {queue.data && isClear ? (
        <Empty
          title={words.review.empty}
          hint={words.review.emptyHint}
          action={<Link href="/leads?desk=nurture">{words.review.emptyAction}</Link>}
        />
      ) : null}
      {queue.data && !isClear && items.length === 0 ? (
        <Empty
          title={words.review.noMatch}
          hint={words.review.noMatchHint}
          action={<Button onClick={() => on.onSeek('')}>{words.review.clearSearch}</Button>}
        />
      ) : null}
    </section>
  )
}
