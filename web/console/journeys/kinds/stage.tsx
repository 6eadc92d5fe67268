import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { Field, Pick } from '../field.tsx'
import { edgesQuery } from '../queries.ts'
import { defineKind } from './kind.ts'

export default defineKind<'stage'>({
  fresh: () => ({ stage: { on: '' } }),
  say: ({ stage }, { words, move }) => words.say.stage(move(stage.on), stage.reason ?? ''),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    const { stage } = step
    const { data } = useQuery(edgesQuery)
    const edges = (data?.edges ?? []).filter(({ by }) => by.includes('system'))
    const verbs = [...new Map(edges.map((edge) => [edge.on, edge])).values()]
    const goals = [...new Set(edges.filter(({ on }) => on === stage.on).map(({ to }) => to.split('@')[0] ?? ''))]
    const change = (part: Partial<typeof stage>) => onChange({ ...step, stage: { ...stage, ...part } })
    return (
      <>
        <Field label={forms.edge}>
          <Pick
            label={forms.edge}
            value={stage.on}
            options={verbs.map(({ id, on, name }) => ({ value: on, label: talk.names.edge(id, name) }))}
            onChange={(on) => onChange({ ...step, stage: { on, ...(stage.reason ? { reason: stage.reason } : {}) } })}
          />
        </Field>
        {goals.length > 1 ? (
          <Field label={forms.toStage}>
            <Pick
              label={forms.toStage}
              value={stage.to ?? ''}
              none={forms.toStageAny}
              options={goals.filter((id) => id !== '=').map((id) => ({ value: id, label: talk.names.stage(id) }))}
              onChange={(to) => change({ to: to || undefined })}
            />
          </Field>
        ) : null}
        <Field label={forms.reason}>
          <Input
            aria-label={forms.reason}
            maxLength={200}
            value={stage.reason ?? ''}
            onChange={({ target }) => change({ reason: target.value || undefined })}
          />
        </Field>
      </>
    )
  },
})
