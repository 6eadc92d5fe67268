import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import type { ReactNode } from 'react'
import type { Trigger } from '../../../src/http/api/journeys.schema.ts'
import { DateRule } from './date-rule.tsx'
import { Field, Pick } from './field.tsx'
import { edgesQuery } from './queries.ts'
import { type TriggerKind, triggerKindOf } from './say-rules.ts'
import { SegmentField } from './segment-field.tsx'
import { TagField } from './tag-field.tsx'
import type { Talk } from './talk.ts'

interface Form<T> {
  trigger: T
  talk: Talk
  onChange(trigger: Trigger): void
}

type Place = Extract<Trigger, { stage?: unknown }>
type ByTag = Extract<Trigger, { tag: unknown }>

const begun: Record<TriggerKind, Trigger> = {
  place: { desk: 'nurture' },
  tag: { tag: { group: '', name: [] } },
  event: { event: '' },
  segment: { segment: '' },
  date: { date: 'stageAt', after: '30d', at: '09:30' },
  manual: { manual: true },
}

/** What begins a journey. */
export function TriggerForm({ trigger, talk, onChange }: Form<Trigger>): ReactNode {
  const { words } = talk
  const kind = triggerKindOf(trigger)
  return (
    <>
      <Field label={words.begins}>
        <Pick
          label={words.begins}
          value={kind}
          options={Object.entries(words.beginsWhen).map(([value, label]) => ({ value, label }))}
          onChange={(next) => onChange(begun[next as TriggerKind])}
        />
      </Field>
      {'manual' in trigger ? null : 'event' in trigger ? (
        <Field label={words.beginsWhen.event}>
          <Pick
            label={words.beginsWhen.event}
            value={trigger.event}
            options={talk.choices.events}
            onChange={(event) => onChange({ event })}
          />
        </Field>
      ) : 'tag' in trigger ? (
        <TagTrigger trigger={trigger} talk={talk} onChange={onChange} />
      ) : 'segment' in trigger ? (
        <SegmentField
          label={words.forms.segment}
          value={trigger.segment}
          onChange={(segment) => onChange({ segment })}
        />
      ) : 'date' in trigger ? (
        <DateRule rule={trigger} talk={talk} onChange={onChange} />
      ) : (
        <PlaceTrigger trigger={trigger} talk={talk} onChange={onChange} />
      )}
    </>
  )
}

const TagTrigger = ({ trigger, talk, onChange }: Form<ByTag>) => (
  <TagField
    talk={talk}
    group={trigger.tag.group}
    names={[trigger.tag.name].flat()}
    most={20}
    onChange={(group, name) => onChange({ tag: { group, name } })}
  />
)

function PlaceTrigger({ trigger, talk, onChange }: Form<Place>) {
  const { words, names } = talk
  const { data } = useQuery(edgesQuery)
  const put = (part: Place) => {
    const { stage, desk, via } = { ...trigger, ...part }
    onChange({
      ...(stage ? { stage } : {}),
      ...(desk || !stage ? { desk: desk ?? '' } : {}),
      ...(via && via.length > 0 ? { via } : {}),
    })
  }
  return (
    <>
      <Field label={words.forms.stage}>
        <Pick
          label={words.forms.stage}
          value={trigger.stage ?? ''}
          none={words.forms.any}
          options={(names.words?.stages ?? []).map(({ id }) => ({ value: id, label: `${id} ${names.stage(id)}` }))}
          onChange={(stage) => put({ stage })}
        />
      </Field>
      <Field label={words.forms.desk}>
        <Pick
          label={words.forms.desk}
          value={trigger.desk ?? ''}
          none={words.forms.any}
          options={Object.keys(names.words?.desks ?? {}).map((id) => ({ value: id, label: names.desk(id) }))}
          onChange={(desk) => put({ desk })}
        />
      </Field>
      <Field label={words.forms.via}>
        <Select
          mode="multiple"
          aria-label={words.forms.via}
          className="form-wide"
          placeholder={words.forms.viaAny}
          value={trigger.via ?? []}
          optionFilterProp="label"
          options={(data?.edges ?? []).map(({ id, name }) => ({ value: id, label: names.edge(id, name) }))}
          onChange={(via: string[]) => put({ via })}
        />
      </Field>
    </>
  )
}
