import { Button } from 'antd'
import { lazy, Suspense, useMemo, useRef } from 'react'
import type { Condition, SegmentFields } from '../api/shapes.ts'
import { Skeleton } from '../pieces/states.tsx'
import { toCondition, toQuery } from '../segments/query.ts'
import '../segments/segments.css'
import { Field } from './field.tsx'
import type { Talk } from './talk.ts'

const Builder = lazy(() => import('../segments/builder.tsx').then(({ Builder }) => ({ default: Builder })))

/** What only a lead's whole history or its company answers a journey cannot ask while it runs. */
const asked = ['tag', 'event'] as const
const notAsked = ['within', 'olderThan', 'inNext']

const narrowed = (choices: SegmentFields): SegmentFields => ({
  ...choices,
  fields: choices.fields
    .filter(({ name }) => !name.startsWith('account.'))
    .map((field) => ({ ...field, operators: field.operators.filter(({ op }) => !notAsked.includes(op)) })),
})

/** The same for every spelling of one condition. */
const shape = (condition: Condition): string => JSON.stringify(toCondition(toQuery(condition)))

/** One condition is written without a list around it. */
const plain = (condition: Condition): Condition =>
  'all' in condition && condition.all.length === 1 ? (condition.all[0] as Condition) : condition

/** A condition in a form, put together as in the room of segments. It reads `value` once: give it a key. */
export function ConditionField({
  label,
  hint,
  value,
  talk,
  onChange,
  mayLack = false,
}: {
  label: string
  hint?: string
  value: Condition | undefined
  talk: Talk
  onChange(value: Condition | undefined): void
  /** There may be none. */
  mayLack?: boolean
}) {
  const { words, choices, condition } = talk
  const narrow = useMemo(() => narrowed(choices), [choices])
  // The builder says what it was given once more when it is ready; only what is new is news.
  const known = useRef(value && shape(value))
  const tell = (next: Condition) => {
    if (shape(next) === known.current) return
    known.current = shape(next)
    onChange(plain(next))
  }
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      {value === undefined ? (
        <Button size="small" className="form-add" onClick={() => onChange({ all: [] })}>
          {words.addCondition}
        </Button>
      ) : (
        <section className="condition-field" aria-label={label}>
          <p className="condition-said">{condition(value)}</p>
          {choices.fields.length > 0 ? (
            <Suspense fallback={<Skeleton rows={2} />}>
              <Builder start={value} choices={narrow} offers={asked} onChange={tell} />
            </Suspense>
          ) : null}
          {mayLack ? (
            <Button size="small" type="text" onClick={() => onChange(undefined)}>
              {words.removeCondition}
            </Button>
          ) : null}
        </section>
      )}
    </Field>
  )
}
