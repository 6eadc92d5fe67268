import { useNow } from '../../shared/now.ts'
import { exactTime, saySpan } from '../../shared/say-time.ts'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { LeadTransfers } from './shapes.ts'
import { transferWords } from './words.ts'

/** How many transfers WeCom still allows for one customer: a dot for each, and when the next becomes free. */
export function Budget({ budget }: { budget: LeadTransfers['budget'] }) {
  const words = useRoomWords(transferWords)
  const all = useWords()
  const now = useNow()
  if (!budget) return <p className="transfer-budget transfer-bad">{words.notAFriend}</p>
  const { max, left, freeAt } = budget
  return (
    <p className="transfer-budget">
      <span className="transfer-dots" aria-hidden="true">
        {Array.from({ length: max }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a dot has no other name
          <i key={place} data-spent={place >= left || undefined} />
        ))}
      </span>
      {words.budget(left, max)}
      {freeAt ? (
        <span className="transfer-bad" title={exactTime(freeAt, all)}>
          {words.freeIn(saySpan(Date.parse(freeAt) - now, all))}
        </span>
      ) : null}
    </p>
  )
}
