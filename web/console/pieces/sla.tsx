import { useWords } from '../words/words.tsx'
import './sla.css'
import { useNow } from '../../shared/now.ts'
import { exactTime, sayCountdown, saySpan } from '../../shared/say-time.ts'

export type Urgency = 'calm' | 'soon' | 'late'

/** Soon: a quarter of the time is left, or five minutes. */
export function urgencyOf({ queuedAt, dueAt }: { queuedAt: string; dueAt: string }, now: number): Urgency {
  const due = Date.parse(dueAt)
  if (now >= due) return 'late'
  const whole = due - Date.parse(queuedAt)
  return due - now <= Math.max(300_000, whole / 4) ? 'soon' : 'calm'
}

/** What is left of the time a thing may take: neutral, amber, red. */
export function Sla({ queuedAt, dueAt }: { queuedAt: string; dueAt: string }) {
  const words = useWords()
  const now = useNow(1000)
  const left = Date.parse(dueAt) - now
  return (
    <time
      className={`sla sla-${urgencyOf({ queuedAt, dueAt }, now)}`}
      dateTime={dueAt}
      title={words.review.due(exactTime(dueAt, words))}
    >
      {left > 0 ? words.review.left(sayCountdown(left, words)) : words.review.over(saySpan(-left, words))}
    </time>
  )
}
