import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { useWords } from '../words/words.tsx'
import { Colleague } from './colleague.tsx'

/** A question about him to a colleague, or, nobody named, to the manager; the answer comes back as a notice. */
export function AskHelp({ leadId }: { leadId: string }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [of, setOf] = useState('')
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const ask = async () => {
    setBusy(true)
    try {
      await call('POST', `/api/leads/${leadId}/help`, { body: { text: text.trim(), ...(of ? { of } : {}) } })
      tell(words.help.asked)
      setText('')
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
  }
  return (
    <form
      className="reason"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim()) void ask()
      }}
    >
      <Colleague label={words.help.of} value={of} none={words.help.manager} onChange={setOf} />
      <textarea
        rows={2}
        maxLength={300}
        value={text}
        placeholder={words.help.hint}
        aria-label={words.help.hint}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="buttons">
        <button type="submit" className="button main" disabled={!text.trim() || isBusy}>
          {words.help.ask}
        </button>
      </div>
    </form>
  )
}
