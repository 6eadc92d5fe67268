import { Input, InputNumber, Segmented } from 'antd'
import { ClockField, Field, Pick } from './field.tsx'
import type { Talk } from './talk.ts'

interface Rule {
  date: string
  at: string
  before?: string | undefined
  after?: string | undefined
}

const own = 'attributes.'
type Side = 'on' | 'before' | 'after'
const sideOf = ({ before, after }: Rule): Side => (before ? 'before' : after ? 'after' : 'on')

/** The field, how far from it, and the time of day, as they are put into a sentence. */
export function sayDate(rule: Rule, { words, duration }: Talk): [field: string, offset: string, at: string] {
  const { say, forms } = words
  const field = forms.dates[rule.date] ?? rule.date.replace(own, '')
  const side = sideOf(rule)
  const offset = side === 'on' ? say.on : say[side](duration(rule[side] ?? ''))
  return [field || say.unset, offset, rule.at]
}

/** A day near a date of the lead's, and a time of that day. */
export function DateRule<R extends Rule>({ rule, talk, onChange }: { rule: R; talk: Talk; onChange(rule: R): void }) {
  const { forms } = talk.words
  const isOwn = rule.date.startsWith(own)
  const side = sideOf(rule)
  const days = Number(/^(\d+)d$/.exec(rule[side === 'on' ? 'before' : side] ?? '')?.[1] ?? 7)
  const { before: _, after: __, ...rest } = rule
  const put = (next: Side, many: number) => onChange((next === 'on' ? rest : { ...rest, [next]: `${many}d` }) as R)
  return (
    <>
      <Field label={forms.dateField}>
        <Pick
          label={forms.dateField}
          value={isOwn ? own : rule.date}
          options={[
            ...Object.entries(forms.dates).map(([value, label]) => ({ value, label })),
            { value: own, label: forms.ownField },
          ]}
          onChange={(date) => onChange({ ...rule, date })}
        />
      </Field>
      {isOwn ? (
        <Field label={forms.ownField}>
          <Input
            aria-label={forms.ownField}
            placeholder={forms.ownFieldHint}
            maxLength={60}
            value={rule.date.slice(own.length)}
            onChange={({ target }) => onChange({ ...rule, date: own + target.value })}
          />
        </Field>
      ) : null}
      <Field label={forms.offset}>
        <span className="form-row">
          <Segmented<Side>
            aria-label={forms.offset}
            value={side}
            options={(['on', 'before', 'after'] as const).map((value) => ({ value, label: forms.offsets[value] }))}
            onChange={(next) => put(next, days)}
          />
          {side === 'on' ? null : (
            <InputNumber
              aria-label={forms.days}
              min={1}
              max={3650}
              precision={0}
              value={days}
              suffix={forms.days}
              onChange={(many) => put(side, many ?? 1)}
            />
          )}
        </span>
      </Field>
      <Field label={forms.at}>
        <ClockField label={forms.at} value={rule.at} onChange={(at) => onChange({ ...rule, at })} />
      </Field>
    </>
  )
}
