import { Field, Pick } from './field.tsx'
import type { Talk } from './talk.ts'
import type { StepOf } from './tree.ts'

export type Send = StepOf<'send'>['send']

/** What is sent, as people say it. */
export function sayPiece(send: Send, { words, general, piece }: Talk): string {
  if ('content' in send) return words.say.piece(piece(send.content))
  return words.say.best(send.need ?? '', send.kind ? (general.segments.kinds[send.kind] ?? send.kind) : '')
}

/** One piece with its looks, or what the best for each should be about. */
export function PieceChoice({ send, talk, onChange }: { send: Send; talk: Talk; onChange(send: Send): void }) {
  const { words, general, choices, names } = talk
  const { forms } = words
  if ('content' in send)
    return (
      <>
        <Field label={forms.piece}>
          <Pick
            label={forms.piece}
            value={send.content}
            options={choices.contents.map(({ id, title, kind }) => ({
              value: id,
              label: `${title} · ${general.segments.kinds[kind] ?? kind}`,
            }))}
            onChange={(content) => onChange({ content })}
          />
        </Field>
        {send.content ? (
          <iframe
            className="piece-preview"
            title={forms.preview}
            src={`/c/preview/${encodeURIComponent(send.content)}`}
          />
        ) : null}
      </>
    )
  const kinds = [...new Set(choices.contents.map(({ kind }) => kind))]
  const needs = [...new Set(names.words?.tagGroups.flatMap(({ tags }) => tags) ?? [])]
  const change = (part: { need?: string; kind?: string }) => {
    const { need, kind } = { need: send.need ?? '', kind: send.kind ?? '', ...part }
    onChange({ pick: 'best', ...(need ? { need } : {}), ...(kind ? { kind } : {}) })
  }
  return (
    <>
      <Field label={forms.need}>
        <Pick
          label={forms.need}
          value={send.need ?? ''}
          none={forms.needAny}
          options={needs.map((value) => ({ value, label: value }))}
          onChange={(need) => change({ need })}
        />
      </Field>
      <Field label={forms.contentKind} hint={forms.bestHint}>
        <Pick
          label={forms.contentKind}
          value={send.kind ?? ''}
          none={forms.needAny}
          options={kinds.map((value) => ({ value, label: general.segments.kinds[value] ?? value }))}
          onChange={(kind) => change({ kind })}
        />
      </Field>
    </>
  )
}
