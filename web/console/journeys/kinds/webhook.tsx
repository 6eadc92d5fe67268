import { useQuery } from '@tanstack/react-query'
import { Field, Pick } from '../field.tsx'
import { webhooksQuery } from '../queries.ts'
import { defineKind } from './kind.ts'

export default defineKind<'webhook'>({
  fresh: () => ({ webhook: '' }),
  say: ({ webhook }, { words }) => words.say.webhook(webhook || words.say.unset),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    // Only those who look after them may list them; an id may be typed all the same in YAML.
    const { data } = useQuery({ ...webhooksQuery, retry: false })
    return (
      <Field label={forms.webhook} {...(data?.items.length === 0 ? { hint: forms.noWebhooks } : {})}>
        <Pick
          label={forms.webhook}
          value={step.webhook}
          options={(data?.items ?? []).map(({ id }) => ({ value: id, label: id }))}
          onChange={(webhook) => onChange({ ...step, webhook })}
        />
      </Field>
    )
  },
})
