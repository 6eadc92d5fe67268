import { useNow } from '../../shared/now.ts'
import { exactTime, sayWhen } from '../../shared/say-time.ts'
import { useWords } from '../words/words.tsx'

/** How long ago, or when; the exact time on hover. */
export function When({ at, className }: { at: string; className?: string }) {
  const words = useWords()
  const now = useNow()
  return (
    <time dateTime={at} title={exactTime(at, words)} className={className}>
      {sayWhen(at, now, words)}
    </time>
  )
}
