import { Button, Input } from 'antd'
import { Field } from './field.tsx'
import { sayStep, treatmentOf } from './kinds.ts'
import type { Talk } from './talk.ts'
import { kindOf, type Step } from './tree.ts'

/** A step being written, and what else may be done with it. */
export function StepForm({
  step,
  faults,
  talk,
  onChange,
  moves,
}: {
  step: Step
  faults: readonly string[]
  talk: Talk
  onChange(step: Step): void
  moves: {
    up: (() => void) | null
    down: (() => void) | null
    copy(): void
    into(): void
    remove(): void
  }
}) {
  const { words } = talk
  const { Form } = treatmentOf(kindOf(step))
  return (
    <>
      <p className="quiet" dir="auto">
        {sayStep(step, talk)}
      </p>
      <Faults faults={faults} />
      <Form step={step} talk={talk} onChange={onChange} />
      <Field label={words.stepName} hint={words.stepNameHint}>
        <Input
          aria-label={words.stepName}
          maxLength={60}
          value={step.name ?? ''}
          onChange={({ target }) => onChange({ ...step, name: target.value || undefined })}
        />
      </Field>
      <div className="step-moves">
        <Button size="small" disabled={!moves.up} onClick={() => moves.up?.()}>
          {words.move.up}
        </Button>
        <Button size="small" disabled={!moves.down} onClick={() => moves.down?.()}>
          {words.move.down}
        </Button>
        <Button size="small" onClick={moves.into}>
          {words.move.into}
        </Button>
        <Button size="small" onClick={moves.copy}>
          {words.move.copy}
        </Button>
        <Button size="small" danger onClick={moves.remove}>
          {words.move.remove}
        </Button>
      </div>
    </>
  )
}

/** What is wrong, as the server says it. */
export function Faults({ faults }: { faults: readonly string[] }) {
  if (faults.length === 0) return null
  return (
    <ul className="faults" role="alert">
      {faults.map((fault) => (
        <li key={fault}>{fault}</li>
      ))}
    </ul>
  )
}
