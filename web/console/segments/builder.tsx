import { Button, Select } from 'antd'
import { useMemo } from 'react'
import { QueryBuilder, type RuleGroupType, type RuleType } from 'react-querybuilder'
import type { Condition, SegmentFields } from '../api/shapes.ts'
import { CloseIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'
import { ValueEditor } from './editors.tsx'
import { isSpecial, type Special, special, toCondition, toQuery } from './query.ts'

/** A condition put together from what may be asked. The library keeps the tree; every control is ours. */
export function Builder({
  start,
  choices,
  offers = special,
  onChange,
}: {
  start: Condition
  choices: SegmentFields
  /** The questions besides fields. */
  offers?: readonly Special[]
  onChange(condition: Condition): void
}) {
  const words = useWords().segments
  const fields = useMemo(() => {
    const within = (group: FieldGroup) =>
      choices.fields.flatMap(({ name, label }) =>
        groupOf(name) === group ? [{ name, value: name, label: words.fieldNames[name] ?? label }] : [],
      )
    const deeds = offers.map((name) => ({ name, value: name, label: words.special[name] }))
    const groups = { lead: within('lead'), deeds, account: within('account'), told: within('told') }
    return Object.entries(groups).flatMap(([group, options]) =>
      options.length > 0 ? [{ label: words.fieldGroups[group as keyof typeof groups], options }] : [],
    )
  }, [choices, offers, words])
  const operatorsOf = (field: string) => {
    const named = (list: readonly (readonly [string, string])[]) =>
      list.map(([name, label]) => ({ name, value: name, label }))
    if (isSpecial(field)) return named(words.specialOperators[field])
    const known = choices.fields.find(({ name }) => name === field)
    return (known?.operators ?? []).flatMap(({ op }) => {
      const one = { name: op, value: op, label: words.operators(op, known?.type === 'time') }
      return op === 'exists' ? [one, { name: 'missing', value: 'missing', label: words.missing }] : [one]
    })
  }
  return (
    <QueryBuilder
      defaultQuery={toQuery(start) as RuleGroupType<RuleType, string>}
      onQueryChange={(query) => onChange(toCondition(query as RuleGroupType<RuleType, string>))}
      fields={fields}
      combinators={[
        { name: 'all', value: 'all', label: words.all },
        { name: 'any', value: 'any', label: words.any },
      ]}
      getOperators={operatorsOf}
      getDefaultValue={() => ''}
      getDefaultField="industry"
      resetOnFieldChange
      listsAsArrays
      showNotToggle
      maxLevels={5}
      controlClassnames={{
        queryBuilder: 'segment-builder',
        ruleGroup: 'segment-group',
        header: 'segment-group-head',
        body: 'segment-group-body',
        rule: 'segment-rule',
      }}
      controlElements={{
        fieldSelector: ({ value, options, handleOnChange }) => (
          <Pick label={words.field} value={value} options={options} onChange={handleOnChange} />
        ),
        operatorSelector: ({ value, options, handleOnChange }) => (
          <Pick label={words.operator} value={value} options={options} onChange={handleOnChange} />
        ),
        combinatorSelector: ({ value, options, handleOnChange }) => (
          <Pick label={words.join} value={value} options={options} onChange={handleOnChange} />
        ),
        valueEditor: ({ field, operator, value, handleOnChange }) => (
          <ValueEditor field={field} operator={operator} value={value} choices={choices} onChange={handleOnChange} />
        ),
        notToggle: ({ checked, handleOnChange }) => (
          <button
            type="button"
            className="chip"
            aria-pressed={checked ?? false}
            onClick={() => handleOnChange(!checked)}
          >
            {words.not}
          </button>
        ),
        addRuleAction: ({ handleOnClick }) => (
          <Button size="small" onClick={handleOnClick}>
            {words.addRule}
          </Button>
        ),
        addGroupAction: ({ handleOnClick }) => (
          <Button size="small" type="text" onClick={handleOnClick}>
            {words.addGroup}
          </Button>
        ),
        removeRuleAction: ({ handleOnClick }) => <Remove label={words.removeRule} onClick={handleOnClick} />,
        removeGroupAction: ({ handleOnClick }) => <Remove label={words.removeGroup} onClick={handleOnClick} />,
      }}
    />
  )
}

type FieldGroup = 'lead' | 'account' | 'told'

const groupOf = (field: string): FieldGroup => {
  if (field.startsWith('attributes.')) return 'told'
  return field.startsWith('account.') ? 'account' : 'lead'
}

interface Offered {
  name?: string
  value?: string
  label: string
  options?: readonly Offered[]
}

const shown = ({
  name,
  value,
  label,
  options,
}: Offered): Record<'value' | 'label', string> & { options?: unknown[] } => ({
  value: value ?? name ?? label,
  label,
  ...(options ? { options: options.map(shown) } : {}),
})

function Pick({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: unknown
  options: readonly unknown[]
  onChange(value: string): void
}) {
  return (
    <Select
      aria-label={label}
      value={String(value ?? '')}
      options={(options as readonly Offered[]).map(shown)}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      onChange={onChange}
    />
  )
}

function Remove({ label, onClick }: { label: string; onClick(event: React.MouseEvent): void }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      <CloseIcon size={16} />
    </button>
  )
}
