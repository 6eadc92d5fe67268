import { Button, Input } from 'antd'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import { Chips } from './chips.tsx'
import { DateChoice } from './date-choice.tsx'
import { Dialog } from './dialog.tsx'

export interface GivenReason {
  reason: string
  note?: string | undefined
  at?: string | undefined
}

interface Question {
  title: string
  /** The playbook's list of reasons. */
  list: string
  /** What the button says. */
  action: string
  onGive(given: GivenReason): void
  onClose(): void
}

/** Why: one of the playbook's reasons or words of one's own, and a date where the reason names one. */
export function ReasonDialog({ title, list, action, onGive, onClose }: Question) {
  const words = useWords()
  const names = useNames()
  const [reason, setReason] = useState<string>()
  const [own, setOwn] = useState('')
  const [note, setNote] = useState('')
  const [at, setAt] = useState<string>()
  const options = names.words?.reasons[list]?.options ?? []
  const asksDate = options.find(({ id }) => id === reason)?.asksDate ?? false
  const given = own.trim() || reason
  const isReady = given !== undefined && given !== '' && (!asksDate || at !== undefined)
  const give = () =>
    isReady && given && onGive({ reason: given, note: note.trim() || undefined, at: asksDate ? at : undefined })
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="primary" disabled={!isReady} onClick={give}>
            {action}
          </Button>
        </>
      }
    >
      <form
        className="reason-form"
        onSubmit={(event) => {
          event.preventDefault()
          give()
        }}
      >
        <Chips
          options={options.map(({ id }) => ({ id, label: names.reason(id, list) }))}
          value={own.trim() ? '' : (reason ?? '')}
          onChoose={(id) => {
            setOwn('')
            setReason(id)
          }}
        />
        {asksDate ? (
          <>
            <p className="quiet">{words.review.remindWhen}</p>
            <DateChoice value={at} onChoose={setAt} />
          </>
        ) : null}
        <Input
          value={own}
          maxLength={500}
          placeholder={words.lead.ownReason}
          aria-label={words.lead.ownReason}
          onChange={(event) => setOwn(event.target.value)}
        />
        <Input.TextArea
          value={note}
          maxLength={2000}
          className="grows"
          rows={2}
          placeholder={words.review.note}
          aria-label={words.review.note}
          onChange={(event) => setNote(event.target.value)}
        />
      </form>
    </Dialog>
  )
}
