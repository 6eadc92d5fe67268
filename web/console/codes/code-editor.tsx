import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { ArchiveCode } from './archive-code.tsx'
import { CodePreview } from './code-preview.tsx'
import { Field } from './field.tsx'
import '../operations/operations.css'
import './codes.css'
import { PeopleChoice } from './people-choice.tsx'
import { QrDownloads } from './qr-downloads.tsx'
import { codeQuery } from './queries.ts'
import { bodyOf, type Code, type Draft, type Kind, pathOf } from './shapes.ts'
import { Shifts } from './shifts.tsx'
import { Welcomes } from './welcomes.tsx'

interface Editor {
  kind: Kind
  /** null: not made yet. */
  code: Code | null
  begin: Draft
  onMade(id: string): void
}

/** Everything a code does, with what that means for a customer beside it. */
export function CodeEditor({ kind, code, begin, onMade }: Editor) {
  const words = useWords()
  const { codes } = words
  const { show } = useToasts()
  const reason = useReason()
  const client = useQueryClient()
  const [draft, setDraft] = useState(begin)
  const [archiving, setArchiving] = useState(false)
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const isArchived = code?.archivedAt != null
  const isWhole = draft.name.trim() !== '' && draft.staff.length > 0
  const save = useMutation({
    mutationFn: async () => {
      if (!code) return call<{ id: string }>('POST', pathOf[kind], { body: bodyOf(draft, true) })
      const body = { ...bodyOf(draft, false), version: code.version }
      return call<Code>('PUT', `${pathOf[kind]}/${code.id}`, { body })
    },
    onSuccess(answer) {
      show({ id: 'code', tone: 'good', text: code ? codes.saved : codes.created })
      void client.invalidateQueries({ queryKey: ['codes'] })
      if (code) client.setQueryData(codeQuery(kind, code.id).queryKey, answer as Code)
      else onMade(answer.id)
    },
    onError: (error) => show({ id: 'code', tone: 'bad', text: reason(error) }),
  })
  return (
    <div className="code-page">
      <title>{`${draft.name || codes.add[kind]} · Bowtie`}</title>
      <header className="bar">
        <Link href={kind === 'link' ? '/codes?kind=link' : '/codes'}>{codes.back}</Link>
        <h1 className="one-line">{code?.name ?? codes.add[kind]}</h1>
        {isArchived ? <span className="fate">{codes.archived}</span> : null}
        <span className="bar-space" />
        {code && !isArchived ? <Button onClick={() => setArchiving(true)}>{codes.archive}</Button> : null}
        {isArchived ? null : (
          <Button type="primary" disabled={!isWhole} loading={save.isPending} onClick={() => save.mutate()}>
            {code ? codes.save : codes.create[kind]}
          </Button>
        )}
      </header>
      {code?.problem ? <p className="code-alert">{code.problem}</p> : null}
      <div className="code-columns">
        <form className="code-form" onSubmit={(event) => event.preventDefault()} inert={isArchived}>
          {isWhole ? null : <p className="quiet">{codes.required}</p>}
          <Basics draft={draft} set={set} kind={kind} />
          <Shifts slots={draft.slots} onChange={(slots) => set({ slots })} />
          <Limits draft={draft} set={set} />
          <Welcomes draft={draft} set={set} />
          <Marks draft={draft} set={set} />
        </form>
        <aside className="code-aside">
          {code ? <QrDownloads code={code} kind={kind} /> : null}
          <CodePreview draft={draft} />
          {code && code.counts.staff.length > 0 ? <Adds code={code} /> : null}
        </aside>
      </div>
      {code && archiving ? <ArchiveCode code={code} kind={kind} onClose={() => setArchiving(false)} /> : null}
    </div>
  )
}

interface Part {
  draft: Draft
  set(change: Partial<Draft>): void
}

