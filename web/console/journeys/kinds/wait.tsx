import { Segmented } from 'antd'
import { DateRule, sayDate } from '../date-rule.tsx'
import { ClockField, DurationField, Field, Pick } from '../field.tsx'
import type { StepOf } from '../tree.ts'
import { defineKind } from './kind.ts'

type Wait = StepOf<'wait'>['wait']
const ways = ['long', 'until', 'date', 'event'] as const
type Way = (typeof ways)[number]

const wayOf = (wait: Wait): Way =>
  typeof wait === 'string' ? 'long' : 'until' in wait ? 'until' : 'date' in wait ? 'date' : 'event'

const begun: Record<Way, Wait> = {
  long: '3d',
  until: { until: '09:30' },
  date: { date: 'stageAt', after: '7d', at: '09:30' },
  event: { event: '', timeout: '7d' },
}

export default defineKind<'wait'>({
  fresh: () => ({ wait: '3d' }),
  say({ wait }, talk) {
    const { say } = talk.words
    if (typeof wait === 'string') return say.wait.long(talk.duration(wait))
    if ('until' in wait) return say.wait.until(wait.until || say.unset)
    if ('date' in wait) return say.wait.date(...sayDate(wait, talk))
    return say.wait.event(talk.event(wait.event), talk.duration(wait.timeout))
  },
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    const { wait } = step
    const change = (next: Wait) => onChange({ ...step, wait: next })
    return (
      <>
        <Field label={forms.how}>
          <Segmented<Way>
            block
            aria-label={forms.how}
            value={wayOf(wait)}
            options={ways.map((way) => ({ value: way, label: forms.waits[way] }))}
            onChange={(way) => change(begun[way])}
          />
        </Field>
        {typeof wait === 'string' ? (
          <Field label={forms.amount}>
            <DurationField label={forms.amount} value={wait} onChange={change} />
          </Field>
        ) : 'until' in wait ? (
          <Field label={forms.clock} hint={forms.clockHint}>
            <ClockField label={forms.clock} value={wait.until} onChange={(until) => change({ until })} />
          </Field>
        ) : 'date' in wait ? (
          <DateRule rule={wait} talk={talk} onChange={change} />
        ) : (
          <>
            <Field label={forms.event}>
              <Pick
                label={forms.event}
                value={wait.event}
                options={talk.choices.events}
                onChange={(event) => change({ ...wait, event })}
              />
            </Field>
            <Field label={forms.timeout}>
              <DurationField
                label={forms.timeout}
                value={wait.timeout}
                onChange={(timeout) => change({ ...wait, timeout })}
              />
            </Field>
          </>
        )}
      </>
    )
  },
})
