import { useWords } from '../words/words.tsx'
import './sla.css'
import { useNow } from '../../shared/now.ts'
import { exactTime, sayCountdown, saySpan } from '../../shared/say-time.ts'
import { urgencyOf } from '../../shared/urgency.ts'

/** What is left of the time a thing may take: neutral, amber, red. */
export function Sla({ queuedAt, dueAt }: { queuedAt: string; dueAt: string }) {
  const words = useWords()
  const now = useNow(1000)
  const left = Date.parse(dueAt) - now
  return (
    <time
      className={`sla sla-${urgencyOf({ from: queuedAt, dueAt }, now)}`}
      dateTime={dueAt}
      title={words.review.due(exactTime(dueAt, words))}
    >
      {left > 0 ? words.review.left(sayCountdown(left, words)) : words.review.over(saySpan(-left, words))}
    </time>
  )
}
