import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { call, queryOf } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import type { Lead, Page } from '../api/shapes.ts'

export interface ChosenLead {
  value: string
  label: string
}

const most = 500

/** Some leads, found by name or company. */
export function LeadChoice({
  label,
  value,
  onChange,
}: {
  label: string
  value: ChosenLead[]
  onChange(value: ChosenLead[]): void
}) {
  const names = useNames()
  const [asked, ask] = useState('')
  const { data, isFetching } = useQuery({
    queryKey: ['leads', 'choice', asked],
    queryFn: ({ signal }) => call<Page<Lead>>('GET', `/api/leads${queryOf({ q: asked, limit: 20 })}`, { signal }),
    placeholderData: (before) => before,
  })
  return (
    <Select<ChosenLead[]>
      mode="multiple"
      labelInValue
      aria-label={label}
      className="form-wide"
      placeholder={label}
      maxCount={most}
      value={value}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: ask }}
      options={(data?.items ?? []).map((lead) => ({
        value: lead.id,
        label: [names.lead(lead), lead.company].filter(Boolean).join(' · '),
      }))}
      onChange={(next) => onChange(next.map(({ value: id, label: said }) => ({ value: id, label: String(said) })))}
    />
  )
}