function Basics({ draft, set, kind }: Part & { kind: Kind }) {
  const { codes } = useWords()
  const text = (name: 'name' | 'channel' | 'campaign') => (
    <Field label={codes[name]}>
      {(id) => (
        <Input id={id} value={draft[name]} maxLength={60} onChange={({ target }) => set({ [name]: target.value })} />
      )}
    </Field>
  )
  return (
    <section className="card">
      <div className="code-fields">
        {text('name')}
        {text('channel')}
        {text('campaign')}
      </div>
      <h2>{codes.staff}</h2>
      <p className="quiet small">{codes.staffHint}</p>
      <PeopleChoice label={codes.staff} value={draft.staff} onChange={(staff) => set({ staff })} />
      <Checkbox checked={draft.sameStaff} onChange={({ target }) => set({ sameStaff: target.checked })}>
        {codes.sameStaff[kind]}
      </Checkbox>
      <Checkbox checked={draft.verify} onChange={({ target }) => set({ verify: target.checked })}>
        {codes.verify}
      </Checkbox>
    </section>
  )
}

function Limits({ draft, set }: Part) {
  const { codes } = useWords()
  const names = useNames()
  const people = [...new Set([...draft.staff, ...draft.slots.flatMap(({ staff }) => staff)])]
  const setOwn = (userid: string, limit: number | null) => {
    const { [userid]: _, ...others } = draft.limits
    set({ limits: limit === null ? others : { ...others, [userid]: limit } })
  }
  return (
    <section className="card">
      <h2>{codes.limits}</h2>
      <div className="code-fields">
        <Field label={codes.limit}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={10_000}
              value={draft.dailyLimit}
              placeholder={codes.limitNone}
              onChange={(dailyLimit) => set({ dailyLimit })}
            />
          )}
        </Field>
        {people.map((userid) => (
          <Field key={userid} label={codes.limitOf(names.staff(userid))}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={10_000}
                value={draft.limits[userid] ?? null}
                placeholder={draft.dailyLimit === null ? codes.limitNone : String(draft.dailyLimit)}
                onChange={(limit) => setOwn(userid, limit)}
              />
            )}
          </Field>
        ))}
      </div>
      <h2>{codes.backup}</h2>
      <p className="quiet small">{codes.backupHint}</p>
      <PeopleChoice label={codes.backup} value={draft.backup} onChange={(backup) => set({ backup })} />
    </section>
  )
}

function Marks({ draft, set }: Part) {
  const { codes } = useWords()
  const { words } = useNames()
  const spell = (tag: { group: string; name: string }) => `${tag.group}:${tag.name}`
  return (
    <section className="card">
      <h2>{codes.remark}</h2>
      <p className="quiet small">{codes.remarkHint}</p>
      <Input
        aria-label={codes.remark}
        value={draft.remark ?? ''}
        maxLength={60}
        onChange={({ target }) => set({ remark: target.value.trim() === '' ? null : target.value })}
      />
      <Field label={codes.description}>
        {(id) => (
          <Input
            id={id}
            value={draft.description ?? ''}
            maxLength={150}
            onChange={({ target }) => set({ description: target.value.trim() === '' ? null : target.value })}
          />
        )}
      </Field>
      <h2>{codes.tags}</h2>
      <Select
        mode="multiple"
        className="people-choice"
        aria-label={codes.tags}
        value={draft.tags.map(spell)}
        onChange={(chosen: string[]) =>
          set({
            tags: chosen.map((tag) => {
              const [group = '', ...name] = tag.split(':')
              return { group, name: name.join(':') }
            }),
          })
        }
        options={words?.tagGroups.map((group) => ({
          label: group.name,
          options: group.tags.map((name) => ({ value: spell({ group: group.name, name }), label: name })),
        }))}
      />
    </section>
  )
}

function Adds({ code }: { code: Code }) {
  const { codes } = useWords()
  const names = useNames()
  return (
    <section className="card">
      <h2>{codes.people}</h2>
      <table className="code-adds">
        <thead>
          <tr>
            <th scope="col">{codes.name}</th>
            <th scope="col">{codes.today}</th>
            <th scope="col">{codes.total}</th>
          </tr>
        </thead>
        <tbody>
          {code.counts.staff.map(({ userid, today, total, limit }) => (
            <tr key={userid}>
              <th scope="row">{names.staff(userid)}</th>
              <td>{limit === null ? today : `${today}/${limit}`}</td>
              <td>{total}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
