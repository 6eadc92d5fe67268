import { KindIcon } from './icons.tsx'
import { stepKinds } from './kinds.ts'
import type { Talk } from './talk.ts'
import type { StepKind } from './tree.ts'

/** Which kind of step is to stand here. */
export function AddStep({ talk, onChoose }: { talk: Talk; onChoose(kind: StepKind): void }) {
  const { words } = talk
  return (
    <ul className="kind-choice">
      {stepKinds.map((kind, index) => (
        <li key={kind}>
          {/* biome-ignore lint/a11y/noAutofocus: the panel was asked for to choose one of these */}
          <button type="button" autoFocus={index === 0} data-kind={kind} onClick={() => onChoose(kind)}>
            <span className="step-icon">
              <KindIcon kind={kind} />
            </span>
            <span className="step-words">
              <b>{words.kinds[kind]}</b>
              <span className="quiet small">{words.kindHints[kind]}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
