import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { stringify } from 'yaml'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import type { Checked } from './queries.ts'
import { Faults } from './step-form.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

const quietMs = 500
const write = (journey: Journey): string => stringify(JSON.parse(JSON.stringify(journey)), { lineWidth: 100 })

/** The journey as a file would have it. What the server can read goes into the draft, what it cannot is said beside it. */
export function YamlView({
  journey,
  talk,
  onChange,
}: {
  journey: Journey
  talk: Talk
  /** Absent: only to look at. */
  onChange?: (journey: Journey) => void
}) {
  const reasonOf = useReason()
  const [text, setText] = useState(() => write(journey))
  const [isTyped, setTyped] = useState(false)
  const [faults, setFaults] = useState<readonly string[]>([])
  useEffect(() => {
    if (!isTyped || !onChange) return
    const control = new AbortController()
    const timer = window.setTimeout(() => {
      call<Checked>('POST', '/api/journeys/check', { body: { yaml: text }, signal: control.signal })
        .then((checked) => {
          setFaults(checked.journey ? [] : checked.faults.map(({ field, message }) => `${field} ${message}`))
          // The id is the address; another one would be another journey.
          if (checked.journey) onChange({ ...(checked.journey as Journey), id: journey.id })
          setTyped(false)
        })
        .catch((error: unknown) => (control.signal.aborted ? undefined : setFaults([reasonOf(error)])))
    }, quietMs)
    return () => {
      window.clearTimeout(timer)
      control.abort()
    }
  }, [text, isTyped, onChange, journey.id, reasonOf])
  if (!onChange)
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <pre className="yaml-text" tabIndex={0}>
        {write(journey)}
      </pre>
    )
  return (
    <div className="yaml-edit">
      <Faults faults={faults} />
      <Input.TextArea
        aria-label={talk.words.yaml}
        className="yaml-text"
        spellCheck={false}
        value={text}
        maxLength={200_000}
        onChange={({ target }) => {
          setText(target.value)
          setTyped(true)
        }}
      />
    </div>
  )
}
