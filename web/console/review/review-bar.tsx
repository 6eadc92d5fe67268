import { Button } from 'antd'
import { useNow } from '../../shared/now.ts'
import { urgencyOf } from '../../shared/urgency.ts'
import type { QueueItem } from '../api/shapes.ts'
import { useWords } from '../words/words.tsx'

interface Bar {
  waiting: readonly QueueItem[]
  hasMore: boolean
  isRead: boolean
  isLive: boolean
  onClaimNext(): void
  onHelp(): void
}

/** How much waits and how urgent it is. */
export function ReviewBar({ waiting, hasMore, isRead, isLive, onClaimNext, onHelp }: Bar) {
  const words = useWords()
  const now = useNow()
  const late = waiting.filter((item) => urgencyOf({ from: item.queuedAt, dueAt: item.dueAt }, now) === 'late').length
  const soon = waiting.filter((item) => urgencyOf({ from: item.queuedAt, dueAt: item.dueAt }, now) === 'soon').length
  return (
    <header className="bar review-bar">
      <h1>{words.review.title}</h1>
      <p className="bar-facts" aria-live="polite">
        {isRead ? <span>{words.review.waiting(`${waiting.length}${hasMore ? '+' : ''}`)}</span> : null}
        {soon > 0 ? <span className="sla-soon">{words.review.soon(soon)}</span> : null}
        {late > 0 ? <span className="sla-late">{words.review.late(late)}</span> : null}
      </p>
      <span className="bar-space" />
      <span
        className={isLive ? 'pulse pulse-live' : 'pulse'}
        title={isLive ? words.review.stream : words.review.polling}
      />
      <Button onClick={onClaimNext} disabled={waiting.length === 0}>
        {words.review.claimNext}
      </Button>
      <button
        type="button"
        className="icon-button"
        aria-label={words.shortcuts}
        title={words.shortcuts}
        onClick={onHelp}
      >
        <kbd>?</kbd>
      </button>
    </header>
  )
}
