import { memo } from 'react'
import { useNow } from '../../shared/now.ts'
import { sayCountdown } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useMe } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { HandIcon } from '../look/icons.tsx'
import { Sla } from '../pieces/sla.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'

interface Row {
  item: QueueItem
  isCurrent: boolean
  isMarked: boolean
  onOpen(id: string): void
  onMark(id: string): void
}

/** One waiting lead: who, why, how long still, and whether somebody has it. */
export const QueueRow = memo(function QueueRow({ item, isCurrent, isMarked, onOpen, onMark }: Row) {
  const words = useWords()
  const names = useNames()
  const name = names.lead(item)
  const why = item.why[0]?.text
  const source = names.source(item.source.last)
  const place = [item.company, item.title].filter(Boolean).join(' · ')
  return (
    <li
      className="queue-row"
      data-lead={item.id}
      data-current={isCurrent || undefined}
      data-marked={isMarked || undefined}
    >
      <label className="queue-mark">
        <input
          type="checkbox"
          className="tick"
          checked={isMarked}
          onChange={() => onMark(item.id)}
          aria-label={words.review.select(name)}
        />
      </label>
      <button
        type="button"
        className="queue-open"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => onOpen(item.id)}
      >
        <span className="queue-line">
          <span className="queue-who one-line">
            <b>{name}</b>
            {place ? <span className="quiet"> {place}</span> : null}
          </span>
          <span className="queue-grade">{words.review.score(item.score.grade, item.score.total)}</span>
        </span>
        <span className="queue-line small">
          <span className="queue-why one-line">
            {item.handRaised ? (
              <span className="queue-hand">
                <HandIcon size={14} />
              </span>
            ) : null}
            {why ?? source}
            <span className="quiet">
              {' · '}
              <When at={item.queuedAt} />
              {why === undefined || saysSource(why, item) ? null : ` · ${source}`}
            </span>
          </span>
          <Sla queuedAt={item.queuedAt} dueAt={item.dueAt} />
        </span>
        {item.claimedBy ? <Claim item={item} /> : null}
      </button>
    </li>
  )
})

/** The reason already names where it came from. */
const saysSource = (why: string, { source: { last } }: QueueItem): boolean =>
  [last?.channel, last?.campaign].some((part) => part && why.includes(part))

/** Who has it. A claim that has run out counts no more. */
export function Claim({ item }: { item: Pick<QueueItem, 'claimedBy' | 'claimedUntil'> }) {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const left = Date.parse(item.claimedUntil ?? '') - useNow(1000)
  if (!item.claimedBy || !(left > 0)) return null
  const isMine = item.claimedBy.toLowerCase() === me?.userid?.toLowerCase()
  return (
    <span className={isMine ? 'claim claim-mine' : 'claim'}>
      {isMine
        ? words.review.claimedByMe(sayCountdown(left, words))
        : words.review.claimedBy(names.staff(item.claimedBy))}
    </span>
  )
}
