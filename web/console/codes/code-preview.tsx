import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { previewQuery } from './queries.ts'
import { bodyOf, type Draft } from './shapes.ts'

const customer = '陈晓芸'
const pauseMs = 350
const mostSteps = 8

/** What a customer sees, what the remark will be and who takes over when: as the server would do it. */
export function CodePreview({ draft }: { draft: Draft }) {
  const words = useWords()
  const { codes } = words
  const names = useNames()
  const reason = useReason()
  const now = useNow()
  const asked = useSettled(useMemo(() => askedOf(draft), [draft]))
  const { data, error } = useQuery(previewQuery(asked))
  const greeting = draft.greetings.find(({ text }) => text.trim() !== '')
  return (
    <section className="card" aria-label={codes.preview}>
      <h2>{codes.phone}</h2>
      <div className="phone">
        <p className="phone-bubble" dir="auto">
          {draft.welcome?.trim() || codes.phoneDefault}
        </p>
        {greeting ? (
          <>
            <p className="phone-when">{codes.slotAt('', greeting.from, greeting.to).trim()}</p>
            <p className="phone-bubble" dir="auto">
              {greeting.text}
            </p>
          </>
        ) : null}
      </div>
      {error ? <p className="code-problem">{reason(error)}</p> : null}
      {data?.remark ? (
        <p>
          <span className="quiet small">{codes.previewRemark(customer)}</span>
          <b className="code-remark">{data.remark}</b>
        </p>
      ) : null}
      {data && data.duty.length > 0 ? (
        <>
          <h2>{codes.previewDuty}</h2>
          <ol className="duty">
            {data.duty.slice(0, mostSteps).map((step) => (
              <li key={step.from}>
                <time className="quiet small">{sayWhen(step.from, now, words)}</time>
                <span>{step.userids.map(names.staff).join('、') || codes.nobody}</span>
                <span className="quiet small">{codes.why[step.why]}</span>
              </li>
            ))}
          </ol>
        </>
      ) : null}
    </section>
  )
}

/** What is half written yet, a slot of nobody or a greeting without words, is left out of the question. */
function askedOf(draft: Draft): Record<string, unknown> {
  const { tags: _, welcome: __, ...body } = bodyOf(draft, true)
  return {
    ...body,
    slots: draft.slots.filter(({ staff }) => staff.length > 0),
    greetings: draft.greetings.filter(({ text }) => text.trim() !== ''),
    customer,
  }
}

/** A value once it has been left alone for a moment. */
function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = window.setTimeout(() => settle(value), pauseMs)
    return () => window.clearTimeout(timer)
  }, [value])
  return settled
}
