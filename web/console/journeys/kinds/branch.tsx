import { Button, Input, InputNumber, Segmented } from 'antd'
import { CloseIcon } from '../../look/icons.tsx'
import { ConditionField } from '../condition-field.tsx'
import { Field } from '../field.tsx'
import type { Step, StepOf } from '../tree.ts'
import { defineKind, type FormProps } from './kind.ts'

type Branch = StepOf<'branch'>['branch']
type Split = Extract<Branch, { split: unknown }>
type If = Extract<Branch, { if: unknown }>

// biome-ignore lint/suspicious/noThenProperty: the journey's word
const ifOf = (yes: Step[] = [], no: Step[] = []): If => ({ if: { all: [] }, then: yes, else: no })

export default defineKind<'branch'>({
  fresh: () => ({ branch: ifOf() }),
  say({ branch }, { words, condition }) {
    return 'split' in branch ? words.say.split(branch.split.length) : words.say.branch(condition(branch.if))
  },
  Form(props) {
    const { step, talk, onChange } = props
    const { forms } = talk.words
    const { branch } = step
    const put = (next: Branch) => onChange({ ...step, branch: next })
    // What stands on the ways stays, as far as there are ways.
    const toIf = ({ split: [a, b] }: Split) => put(ifOf(a?.steps, b?.steps))
    const toSplit = (from: If) =>
      put({
        split: [from.then, from.else ?? []].map((steps) => ({ share: 50, steps })),
      })
    return (
      <>
        <Field label={forms.branchHow}>
          <Segmented
            block
            aria-label={forms.branchHow}
            value={'split' in branch ? 'split' : 'if'}
            options={(['if', 'split'] as const).map((value) => ({ value, label: forms.branches[value] }))}
            onChange={() => ('split' in branch ? toIf(branch) : toSplit(branch))}
          />
        </Field>
        {'split' in branch ? (
          <Arms {...props} split={branch.split} />
        ) : (
          <ConditionField
            label={forms.condition}
            value={branch.if}
            talk={talk}
            onChange={(condition) => put({ ...branch, if: condition ?? { all: [] } })}
          />
        )}
      </>
    )
  },
})

function Arms({ step, talk, onChange, split }: FormProps<StepOf<'branch'>> & Split) {
  const { forms, armName } = talk.words
  const put = (next: Split['split']) => onChange({ ...step, branch: { split: next } })
  const change = (index: number, part: Partial<Split['split'][number]>) =>
    put(split.map((arm, at) => (at === index ? { ...arm, ...part } : arm)))
  const sum = split.reduce((total, { share }) => total + share, 0)
  return (
    <Field label={forms.share} hint={forms.splitHint}>
      <ul className="arms">
        {split.map((arm, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an arm is its place
          <li key={index} className="form-row">
            <Input
              aria-label={`${forms.armName} ${index + 1}`}
              maxLength={60}
              placeholder={armName(index)}
              value={arm.name ?? ''}
              onChange={({ target }) => change(index, { name: target.value || undefined })}
            />
            <InputNumber
              aria-label={`${forms.share} ${index + 1}`}
              min={1}
              max={99}
              precision={0}
              suffix="%"
              value={arm.share}
              onChange={(share) => change(index, { share: share ?? 1 })}
            />
            {split.length > 2 ? (
              <button
                type="button"
                className="icon-button"
                aria-label={`${forms.removeArm} ${index + 1}`}
                title={forms.removeArm}
                onClick={() => put(split.filter((_, at) => at !== index))}
              >
                <CloseIcon size={16} />
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <span className="form-row">
        <span className={sum === 100 ? 'quiet' : 'bad-words'}>{forms.shares(sum)}</span>
        {split.length < 10 ? (
          <Button size="small" onClick={() => put([...split, { share: Math.max(1, 100 - sum), steps: [] }])}>
            {forms.addArm}
          </Button>
        ) : null}
      </span>
    </Field>
  )
}
