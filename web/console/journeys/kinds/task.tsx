import { Input } from 'antd'
import { Field } from '../field.tsx'
import { defineKind } from './kind.ts'

export default defineKind<'task'>({
  fresh: () => ({ task: '' }),
  say: ({ task }, { words }) => words.say.task(task || words.say.unset),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    return (
      <Field label={forms.task} hint={forms.taskHint}>
        <Input.TextArea
          aria-label={forms.task}
          className="grows"
          rows={3}
          maxLength={200}
          value={step.task}
          onChange={({ target }) => onChange({ ...step, task: target.value })}
        />
      </Field>
    )
  },
})
