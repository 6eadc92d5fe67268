import { useEffect, useRef, useState } from 'react'
import { useNames } from '../api/names.ts'
import type { QueueItem } from '../api/shapes.ts'
import { Chips } from '../pieces/chips.tsx'
import { DateChoice, dateChoices } from '../pieces/date-choice.tsx'
import { useKeys } from '../shell/keys.ts'
import { useWords } from '../words/words.tsx'
import type { Judgement } from './use-verdicts.ts'

interface Panel {
  verdict: string
  items: readonly QueueItem[]
  onGive(judgement: Judgement): void
  onClose(): void
}

/** The reason for a verdict: one press of a number gives it. A reason that names a time asks for the date first. */
export function VerdictPanel({ verdict, items, onGive, onClose }: Panel) {
  const words = useWords()
  const names = useNames()
  const [note, setNote] = useState('')
  const [own, setOwn] = useState('')
  const [remindAt, setRemindAt] = useState<string>()
  const [asking, setAsking] = useState<string>()
  const ref = useRef<HTMLElement>(null)
  const list = names.words?.verdicts.find(({ id }) => id === verdict)?.reasons ?? ''
  const options = names.words?.reasons[list]?.options ?? []
  const mayRemind = options.some(({ asksDate }) => asksDate)
  const dates = dateChoices(words)

  // Read out, and within reach of the Tab key, without a field that would swallow the numbers.
  useEffect(() => ref.current?.focus({ preventScroll: true }), [])

  const give = (reason: string, at = remindAt) => {
    const option = options.find(({ id }) => id === reason)
    if (option?.asksDate && !at) setAsking(reason)
    else onGive({ verdict, reason, note: note.trim() || undefined, remindAt: at })
  }
  const giveAt = (at: string) => (asking ? give(asking, at) : setRemindAt(remindAt === at ? undefined : at))

  const numbers = Object.fromEntries(
    Array.from({ length: 9 }, (_, place) => [
      String(place + 1),
      () => {
        if (asking) {
          const date = dates[place]
          if (date) giveAt(date.at)
        } else if (options[place]) give(options[place].id)
      },
    ]),
  )
  useKeys({ ...numbers, escape: () => (asking ? setAsking(undefined) : onClose()) })

  const label = names.verdict(verdict)
  return (
    <section
      ref={ref}
      className="verdict-panel"
      tabIndex={-1}
      aria-label={items.length > 1 ? words.review.verdictMany(label, items.length) : words.review.verdictOf(label)}
    >
      <header className="verdict-head">
        <h2>{items.length > 1 ? words.review.verdictMany(label, items.length) : words.review.verdictOf(label)}</h2>
        <button type="button" className="link-button" onClick={onClose}>
          {words.cancel} <kbd>Esc</kbd>
        </button>
      </header>
      {asking ? (
        <>
          <p className="verdict-ask">{words.review.remindWhen}</p>
          <DateChoice value={remindAt} onChoose={giveAt} numbered />
        </>
      ) : (
        <>
          <Chips
            options={options.map(({ id }) => ({ id, label: names.reason(id, list) }))}
            onChoose={(id) => give(id)}
            numbered
          />
          <div className="verdict-more">
            <div className="text-field">
              <input
                type="text"
                value={own}
                maxLength={500}
                placeholder={words.review.ownReason}
                aria-label={words.review.ownReason}
                onChange={(event) => setOwn(event.target.value)}
                onKeyDown={({ key, nativeEvent }) =>
                  key === 'Enter' && !nativeEvent.isComposing && own.trim() && give(own.trim())
                }
              />
              {own.trim() ? (
                <button type="button" className="link-button" onClick={() => give(own.trim())}>
                  {label}
                </button>
              ) : null}
            </div>
            <textarea
              value={note}
              maxLength={2000}
              className="text-field grows"
              rows={1}
              placeholder={words.review.note}
              aria-label={words.review.note}
              onChange={(event) => setNote(event.target.value)}
            />
          </div>
          {mayRemind ? (
            <div className="verdict-remind">
              <span className="quiet">{words.review.remind}</span>
              <DateChoice value={remindAt} onChoose={giveAt} />
            </div>
          ) : null}
          <p className="quiet small">{items.length > 1 ? words.review.pickMany : words.review.pick}</p>
        </>
      )}
    </section>
  )
}
