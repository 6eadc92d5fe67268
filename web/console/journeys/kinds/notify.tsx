import { Checkbox, Input, Select } from 'antd'
import { Field } from '../field.tsx'
import type { StepOf } from '../tree.ts'
import { defineKind } from './kind.ts'

type Role = NonNullable<StepOf<'notify'>['notify']['roles']>[number]
const roles: readonly Role[] = ['mdr', 'sdr', 'sales', 'csm', 'manager', 'admin']

export default defineKind<'notify'>({
  fresh: () => ({ notify: { roles: ['mdr'], words: '' } }),
  say({ notify }, { words, general, role }) {
    const whom = [...(notify.owner ? [words.say.owner] : []), ...(notify.roles ?? []).map(role)]
    return words.say.notify(whom.join(general.segments.say.comma) || words.say.unset, notify.words || words.say.unset)
  },
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    const { notify } = step
    return (
      <>
        <Field label={forms.whom}>
          <Select<Role[]>
            mode="multiple"
            aria-label={forms.whom}
            className="form-wide"
            placeholder={forms.pick}
            value={notify.roles ?? []}
            options={roles.map((value) => ({ value, label: talk.role(value) }))}
            onChange={(next) => onChange({ ...step, notify: { ...notify, roles: next.length > 0 ? next : undefined } })}
          />
          <Checkbox
            checked={notify.owner ?? false}
            onChange={({ target }) =>
              onChange({ ...step, notify: { ...notify, owner: target.checked ? true : undefined } })
            }
          >
            {forms.owner}
          </Checkbox>
        </Field>
        <Field label={forms.words}>
          <Input.TextArea
            aria-label={forms.words}
            className="grows"
            rows={3}
            maxLength={300}
            value={notify.words}
            onChange={({ target }) => onChange({ ...step, notify: { ...notify, words: target.value } })}
          />
        </Field>
      </>
    )
  },
})
