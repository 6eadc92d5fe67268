import { InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { useJourneyWords } from './words/words.ts'

/** A question of a form; what answers it carries the label too, for those who hear it. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="form-field">
      <span className="form-label">{label}</span>
      {children}
      {hint ? <small className="quiet">{hint}</small> : null}
    </div>
  )
}

export interface Offered {
  value: string
  label: string
}

/** One of several, found by typing. */
export function Pick({
  label,
  value,
  options,
  onChange,
  none,
}: {
  label: string
  value: string
  options: readonly Offered[]
  onChange(value: string): void
  /** What choosing nothing is called, where that may be. */
  none?: string
}) {
  const words = useJourneyWords()
  const all = none === undefined ? options : [{ value: '', label: none }, ...options]
  const isKnown = all.some((one) => one.value === value)
  return (
    <Select
      aria-label={label}
      className="form-wide"
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={words.forms.pick}
      value={value === '' && none === undefined ? null : value}
      // What is not offered any more is shown as it stands rather than hidden.
      options={isKnown || value === '' ? [...all] : [...all, { value, label: value }]}
      onChange={onChange}
    />
  )
}

const units = ['m', 'h', 'd', 'w'] as const

/** How long: a number and a unit, as the journey writes it (`3d`). */
export function DurationField({
  label,
  value,
  onChange,
  only = units,
}: {
  label: string
  value: string
  onChange(value: string): void
  only?: readonly string[]
}) {
  const { forms } = useJourneyWords()
  const [, amount = '', unit = 'd'] = /^([\d.]+)(s|m|h|d|w)$/.exec(value) ?? []
  const offered = (only as readonly string[]).includes(unit) ? only : [...only, unit]
  return (
    <span className="form-row">
      <InputNumber
        aria-label={label}
        min={1}
        max={9999}
        precision={0}
        value={amount === '' ? null : Number(amount)}
        onChange={(next) => onChange(next === null ? '' : `${next}${unit}`)}
      />
      <Select
        aria-label={`${label} ${forms.units[unit] ?? unit}`}
        value={unit}
        options={offered.map((one) => ({ value: one, label: forms.units[one] ?? one }))}
        onChange={(next: string) => onChange(amount === '' ? '' : `${amount}${next}`)}
      />
    </span>
  )
}

/** A time of day; the browser's own field. */
export function ClockField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange(value: string): void
}) {
  return (
    <input
      type="time"
      className="native-field"
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  )
}
