import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useNames } from '../api/names.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { versionsQuery } from './queries.ts'
import type { Answer } from './shapes.ts'
import { type AnswerWords, answerWords } from './words.ts'

/** Every version there was, with what changed in it; an old one is taken back into the form, and kept as a new one. */
export function AnswerHistory({ answer, onTake }: { answer: Answer; onTake: ((old: Answer) => void) | undefined }) {
  const words = useRoomWords(answerWords)
  const names = useNames()
  const { data, error, refetch } = useQuery(versionsQuery(answer.id))
  return (
    <section className="card" aria-label={words.versions}>
      <h2>{words.versions}</h2>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton rows={2} /> : null}
      <ol className="answers-versions">
        {data?.items.map((one, place) => (
          <li key={one.version}>
            <div>
              <p>
                <b>{words.version(one.version)}</b>{' '}
                <span className="small">{changesOf(one, data.items[place + 1], words)}</span>
              </p>
              <p className="quiet small">
                {one.origin === 'file' ? words.fromFile : names.actor(one.by)} · <When at={one.at} />
              </p>
            </div>
            {one.version === answer.version ? (
              <span className="quiet small">{words.current}</span>
            ) : onTake ? (
              <Button size="small" onClick={() => onTake(one)}>
                {words.takeBack}
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  )
}

function changesOf(now: Answer, before: Answer | undefined, words: AnswerWords): string {
  if (!before) return words.changes.first
  const changes = [
    now.title === before.title ? '' : words.changes.title,
    now.say === before.say ? '' : words.changes.say,
    now.asks.join('\n') === before.asks.join('\n') ? '' : words.changes.asks(now.asks.length - before.asks.length),
    now.piece === before.piece ? '' : words.changes.piece,
    (now.retiredAt === null) === (before.retiredAt === null)
      ? ''
      : now.retiredAt
        ? words.changes.retired
        : words.changes.restored,
  ]
  return changes.filter(Boolean).join(words.comma)
}
