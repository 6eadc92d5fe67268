import { Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import type { Kind } from './fields.ts'
import { sayDuration } from './say-value.ts'

interface Given {
  id?: string
  label?: string
  kind: Kind
  value: unknown
  disabled: boolean
  bad: boolean
  onChange(value: unknown): void
}

/** One value of the rules, as what it is. Whether it may stand, the server says. */
export function RuleField({ id, label, kind, value, disabled, bad, onChange }: Given) {
  const { playbook } = useWords()
  const common = { id, 'aria-label': label, disabled, status: bad ? ('error' as const) : undefined }
  if (kind === 'switch')
    return <Switch id={id} aria-label={label} disabled={disabled} checked={value === true} onChange={onChange} />
  if (kind === 'number')
    return (
      <InputNumber
        {...common}
        value={typeof value === 'number' ? value : null}
        placeholder={playbook.noLimit}
        onChange={(next) => onChange(next ?? undefined)}
      />
    )
  if (kind === 'words')
    return (
      <Select
        {...common}
        mode="tags"
        className="rule-words"
        value={Array.isArray(value) ? value.map(String) : []}
        tokenSeparators={['\n', '，', ',', '、']}
        open={false}
        suffixIcon={null}
        placeholder={playbook.wordsHint}
        onChange={(next: string[]) => onChange(next.length === 0 && value === undefined ? undefined : next)}
      />
    )
  if (kind === 'duration') return <DurationField {...common} value={value} onChange={onChange} />
  const choices = kind === 'text' ? null : playbook.choices[kind]
  if (choices)
    return (
      <Select
        {...common}
        className="rule-choice"
        value={value as string}
        options={Object.entries(choices).map(([one, name]) => ({ value: one, label: name }))}
        onChange={onChange}
      />
    )
  return (
    <Input
      {...common}
      value={typeof value === 'string' ? value : ''}
      maxLength={200}
      onChange={({ target }) => onChange(target.value)}
    />
  )
}

/** `30m`, said beside as what it means; what is no duration stays in the box and goes nowhere until it is one. */
function DurationField({ value, onChange, ...common }: Omit<Given, 'kind' | 'bad' | 'label'>) {
  const { playbook } = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? (typeof value === 'string' ? value : '')
  return (
    <span className="rule-duration">
      <Input
        {...common}
        value={shown}
        maxLength={12}
        placeholder={playbook.durationHint}
        onChange={({ target }) => {
          setTyped(target.value)
          onChange(target.value.trim() === '' ? undefined : target.value.trim())
        }}
        onBlur={() => setTyped(null)}
      />
      <span className="quiet small">{sayDuration(shown, playbook) ?? ''}</span>
    </span>
  )
}
