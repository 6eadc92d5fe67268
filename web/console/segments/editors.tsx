import { Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import type { SegmentFields } from '../api/shapes.ts'
import { useWords } from '../words/words.tsx'
import type { Often } from './query.ts'

interface Editor {
  field: string
  operator: string
  value: unknown
  choices: SegmentFields
  onChange(value: unknown): void
}

/** What is asked of the field: as few keys as its kind allows. */
export function ValueEditor(editor: Editor) {
  const { field, operator, value, choices, onChange } = editor
  const words = useWords().segments
  if (field === 'tag')
    return (
      <One
        label={words.value}
        value={typeof value === 'string' ? value : ''}
        options={choices.tags.map(({ group, name }) => ({
          value: JSON.stringify([group, name]),
          label: `${group}${words.colon}${name}`,
        }))}
        onChange={onChange}
      />
    )
  if (field === 'journey')
    return (
      <One
        label={words.value}
        value={typeof value === 'string' ? value : ''}
        options={choices.journeys}
        onChange={onChange}
      />
    )
  if (field === 'event' || field === 'content') return <HowOften {...editor} />
  if (operator === 'exists' || operator === 'missing') return null
  if (operator === 'within' || operator === 'olderThan' || operator === 'inNext')
    return (
      <Span
        label={words.days}
        value={typeof value === 'string' ? value : null}
        onChange={(next) => onChange(next ?? '')}
      />
    )
  const known = choices.fields.find(({ name }) => name === field)
  const many = operator === 'in' || operator === 'notIn'
  if (known?.values || many)
    return (
      <Select
        aria-label={words.value}
        className="segment-value"
        {...(many ? { mode: known?.values ? ('multiple' as const) : ('tags' as const) } : {})}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={words.choose}
        value={many ? (Array.isArray(value) ? value : []) : value || null}
        options={known?.values ?? []}
        popupMatchSelectWidth={false}
        onChange={onChange}
      />
    )
  if (known?.type === 'time')
    return (
      <Input
        type="date"
        aria-label={words.value}
        className="segment-date"
        value={value ? localDay(new Date(String(value))) : ''}
        onChange={({ target }) => onChange(target.value ? new Date(`${target.value}T00:00`).toISOString() : '')}
      />
    )
  if (known?.type === 'number')
    return (
      <InputNumber
        aria-label={words.value}
        value={typeof value === 'number' ? value : null}
        onChange={(next) => onChange(next ?? '')}
      />
    )
  return (
    <Input
      aria-label={words.value}
      className="segment-value"
      maxLength={200}
      value={value === undefined || value === null ? '' : String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function HowOften({ field, value, choices, onChange }: Editor) {
  const words = useWords().segments
  const often: Often = { what: '', atLeast: 1, within: null, ...(value as Partial<Often> | null) }
  const change = (next: Partial<Often>) => onChange({ ...often, ...next })
  const kinds = [...new Set(choices.contents.map(({ kind }) => kind))]
  const options =
    field === 'event'
      ? choices.events
      : [
          { value: '', label: words.anyContent },
          ...kinds.map((kind) => ({ value: `kind:${kind}`, label: words.ofKind(words.kinds[kind] ?? kind) })),
          ...choices.contents.map(({ id, title }) => ({ value: `id:${id}`, label: title })),
        ]
  return (
    <span className="segment-often">
      <One
        label={words.value}
        value={often.what}
        options={options}
        onChange={(what) => change({ what })}
        allowNone={field === 'content'}
      />
      <InputNumber
        aria-label={words.times}
        min={1}
        max={1000}
        value={often.atLeast}
        onChange={(n) => change({ atLeast: n ?? 1 })}
        prefix={words.atLeast}
        suffix={words.times}
      />
      <Span
        label={words.within}
        value={often.within}
        placeholder={words.ever}
        onChange={(within) => change({ within })}
        prefix={words.within}
      />
    </span>
  )
}

const units = ['h', 'd', 'w'] as const

/** A span of time as the condition spells it; another unit than those offered stays as it is. */
function Span({
  label,
  value,
  prefix,
  placeholder,
  onChange,
}: {
  label: string
  value: string | null
  prefix?: string
  placeholder?: string
  onChange(value: string | null): void
}) {
  const words = useWords().segments
  const [, amount = '', unit = 'd'] = /^([\d.]+)(ms|s|m|h|d|w)$/.exec(value ?? '') ?? []
  const [chosen, choose] = useState(unit)
  const known = units.some((one) => one === chosen)
  return (
    <span className="segment-span">
      <InputNumber
        aria-label={label}
        min={1}
        max={3650}
        precision={0}
        value={amount === '' ? null : Number(amount)}
        placeholder={placeholder}
        onChange={(next) => onChange(next === null ? null : `${next}${chosen}`)}
        prefix={prefix}
      />
      <Select
        aria-label={words.unit}
        value={chosen}
        popupMatchSelectWidth={false}
        options={[...units, ...(known ? [] : [chosen])].map((one) => ({ value: one, label: words.units[one] ?? one }))}
        onChange={(next) => {
          choose(next)
          if (amount !== '') onChange(`${amount}${next}`)
        }}
      />
    </span>
  )
}

function One({
  label,
  value,
  options,
  onChange,
  allowNone = false,
}: {
  label: string
  value: string
  options: { value: string; label: string }[]
  onChange(value: string): void
  allowNone?: boolean
}) {
  const words = useWords().segments
  return (
    <Select
      aria-label={label}
      className="segment-value"
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={words.choose}
      value={value || allowNone ? value : null}
      options={options}
      popupMatchSelectWidth={false}
      onChange={onChange}
    />
  )
}

/** As a date field of the browser spells a day: on this computer's calendar. */
const localDay = (at: Date): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
