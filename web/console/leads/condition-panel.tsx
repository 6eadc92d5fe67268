import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import type { Condition } from '../api/shapes.ts'
import { Skeleton } from '../pieces/states.tsx'
import { isNothing } from '../segments/query.ts'
import { sentenceOf } from '../segments/sentence.ts'
import '../segments/segments.css'
import { useChoices } from '../segments/use-choices.ts'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { listWords } from './list-words.ts'

const Builder = lazy(() => import('../segments/builder.tsx').then(({ Builder }) => ({ default: Builder })))

/** What else is asked of everybody on the list, by the builder of segments; folded up it is a sentence. */
export function ConditionPanel({
  condition,
  onChange,
}: {
  condition: Condition | null
  onChange(condition: Condition | null): void
}) {
  const words = useRoomWords(listWords)
  const { segments } = useWords()
  const { data: choices } = useChoices()
  const [isOpen, setOpen] = useState(false)
  return (
    <section className="list-condition" aria-label={words.conditions}>
      <div className="list-condition-head">
        <button type="button" className="chip" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {condition ? words.conditionsOn : words.conditions}
        </button>
        {condition && choices ? (
          <span className="one-line" title={sentenceOf(condition, choices, segments)}>
            {sentenceOf(condition, choices, segments)}
          </span>
        ) : null}
        {condition ? (
          <Button
            type="link"
            size="small"
            onClick={() => {
              setOpen(false)
              onChange(null)
            }}
          >
            {words.dropCondition}
          </Button>
        ) : null}
      </div>
      {isOpen && choices ? (
        <Suspense fallback={<Skeleton rows={2} />}>
          <Builder
            start={condition ?? { all: [] }}
            choices={choices}
            onChange={(next) => onChange(isNothing(next) ? null : next)}
          />
        </Suspense>
      ) : null}
    </section>
  )
}
