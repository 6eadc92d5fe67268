import { Segmented } from 'antd'
import { Field } from '../field.tsx'
import { PieceChoice, sayPiece } from '../piece-choice.tsx'
import { defineKind } from './kind.ts'

export default defineKind<'send'>({
  fresh: () => ({ send: { pick: 'best' } }),
  say: ({ send }, talk) => sayPiece(send, talk),
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    const isOne = 'content' in step.send
    return (
      <>
        <Field label={forms.what}>
          <Segmented
            block
            aria-label={forms.what}
            value={isOne ? 'one' : 'best'}
            options={(['best', 'one'] as const).map((value) => ({ value, label: forms.sends[value] }))}
            onChange={(way) => onChange({ ...step, send: way === 'one' ? { content: '' } : { pick: 'best' } })}
          />
        </Field>
        <PieceChoice send={step.send} talk={talk} onChange={(send) => onChange({ ...step, send })} />
      </>
    )
  },
})
