import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useNames } from '../api/names.ts'
import { SearchIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'
import { kinds, matrixQuery } from './queries.ts'

export const filterNames = ['q', 'kind', 'stage', 'audience', 'state'] as const

interface Filters {
  filter: Record<string, string>
  onChange(filter: Record<string, string>): void
}

/** What the library is narrowed to; kept in the address. */
export function ContentFilters({ filter, onChange }: Filters) {
  const words = useWords()
  const { words: known, stage } = useNames()
  const { data: matrix } = useQuery(matrixQuery)
  const [q, setQ] = useState(filter.q ?? '')
  const given = (next: Record<string, string>) => Object.fromEntries(Object.entries(next).filter(([, value]) => value))
  useEffect(() => setQ(filter.q ?? ''), [filter.q])
  useEffect(() => {
    if (q.trim() === filter.q) return
    const timer = window.setTimeout(() => onChange(given({ ...filter, q: q.trim() })), 250)
    return () => window.clearTimeout(timer)
  })
  const choices: Record<'kind' | 'stage' | 'audience' | 'state', { value: string; label: string | undefined }[]> = {
    kind: kinds.map((id) => ({ value: id, label: words.content.kinds[id] })),
    stage: (known?.stages ?? []).map(({ id }) => ({ value: id, label: `${id} ${stage(id)}` })),
    audience: (matrix?.audiences ?? []).map((name) => ({ value: name, label: name })),
    state: (['live', 'lapsed', 'retired'] as const).map((id) => ({ value: id, label: words.content.states[id] })),
  }
  return (
    <search className="content-filters" aria-label={words.leads.filters}>
      <Input
        className="content-q"
        allowClear
        value={q}
        maxLength={100}
        prefix={<SearchIcon size={16} />}
        placeholder={words.content.q}
        aria-label={words.content.q}
        onChange={(event) => setQ(event.target.value)}
      />
      {Object.entries(choices).map(([name, options]) => (
        <Select
          key={name}
          allowClear
          popupMatchSelectWidth={false}
          aria-label={words.content.filters[name as keyof typeof choices]}
          placeholder={words.content.filters[name as keyof typeof choices]}
          value={filter[name] || undefined}
          onChange={(value: string | undefined) => onChange(given({ ...filter, [name]: value ?? '' }))}
          options={options}
        />
      ))}
      {Object.values(filter).some(Boolean) ? (
        <Button type="link" onClick={() => onChange({})}>
          {words.leads.clear}
        </Button>
      ) : null}
    </search>
  )
}
