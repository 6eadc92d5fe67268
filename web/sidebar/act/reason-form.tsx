import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { GivenReason } from '../../shared/lead-moves.ts'
import { wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import './reason-form.css'

/** Why: a tap on one of the playbook's reasons, a date where it names one, a few words if one likes. */
export function ReasonForm({
  list,
  action,
  onGive,
  onClose,
}: {
  list: string
  action: string
  onGive(given: GivenReason): void
  onClose(): void
}) {
  const words = useWords()
  const { data } = useQuery(wordsQuery)
  const [reason, setReason] = useState<string>()
  const [note, setNote] = useState('')
  const [day, setDay] = useState('')
  const options = data?.reasons[list]?.options ?? []
  const asksDate = options.find(({ id }) => id === reason)?.asksDate ?? false
  const isReady = reason !== undefined && (!asksDate || day !== '')
  return (
    <form
      className="reason"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isReady) return
        const at = asksDate ? new Date(`${day}T09:30:00`).toISOString() : undefined
        onGive({ reason, note: note.trim() || undefined, at })
      }}
    >
      <h3>{words.act.reason}</h3>
      <div className="chips">
        {options.map(({ id, name }) => (
          <button key={id} type="button" className="chip" aria-pressed={reason === id} onClick={() => setReason(id)}>
            {name}
          </button>
        ))}
      </div>
      {asksDate ? (
        <label className="row">
          <span>{words.act.date}</span>
          <input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
        </label>
      ) : null}
      <textarea
        rows={2}
        maxLength={2000}
        value={note}
        placeholder={words.act.note}
        aria-label={words.act.note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="submit" className="button main" disabled={!isReady}>
          {action}
        </button>
      </div>
    </form>
  )
}
