import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { Failure } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { tryQuery } from './queries.ts'
import type { Hit, Tried } from './shapes.ts'
import { type AnswerWords, answerWords } from './words.ts'

const settleMs = 250

/** Type what a customer would say and see what the bot would do: answer, ask back, or call somebody, and why. */
export function TryPanel() {
  const words = useRoomWords(answerWords)
  const [typed, setTyped] = useState('')
  const [text, setText] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setText(typed.trim()), settleMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  const { data, error, refetch } = useQuery({
    ...tryQuery(text),
    enabled: text !== '',
    placeholderData: (before) => before,
  })
  return (
    <section className="card answers-try" aria-label={words.try}>
      <h2>{words.try}</h2>
      <Input.TextArea
        rows={2}
        maxLength={2000}
        className="grows"
        value={typed}
        aria-label={words.tryAsk}
        placeholder={words.tryAsk}
        onChange={({ target }) => setTyped(target.value)}
      />
      <div aria-live="polite">
        {text === '' ? (
          <p className="quiet small answers-gap">
            {words.tryHint}{' '}
            {words.examples.map((example) => (
              <button
                key={example}
                type="button"
                className="link-button answers-example"
                onClick={() => setTyped(example)}
              >
                {example}
              </button>
            ))}
          </p>
        ) : error && !data ? (
          <Failure error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <Outcome tried={data} text={text} />
        ) : null}
      </div>
    </section>
  )
}

function Outcome({ tried, text }: { tried: Tried; text: string }) {
  const words = useRoomWords(answerWords)
  const [first] = tried.hits
  return (
    <>
      <p className={`answers-does answers-${tried.does}`}>{words.does[tried.does]}</p>
      {tried.does === 'answers' && first ? (
        <p className="answers-bubble" dir="auto">
          {first.say}
        </p>
      ) : null}
      <p className="small answers-gap">{whyOf(tried, words)}</p>
      <ol className="answers-hits">
        {tried.hits.map((hit) => (
          <HitLine key={hit.id} hit={hit} text={text} bounds={tried.bounds} />
        ))}
      </ol>
      {tried.does === 'answers' ? null : (
        <Link href={`/answers/new?ask=${encodeURIComponent(text.slice(0, 100))}`} className="small">
          {words.writeForThis}
        </Link>
      )}
    </>
  )
}

const percent = (score: number) => `${Math.round(score * 100)}%`

/** Which line it passed, or by how much it did not. */
function whyOf({ does, hits, bounds }: Tried, words: AnswerWords): string {
  const [first, second] = hits
  if (!first) return words.why.nothing
  const ahead = first.score - (second?.score ?? 0)
  if (does === 'answers')
    return second
      ? words.why.sure(percent(first.score), percent(bounds.sure), percent(ahead))
      : words.why.sureAlone(percent(first.score), percent(bounds.sure))
  if (first.score < bounds.near) return words.why.tooFar(percent(first.score), percent(bounds.near))
  if (first.score >= bounds.sure) return words.why.tooClose(percent(ahead), percent(bounds.apart))
  return words.why.unsure(percent(first.score), percent(bounds.sure))
}

function HitLine({ hit, text, bounds }: { hit: Hit; text: string; bounds: Tried['bounds'] }) {
  const words = useRoomWords(answerWords)
  return (
    <li>
      <p className="answers-hit">
        <Link href={`/answers/${encodeURIComponent(hit.id)}`} dir="auto">
          {hit.title}
        </Link>
        <b>{percent(hit.score)}</b>
      </p>
      <span className="answers-scale" aria-hidden="true">
        <i style={{ width: percent(hit.score) }} data-sure={hit.score >= bounds.sure || undefined} />
        <u style={{ left: percent(bounds.near) }} />
        <u style={{ left: percent(bounds.sure) }} />
      </span>
      <p className="quiet small" dir="auto">
        {words.nearest} <Shared ask={hit.ask} text={text} />
      </p>
    </li>
  )
}

/** The way of asking, with what it has in common with the sentence marked. */
function Shared({ ask, text }: { ask: string; text: string }) {
  const said = new Set([...text.toLowerCase()])
  const runs: { shared: boolean; text: string }[] = []
  for (const character of ask) {
    const shared = /[\p{L}\p{N}]/u.test(character) && said.has(character.toLowerCase())
    const last = runs.at(-1)
    if (last?.shared === shared) last.text += character
    else runs.push({ shared, text: character })
  }
  return (
    <span>
      {runs.map(({ shared, text: run }, place) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: runs of one line have no other name
        shared ? <mark key={place}>{run}</mark> : <span key={place}>{run}</span>,
      )}
    </span>
  )
}
