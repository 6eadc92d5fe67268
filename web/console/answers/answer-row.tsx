import { Link } from 'wouter'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { Answer } from './shapes.ts'
import { answerWords } from './words.ts'

/** A question, how it is answered, and how often that was of use. */
export function AnswerRow({ answer, most }: { answer: Answer; most: number }) {
  const words = useRoomWords(answerWords)
  const { id, title, asks, say, piece, said = 0, retiredAt } = answer
  const others = asks.filter((ask) => ask !== title)
  return (
    <li className="answers-row">
      <Link href={`/answers/${encodeURIComponent(id)}`} className="answer-link">
        <span className="answer-title" dir="auto">
          {title}
        </span>
        <span className="answer-say" dir="auto">
          {say}
        </span>
        <span className="quiet small one-line" dir="auto">
          {others.length > 0 ? words.alsoAsked(others.length, others.slice(0, 3).join(words.comma)) : words.askedOneWay}
          {piece ? ` · ${words.withPiece}` : ''}
        </span>
      </Link>
      <span className="answer-use">
        {retiredAt ? (
          <span className="quiet small">
            <When at={retiredAt} /> {words.retiredAt}
          </span>
        ) : (
          <>
            <span className="answers-scale" aria-hidden="true">
              <i data-sure style={{ width: `${(said / most) * 100}%` }} />
            </span>
            <span className={said > 0 ? 'small' : 'quiet small'}>{said > 0 ? words.said(said) : words.neverSaid}</span>
          </>
        )}
      </span>
    </li>
  )
}
