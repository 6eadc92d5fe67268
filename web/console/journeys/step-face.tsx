import type { Figures } from './figures.ts'
import { KindIcon } from './icons.tsx'
import { sayStep } from './kinds.ts'
import { isStep } from './selection.ts'
import { kindOf, numberOf, type Step } from './tree.ts'
import { useView } from './view.ts'

/** A step as something to press: what it does, how many are at it, what is wrong with it. */
export function StepFace({ path, step }: { path: string; step: Step }) {
  const { talk, figures, faults, selection, select } = useView()
  const { words } = talk
  const kind = kindOf(step)
  const said = sayStep(step, talk)
  const wrong = faults.get(path)
  const isPicked = isStep(selection, path)
  return (
    <button
      type="button"
      className="step"
      data-kind={kind}
      data-path={path}
      data-wrong={wrong ? '' : undefined}
      aria-pressed={isPicked}
      aria-label={[
        words.stepOf(numberOf(path), step.name ? `${step.name}，${said}` : said),
        ...saidFigures(figures.get(path), words),
        ...(wrong ?? []),
      ].join('；')}
      onClick={() => select(isPicked ? null : { kind: 'step', path })}
    >
      <span className="step-icon">
        <KindIcon kind={kind} />
      </span>
      <span className="step-words" dir="auto">
        <b>{step.name ?? said}</b>
        {step.name ? <span className="quiet">{said}</span> : null}
      </span>
      <span className="step-figures">
        {wrong ? <span className="bad-words one-line">{wrong[0]}</span> : <StepFigures figures={figures.get(path)} />}
      </span>
    </button>
  )
}

function StepFigures({ figures }: { figures: Figures | undefined }) {
  const { words } = useView().talk
  if (!figures) return null
  return (
    <>
      {figures.waiting ? <span className="figure figure-now">{words.figures.waiting(figures.waiting)}</span> : null}
      {figures.passed ? <span className="figure">{words.figures.passed(figures.passed)}</span> : null}
      {figures.reached === undefined ? null : <span className="figure">{words.figures.reached(figures.reached)}</span>}
      {figures.refused ? <span className="figure figure-refused">{words.figures.refused(figures.refused)}</span> : null}
    </>
  )
}

function saidFigures(figures: Figures | undefined, words: ReturnType<typeof useView>['talk']['words']): string[] {
  if (!figures) return []
  const { waiting, passed, reached, refused } = figures
  return [
    ...(waiting ? [words.figures.waiting(waiting)] : []),
    ...(passed ? [words.figures.passed(passed)] : []),
    ...(reached === undefined ? [] : [words.figures.reached(reached)]),
    ...(refused ? [words.figures.refused(refused)] : []),
  ]
}
