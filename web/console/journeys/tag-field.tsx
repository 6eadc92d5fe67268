import { AutoComplete, Select } from 'antd'
import { Field } from './field.tsx'
import type { Talk } from './talk.ts'

/** A group and one or several of its tags; those that are not there yet may be typed. */
export function TagField({
  talk,
  group,
  names,
  most,
  onChange,
}: {
  talk: Talk
  group: string
  names: readonly string[]
  most: number
  onChange(group: string, names: string[]): void
}) {
  const { words, choices, names: house } = talk
  const { forms } = words
  const known = [
    ...choices.tags,
    ...(house.words?.tagGroups.flatMap(({ name, tags }) => tags.map((tag) => ({ group: name, name: tag }))) ?? []),
  ]
  const groups = [...new Set(known.map((tag) => tag.group))]
  const offered = [...new Set(known.filter((tag) => tag.group === group).map(({ name }) => name))]
  return (
    <>
      <Field label={forms.tagGroup}>
        <AutoComplete
          aria-label={forms.tagGroup}
          className="form-wide"
          maxLength={60}
          value={group}
          options={groups.filter((one) => one.includes(group) || groups.includes(group)).map((value) => ({ value }))}
          onChange={(next: string) => onChange(next, groups.includes(next) && next !== group ? [] : [...names])}
        />
      </Field>
      <Field label={most > 1 ? forms.tagNames : forms.tag}>
        <Select
          mode="tags"
          maxCount={most}
          aria-label={most > 1 ? forms.tagNames : forms.tag}
          className="form-wide"
          placeholder={forms.pick}
          value={[...names]}
          options={offered.map((value) => ({ value, label: value }))}
          onChange={(next: string[]) => onChange(group, next.map((name) => name.trim().slice(0, 60)).filter(Boolean))}
        />
      </Field>
    </>
  )
}
