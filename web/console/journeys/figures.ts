import type { Counts, DryRun } from './queries.ts'

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

const refusedOf = (outcomes: Readonly<Record<string, number>>): number =>
  Object.entries(outcomes).reduce((sum, [outcome, count]) => sum + (isRefusal(outcome) ? count : 0), 0)

/** A branch writes the way it took as its outcome. */
export const figuresOfCounts = (counts: Counts | undefined): FigureMap =>
  new Map(
    (counts?.steps ?? []).map(({ step, waiting, passed, refused, outcomes }) => [
      step,
      { waiting, passed, refused, outcomes, arms: new Map(Object.entries(outcomes)) },
    ]),
  )

export const figuresOfRun = (run: DryRun): FigureMap =>
  new Map(
    run.steps.map(({ step, reached, outcomes }) => [
      step,
      { reached, refused: refusedOf(outcomes), outcomes, arms: new Map(Object.entries(outcomes)) },
    ]),
  )
