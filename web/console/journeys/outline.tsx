import { AlwaysFace, TriggerFace } from './rails.tsx'
import { sayWay } from './say-rules.ts'
import { isSpot } from './selection.ts'
import { StepFace } from './step-face.tsx'
import { pathOf, type Spot, type Step, waysOf } from './tree.ts'
import { useView } from './view.ts'
import { WayLabel } from './way-label.tsx'

/** The same journey as a list to read from top to bottom: for phones, and for those who hear it. */
export function Outline() {
  const { journey, talk } = useView()
  const { words } = talk
  return (
    <div className="outline">
      <div className="outline-rails">
        <TriggerFace />
        <AlwaysFace />
      </div>
      <Steps steps={journey.steps} list="" label={words.outline} />
      <p className="end-face">{words.end}</p>
    </div>
  )
}

function Steps({ steps, list, label }: { steps: readonly Step[]; list: string; label: string }) {
  const { talk } = useView()
  const { words } = talk
  return (
    <ol className="outline-steps" aria-label={label}>
      {steps.map((step, index) => {
        const path = pathOf({ list, index })
        return (
          <li key={path}>
            <Insert spot={{ list, index }} />
            <StepFace path={path} step={step} />
            {waysOf(step).map((way) => (
              <div className="outline-way" key={way.word}>
                <WayLabel path={path} word={way.word} />
                <Steps
                  steps={way.steps}
                  list={`${path}.${way.word}`}
                  label={sayWay(way.word, talk) ?? words.armName(Number(way.word))}
                />
              </div>
            ))}
          </li>
        )
      })}
      <li>
        <Insert spot={{ list, index: steps.length }} />
        {steps.length === 0 ? <span className="quiet small">{words.emptyWay}</span> : null}
      </li>
    </ol>
  )
}

function Insert({ spot }: { spot: Spot }) {
  const { isEditing, talk, selection, select } = useView()
  if (!isEditing) return null
  const isPicked = isSpot(selection, spot)
  return (
    <button
      type="button"
      className="insert insert-row"
      aria-label={talk.words.insert}
      aria-pressed={isPicked}
      onClick={() => select(isPicked ? null : { kind: 'spot', spot })}
    >
      +
    </button>
  )
}
