import { Select } from 'antd'
import { useNames } from '../api/names.ts'
import type { Brief } from '../api/shapes.ts'
import { useWords } from '../words/words.tsx'

type Worn = Brief['tags'][number]

/** Every tag the house knows and this person does not wear, found by typing. */
export function TagChoice({
  worn,
  onChoose,
}: {
  worn: readonly Worn[]
  onChoose(tag: Pick<Worn, 'group' | 'name'>): void
}) {
  const words = useWords()
  const names = useNames()
  const options = (names.words?.tagGroups ?? [])
    .filter(({ kind }) => kind !== 'stage')
    .map(({ name: group, tags: known }) => ({
      label: group,
      options: known
        .filter((name) => !worn.some((tag) => tag.group === group && tag.name === name))
        .map((name) => ({ label: name, value: JSON.stringify([group, name]) })),
    }))
  return (
    <Select
      size="small"
      className="tag-choice"
      showSearch
      autoFocus
      defaultOpen
      optionFilterProp="label"
      placeholder={words.work.tagAddHint}
      aria-label={words.work.tagAddHint}
      options={options}
      onChange={(value: string) => {
        const [group, name] = JSON.parse(value) as [string, string]
        onChoose({ group, name })
      }}
    />
  )
}
