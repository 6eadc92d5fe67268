import { Field, Pick } from '../field.tsx'
import { defineKind } from './kind.ts'

export default defineKind<'score'>({
  fresh: () => ({ score: { event: '' } }),
  say: ({ score }, { words, event }) => words.say.score(event(score.event)),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    return (
      <Field label={forms.scoreEvent}>
        <Pick
          label={forms.scoreEvent}
          value={step.score.event}
          options={talk.choices.events}
          onChange={(event) => onChange({ ...step, score: { event } })}
        />
      </Field>
    )
  },
})
