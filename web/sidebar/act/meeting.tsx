import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { dayAhead } from '../record/next-step.tsx'
import type { Todo } from '../send/use-sending.ts'
import { useWords } from '../words/words.tsx'

/** A meeting they agreed on: a task that reminds, and a line in the chat that confirms it. */
export function Meeting({
  leadId,
  put,
  onChange,
}: {
  leadId: string
  /** Puts the confirmation into the chat; absent where there is none. */
  put: ((todo: Todo) => Promise<boolean>) | undefined
  onChange(): Promise<void>
}) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [day, setDay] = useState('')
  const [hour, setHour] = useState('10:00')
  const [about, setAbout] = useState('')
  const [place, setPlace] = useState('')
  const [isBusy, setBusy] = useState(false)
  const isReady = day !== '' && hour !== '' && about.trim() !== ''
  const book = async () => {
    setBusy(true)
    try {
      const { todo } = await call<{ todo: Todo }>('POST', `/api/leads/${leadId}/meetings`, {
        body: {
          at: `${day}T${hour}:00+08:00`,
          about: about.trim(),
          ...(place.trim() ? { place: place.trim() } : {}),
        },
      })
      const isSent = put ? await put(todo) : false
      tell(isSent ? words.meeting.bookedAndSaid : words.meeting.booked)
      setAbout('')
      setPlace('')
      setDay('')
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
    await onChange()
  }
  return (
    <form
      className="reason"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void book()
      }}
    >
      <div className="two">
        <input
          type="date"
          min={dayAhead(0)}
          value={day}
          aria-label={words.meeting.day}
          onChange={({ target }) => setDay(target.value)}
        />
        <input
          type="time"
          step={900}
          value={hour}
          aria-label={words.meeting.hour}
          onChange={({ target }) => setHour(target.value)}
        />
      </div>
      <input
        type="text"
        maxLength={100}
        value={about}
        placeholder={words.meeting.about}
        aria-label={words.meeting.about}
        onChange={({ target }) => setAbout(target.value)}
      />
      <input
        type="text"
        maxLength={100}
        value={place}
        placeholder={words.meeting.place}
        aria-label={words.meeting.place}
        onChange={({ target }) => setPlace(target.value)}
      />
      <div className="buttons">
        <button type="submit" className="button main" disabled={!isReady || isBusy}>
          {put ? words.meeting.bookAndSay : words.meeting.book}
        </button>
      </div>
    </form>
  )
}
