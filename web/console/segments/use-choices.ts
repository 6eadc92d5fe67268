import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { segmentFieldsQuery } from '../api/queries.ts'
import type { SegmentFields } from '../api/shapes.ts'
import { useWords } from '../words/words.tsx'

/** What may be asked, with the names the chosen language has for what usually stands in the playbook. */
export function useChoices() {
  const { known } = useWords()
  const select = useCallback(
    (choices: SegmentFields): SegmentFields => {
      const named = <T extends { value: string; label: string }>(list: T[], names: Readonly<Record<string, string>>) =>
        list.map((one) => ({ ...one, label: names[one.value] ?? one.label }))
      const byField: Record<string, Readonly<Record<string, string>>> = {
        stage: known.stages,
        desk: known.desks,
        'account.stage': known.stages,
      }
      return {
        ...choices,
        events: named(choices.events, known.events),
        fields: choices.fields.map((field) => ({
          ...field,
          values: field.values && named(field.values, byField[field.name] ?? {}),
        })),
      }
    },
    [known],
  )
  return useQuery({ ...segmentFieldsQuery, select })
}
