import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { type Answers, Field } from '../../shared/follow-up-field.tsx'
import { useNames } from '../api/names.ts'
import { refreshLead, useMe } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { Chips } from '../pieces/chips.tsx'
import { DateChoice } from '../pieces/date-choice.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { type FollowUpForm, followUpFormsQuery } from './work-queries.ts'
import './lead-work.css'

/** The API's limit. */
const mostMentioned = 20

/** A follow-up in a few presses: what kind, what came of it, what is next. */
export function FollowUp({ lead }: { lead: Lead }) {
  const { work: say } = useWords()
  const { data } = useQuery(followUpFormsQuery)
  const [formId, setFormId] = useState('')
  const fits = ({ stages }: FollowUpForm) => stages.includes(lead.stage)
  const forms = [...(data?.items ?? [])].sort((a, b) => Number(fits(b)) - Number(fits(a)))
  return (
    <section className="card">
      <h2>{say.followUp}</h2>
      <Chips
        options={forms.map(({ id, title }) => ({ id, label: title }))}
        value={formId}
        onChoose={(id) => setFormId(id === formId ? '' : id)}
      />
      {/* Another kind begins with nothing answered. */}
      <FollowUpFields
        key={formId}
        form={forms.find(({ id }) => id === formId)}
        lead={lead}
        onKept={() => setFormId('')}
      />
    </section>
  )
}

function FollowUpFields({ form, lead, onKept }: { form: FollowUpForm | undefined; lead: Lead; onKept(): void }) {
  const { work: say } = useWords()
  const names = useNames()
  const me = useMe()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [answers, setAnswers] = useState<Answers>({})
  const [note, setNote] = useState('')
  const [next, setNext] = useState<{ text: string; at?: string }>({ text: '' })
  const [mention, setMention] = useState<string[]>([])
  const [isBusy, setBusy] = useState(false)
  const isAnswered = form
    ? form.fields.every(({ id, required }) => !required || answers[id] !== undefined)
    : note.trim() !== ''
  const isReady = isAnswered && (next.text.trim() === '') === (next.at === undefined)
  const keep = async () => {
    setBusy(true)
    try {
      const { ticked } = await call<{ ticked: string[] }>('POST', `/api/leads/${lead.id}/follow-ups`, {
        body: {
          ...(form ? { form: form.id, fields: answers } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
          ...(mention.length > 0 ? { mention } : {}),
          ...(next.at ? { next: { text: next.text.trim(), at: next.at } } : {}),
        },
      })
      show({ id: 'follow-up', tone: 'good', text: ticked.length > 0 ? say.keptTicked(ticked.length) : say.kept })
      setAnswers({})
      setNote('')
      setMention([])
      setNext({ text: '' })
      onKept()
    } catch (error) {
      show({ id: 'follow-up', tone: 'bad', text: say.followUp, hint: reasonOf(error) })
    }
    setBusy(false)
    await refreshLead(client, lead.id)
  }
  return (
    <form
      className="work-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void keep()
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
      <Input.TextArea
        rows={2}
        maxLength={4000}
        value={note}
        className="grows"
        placeholder={form ? say.note : say.ownWords}
        aria-label={form ? say.note : say.ownWords}
        onChange={(event) => setNote(event.target.value)}
      />
      {isAnswered ? (
        <>
          <Input
            maxLength={300}
            value={next.text}
            placeholder={say.nextStep}
            aria-label={say.nextStep}
            onChange={({ target }) => setNext((was) => ({ ...was, text: target.value }))}
          />
          {next.text.trim() ? (
            <DateChoice value={next.at} onChoose={(at) => setNext((was) => ({ ...was, at }))} />
          ) : null}
          <Select<string[]>
            mode="multiple"
            maxCount={mostMentioned}
            aria-label={say.mention}
            placeholder={say.mention}
            showSearch={{ optionFilterProp: 'label' }}
            value={mention}
            onChange={setMention}
            options={(names.words?.staff ?? [])
              .filter(({ userid, active }) => active && userid !== me?.userid)
              .map(({ userid }) => ({ value: userid, label: names.staff(userid) }))}
          />
        </>
      ) : null}
      <Button htmlType="submit" type="primary" disabled={!isReady} loading={isBusy}>
        {say.keep}
      </Button>
    </form>
  )
}
