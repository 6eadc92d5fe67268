import { useQuery } from '@tanstack/react-query'
import { Checkbox, Input, Select } from 'antd'
import type { ReactNode } from 'react'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import type { Draft } from './draft.ts'
import { FileField } from './file-field.tsx'
import { kinds, matrixQuery } from './queries.ts'

const accepted: Record<string, string> = {
  pdf: 'application/pdf,.pdf',
  image: 'image/png,image/jpeg',
  video: 'video/mp4,.mp4',
}

interface FieldsProps {
  draft: Draft
  onChange(part: Partial<Draft>): void
  readOnly: boolean
}

/** What a piece is made of; each kind asks for what it needs. */
export function Fields({ draft, onChange, readOnly }: FieldsProps) {
  const words = useWords()
  const { words: known, stage, staff } = useNames()
  const { data: matrix } = useQuery(matrixQuery)
  const { content } = words
  const { kind } = draft
  const text = (name: 'title' | 'url' | 'say' | 'plain' | 'appId' | 'appPage', most: number, placeholder = '') => (
    <Field label={content.fields[name]} key={name}>
      <Input
        aria-label={content.fields[name]}
        value={draft[name]}
        maxLength={most}
        placeholder={placeholder}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </Field>
  )
  const tags = (name: 'audiences' | 'industries' | 'needs', options: readonly string[]) => (
    <Field label={content.fields[name]} key={name}>
      <Select
        mode="tags"
        aria-label={content.fields[name]}
        value={draft[name]}
        tokenSeparators={['、', '，', ',']}
        onChange={(value: string[]) => onChange({ [name]: value })}
        options={options.map((value) => ({ value, label: value }))}
      />
    </Field>
  )
  const dates = (name: 'from' | 'until') => (
    <Field label={content.fields[name]} key={name}>
      <Input
        type="date"
        aria-label={content.fields[name]}
        value={draft[name]}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </Field>
  )
  return (
    <fieldset className="card fields" disabled={readOnly}>
      <div className="fields-two">
        <Field label={content.filters.kind}>
          <Select
            aria-label={content.filters.kind}
            value={kind}
            onChange={(value: string) => onChange({ kind: value, file: undefined })}
            options={kinds.map((id) => ({ value: id, label: content.kinds[id] }))}
          />
        </Field>
        <Field label={content.filters.stage}>
          <Select
            mode="multiple"
            aria-label={content.filters.stage}
            value={draft.stages}
            onChange={(stages: string[]) => onChange({ stages })}
            options={known?.stages.map(({ id }) => ({ value: id, label: `${id} ${stage(id)}` }))}
          />
        </Field>
      </div>
      {text('title', 120)}
      {accepted[kind] ? (
        <FileField
          label={content.kinds[kind] ?? kind}
          accept={accepted[kind]}
          value={draft.file}
          onChange={(file) => onChange({ file })}
        />
      ) : null}
      {kind === 'link' ? text('url', 2000, 'https://') : null}
      {kind === 'miniprogram' ? (
        <div className="fields-two">{[text('appId', 64, 'wx…'), text('appPage', 1024, 'pages/index')]}</div>
      ) : null}
      {kind === 'image' || kind === 'miniprogram' || kind === 'link' ? null : (
        <Field label={content.fields.body} hint={kind === 'article' ? content.markdown : ''}>
          <Input.TextArea
            aria-label={content.fields.body}
            className={kind === 'article' ? 'editor-body' : 'grows'}
            rows={kind === 'article' ? 16 : 3}
            value={draft.body}
            maxLength={100_000}
            onChange={(event) => onChange({ body: event.target.value })}
          />
        </Field>
      )}
      {kind === 'text' ? null : text('say', 120, content.sayHint)}
      <div className="fields-three">
        {tags('audiences', matrix?.audiences ?? [])}
        {tags('industries', [])}
        {tags('needs', known?.tagGroups.flatMap((group) => group.tags) ?? [])}
      </div>
      <div className="fields-three">
        {dates('from')}
        {dates('until')}
        <Field label={content.fields.owner}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={content.fields.owner}
            value={draft.owner || undefined}
            onChange={(owner: string | undefined) => onChange({ owner: owner ?? '' })}
            options={known?.staff.map(({ userid }) => ({ value: userid, label: staff(userid) }))}
          />
        </Field>
      </div>
      {kind === 'text' || kind === 'image' ? null : (
        <FileField
          label={content.fields.cover}
          accept="image/png,image/jpeg"
          value={draft.cover}
          onChange={(cover) => onChange({ cover })}
        />
      )}
      {kind === 'pdf' || kind === 'video' ? (
        <Checkbox checked={draft.asFile} onChange={(event) => onChange({ asFile: event.target.checked })}>
          {content.asFile}
        </Checkbox>
      ) : null}
    </fieldset>
  )
}

function Field({ label, hint = '', children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="field">
      <span className="field-label">
        {label}
        {hint ? <small className="quiet">{hint}</small> : null}
      </span>
      {children}
    </div>
  )
}
