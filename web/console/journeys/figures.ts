import type { Counts, Detail, DryRun } from './queries.ts'

/** What is shown on a step: how many, what is wrong with it, what it came to. */
export interface Figures {
  waiting?: number
  passed?: number
  refused?: number
  reached?: number
  outcomes?: Readonly<Record<string, number>>
  /** Of a branch: how many went each way. */
  arms?: ReadonlyMap<string, number>
}

export type FigureMap = ReadonlyMap<string, Figures>

/** A rule forbade it, or there was nothing to do it with. */
const isRefusal = (outcome: string): boolean => outcome.startsWith('refused:') || outcome === 'nothing'

export const refusedOf = (outcomes: Readonly<Record<string, number>>): number =>
  Object.entries(outcomes).reduce((sum, [outcome, count]) => sum + (isRefusal(outcome) ? count : 0), 0)

/** What the steps came to so far, and on top of it who stands where now. A branch writes the way it took as its outcome. */
export function figuresOfLive({ steps }: Pick<Detail, 'steps'>, counts: Counts | undefined): FigureMap {
  const figures = new Map<string, Figures>()
  for (const { step, outcomes } of steps) {
    const refused = refusedOf(outcomes)
    const passed = Object.values(outcomes).reduce((sum, count) => sum + count, 0) - refused
    figures.set(step, { passed, refused, arms: new Map(Object.entries(outcomes)) })
  }
  for (const { step, waiting, passed, refused } of counts?.steps ?? [])
    figures.set(step, { ...figures.get(step), waiting, passed, refused })
  return figures
}

export const figuresOfRun = (run: DryRun): FigureMap =>
  new Map(
    run.steps.map(({ step, reached, outcomes }) => [
      step,
      { reached, refused: refusedOf(outcomes), outcomes, arms: new Map(Object.entries(outcomes)) },
    ]),
  )
