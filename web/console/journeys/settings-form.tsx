import { Button, Checkbox, Input, Segmented } from 'antd'
import type { Exit } from '../../../src/http/api/journeys.schema.ts'
import { CloseIcon } from '../look/icons.tsx'
import { ConditionField } from './condition-field.tsx'
import { DurationField, Field } from './field.tsx'
import { SegmentField } from './segment-field.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'
import { TriggerForm } from './trigger-form.tsx'

/** What a journey is for: its name, who enters and when, what it is after, and when it lets go. */
export function SettingsForm({
  journey,
  talk,
  onChange,
}: {
  journey: Journey
  talk: Talk
  onChange(journey: Journey): void
}) {
  const { words } = talk
  const change = (part: Partial<Journey>) => onChange({ ...journey, ...part })
  const { reentry = 'never', exits = [] } = journey
  const again = typeof reentry === 'object' ? 'after' : reentry
  const putExit = (index: number, exit: Exit | undefined) =>
    change({ exits: exits.flatMap((one, at) => (at === index ? (exit ?? []) : one)) })
  return (
    <>
      <Field label={words.name}>
        <Input
          aria-label={words.name}
          maxLength={60}
          value={journey.name ?? ''}
          onChange={({ target }) => change({ name: target.value || undefined })}
        />
      </Field>
      <Field label={words.about}>
        <Input.TextArea
          aria-label={words.about}
          className="grows"
          rows={2}
          maxLength={500}
          placeholder={words.aboutPlaceholder}
          value={journey.about ?? ''}
          onChange={({ target }) => change({ about: target.value || undefined })}
        />
      </Field>
      <TriggerForm trigger={journey.trigger} talk={talk} onChange={(trigger) => change({ trigger })} />
      <ConditionField
        label={words.entry}
        hint={words.entryHint}
        value={journey.entry}
        talk={talk}
        mayLack
        onChange={(entry) => change({ entry })}
      />
      <Field label={words.reentry}>
        <Segmented<keyof typeof words.reentries>
          block
          aria-label={words.reentry}
          value={again}
          options={(['never', 'after', 'always'] as const).map((value) => ({ value, label: words.reentries[value] }))}
          onChange={(next) => change({ reentry: next === 'after' ? { after: '90d' } : next })}
        />
        {typeof reentry === 'object' ? (
          <DurationField
            label={words.forms.waitFor}
            value={reentry.after}
            onChange={(after) => change({ reentry: { after } })}
          />
        ) : null}
        <Checkbox
          checked={journey.concurrent ?? false}
          onChange={({ target }) => change({ concurrent: target.checked })}
        >
          {words.concurrent}
        </Checkbox>
      </Field>
      <ConditionField
        label={words.goal}
        hint={words.goalHint}
        value={journey.goal}
        talk={talk}
        mayLack
        onChange={(goal) => change({ goal })}
      />
      <Field label={words.exits} hint={words.exitsHint}>
        <ul className="exits">
          {exits.map((exit, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an exit is its place
            <li key={`${index}/${exits.length}`}>
              {'leftSegment' in exit ? (
                <SegmentField
                  label={words.leftSegment}
                  value={exit.leftSegment}
                  onChange={(leftSegment) => putExit(index, { leftSegment })}
                />
              ) : (
                <ConditionField
                  label={`${words.exits} ${index + 1}`}
                  value={exit}
                  talk={talk}
                  onChange={(condition) => putExit(index, condition)}
                />
              )}
              <button
                type="button"
                className="icon-button"
                aria-label={`${words.removeCondition} ${index + 1}`}
                title={words.removeCondition}
                onClick={() => putExit(index, undefined)}
              >
                <CloseIcon size={16} />
              </button>
            </li>
          ))}
        </ul>
        <span className="form-row">
          <Button size="small" onClick={() => change({ exits: [...exits, { all: [] }] })}>
            {words.addExit}
          </Button>
          <Button size="small" onClick={() => change({ exits: [...exits, { leftSegment: '' }] })}>
            {words.leftSegment}
          </Button>
        </span>
      </Field>
      <p className="quiet small">{words.quietHours}</p>
    </>
  )
}
