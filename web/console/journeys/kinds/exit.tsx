import { Input } from 'antd'
import { Field } from '../field.tsx'
import { defineKind } from './kind.ts'

export default defineKind<'exit'>({
  fresh: () => ({ exit: true }),
  say: ({ exit }, { words }) => words.say.exit(exit === true ? '' : exit),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    return (
      <Field label={forms.exitWhy} hint={forms.exitWhyHint}>
        <Input
          aria-label={forms.exitWhy}
          maxLength={100}
          value={step.exit === true ? '' : step.exit}
          onChange={({ target }) => onChange({ ...step, exit: target.value || true })}
        />
      </Field>
    )
  },
})
