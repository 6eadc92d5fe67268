import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { FollowUpFormAnswer } from '../../../src/http/api/tasks.ts'
import { call } from '../../shared/call.ts'
import { type Answers, Field } from '../../shared/follow-up-field.tsx'
import { Skeleton, useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { type Contact, wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import './record.css'
import { dayAhead, NextStep } from './next-step.tsx'
import { Voice } from './voice.tsx'

type Form = z.infer<typeof FollowUpFormAnswer>

/** A follow-up in a few taps: what kind, what came of it, what is next. Nothing has to be typed. */
export function Record({ contact, onChange }: { contact: Contact; onChange(): Promise<void> }) {
  const words = useWords()
  const { data } = useQuery({
    queryKey: ['follow-up-forms'],
    queryFn: ({ signal }) => call<{ items: Form[] }>('GET', '/api/follow-up-forms', { signal }),
    staleTime: 300_000,
  })
  const [formId, setFormId] = useState<string>()
  if (!data) return <Skeleton lines={3} />
  const fits = ({ stages }: Form) => stages.includes(contact.lead.stage)
  const forms = [...data.items].sort((a, b) => Number(fits(b)) - Number(fits(a)))
  const form = forms.find(({ id }) => id === formId)
  return (
    <>
      <h2>{words.record.kind}</h2>
      <div className="chips">
        {forms.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            className="chip"
            aria-pressed={id === formId}
            onClick={() => setFormId(id === formId ? undefined : id)}
          >
            {title}
          </button>
        ))}
      </div>
      {/* Another kind begins with nothing chosen. */}
      <RecordForm
        key={formId ?? ''}
        form={form}
        leadId={contact.lead.id}
        onDone={() => setFormId(undefined)}
        onChange={onChange}
      />
    </>
  )
}

function RecordForm({
  form,
  leadId,
  onDone,
  onChange,
}: {
  form: Form | undefined
  leadId: string
  onDone(): void
  onChange(): Promise<void>
}) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const { data: names } = useQuery(wordsQuery)
  const [answers, setAnswers] = useState<Answers>({})
  const [note, setNote] = useState('')
  const [next, setNext] = useState({ text: '', day: '' })
  const [mention, setMention] = useState('')
  const [isBusy, setBusy] = useState(false)
  const missing = form?.fields.filter(({ id, required }) => required && answers[id] === undefined) ?? []
  const isReady = form ? missing.length === 0 : note.trim() !== ''

  const save = async () => {
    setBusy(true)
    try {
      const saved = await call<{ ticked: string[] }>('POST', `/api/leads/${leadId}/follow-ups`, {
        body: {
          ...(form ? { form: form.id, fields: answers } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
          ...(next.text.trim() && next.day
            ? { next: { text: next.text.trim(), at: `${next.day}T09:30:00+08:00` } }
            : {}),
          ...(mention ? { mention: [mention] } : {}),
        },
      })
      tell(saved.ticked.length > 0 ? words.record.savedTicked(saved.ticked.length) : words.record.saved)
      setAnswers({})
      setNote('')
      setNext({ text: '', day: '' })
      setMention('')
      onDone()
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
    await onChange()
  }
  return (
    <form
      className="record"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void save()
      }}
    >
      {form?.fields.map((field) => (
        <Field
          key={field.id}
          field={field}
          value={answers[field.id]}
          onChange={(value) =>
            setAnswers(({ [field.id]: _, ...rest }) => (value === undefined ? rest : { ...rest, [field.id]: value }))
          }
        />
      ))}
      <textarea
        rows={2}
        maxLength={4000}
        value={note}
        placeholder={form ? words.record.more : words.record.own}
        aria-label={words.record.own}
        onChange={(event) => setNote(event.target.value)}
      />
      <Voice onText={(said) => setNote((before) => [before.trim(), said].filter(Boolean).join('\n'))} />
      <NextStep value={next} onChange={setNext} today={dayAhead(0)} />
      <label className="row">
        <span>{words.record.mention}</span>
        <select value={mention} onChange={(event) => setMention(event.target.value)}>
          <option value="">{words.record.nobody}</option>
          {names?.staff
            .filter(({ active }) => active)
            .map(({ userid, name }) => (
              <option key={userid} value={userid}>
                {name || userid}
              </option>
            ))}
        </select>
      </label>
      <div className="buttons">
        <button type="submit" className="button main" disabled={!isReady || isBusy}>
          {words.record.save}
        </button>
      </div>
      {missing.length > 0 ? (
        <p className="quiet">{words.record.missing(missing.map(({ label }) => label).join('、'))}</p>
      ) : null}
    </form>
  )
}
