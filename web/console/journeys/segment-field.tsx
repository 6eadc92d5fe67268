import { useQuery } from '@tanstack/react-query'
import { segmentsQuery } from '../api/queries.ts'
import { useWords } from '../words/words.tsx'
import { Field, Pick } from './field.tsx'

/** One of the segments, with how many are in it. */
export function SegmentField({ label, value, onChange }: { label: string; value: string; onChange(id: string): void }) {
  const { segments: words } = useWords()
  const { data } = useQuery(segmentsQuery)
  return (
    <Field label={label}>
      <Pick
        label={label}
        value={value}
        options={(data?.items ?? []).map(({ id, name, size }) => ({
          value: id,
          label: `${name} · ${words.people(size)}`,
        }))}
        onChange={onChange}
      />
    </Field>
  )
}
