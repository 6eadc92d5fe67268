import { Button, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useNames } from '../api/names.ts'
import { SearchIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'

export const filterNames = ['stage', 'desk', 'owner', 'tag', 'q'] as const
export type LeadFilter = Record<(typeof filterNames)[number], string>

interface Filters {
  filter: LeadFilter
  onChange(filter: LeadFilter): void
}

/** What the list is narrowed to; kept in the address, so that it can be sent to a colleague. */
export function LeadFilters({ filter, onChange }: Filters) {
  const words = useWords()
  const { words: known, stage, desk, staff } = useNames()
  const [q, setQ] = useState(filter.q)
  useEffect(() => setQ(filter.q), [filter.q])
  useEffect(() => {
    if (q.trim() === filter.q) return
    const timer = window.setTimeout(() => onChange({ ...filter, q: q.trim() }), 250)
    return () => window.clearTimeout(timer)
  }, [q, filter, onChange])
  const set = (name: keyof LeadFilter) => (value: string | undefined) => onChange({ ...filter, [name]: value ?? '' })
  const choice = { allowClear: true, showSearch: { optionFilterProp: 'label' }, popupMatchSelectWidth: false } as const
  return (
    <search className="lead-filters" aria-label={words.leads.filters}>
      <Input
        id="leads-q"
        className="lead-q"
        allowClear
        value={q}
        maxLength={100}
        prefix={<SearchIcon size={16} />}
        placeholder={words.leads.q}
        aria-label={words.leads.q}
        onChange={(event) => setQ(event.target.value)}
      />
      <Select
        {...choice}
        aria-label={words.leads.stage}
        placeholder={words.leads.stage}
        value={filter.stage || undefined}
        onChange={set('stage')}
        options={known?.stages.map(({ id }) => ({ value: id, label: `${id} ${stage(id)}` }))}
      />
      <Select
        {...choice}
        aria-label={words.leads.desk}
        placeholder={words.leads.desk}
        value={filter.desk || undefined}
        onChange={set('desk')}
        options={Object.keys(known?.desks ?? {}).map((id) => ({ value: id, label: desk(id) }))}
      />
      <Select
        {...choice}
        aria-label={words.leads.owner}
        placeholder={words.leads.owner}
        value={filter.owner || undefined}
        onChange={set('owner')}
        options={known?.staff.map(({ userid }) => ({ value: userid, label: staff(userid) }))}
      />
      <Select
        {...choice}
        aria-label={words.leads.tag}
        placeholder={words.leads.tag}
        value={filter.tag || undefined}
        onChange={set('tag')}
        options={known?.tagGroups.map((group) => ({
          label: group.name,
          options: group.tags.map((tag) => ({ value: `${group.name}:${tag}`, label: tag })),
        }))}
      />
      {Object.values(filter).some(Boolean) ? (
        <Button type="link" onClick={() => onChange({ stage: '', desk: '', owner: '', tag: '', q: '' })}>
          {words.leads.clear}
        </Button>
      ) : null}
    </search>
  )
}
