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

export const figuresOfCounts = (counts: Counts | undefined): FigureMap =>
  new Map(
    (counts?.steps ?? []).map(({ step, arms, ...row }) => [
      step,
      { ...row, ...(arms ? { arms: new Map(arms.map(({ arm, count }) => [String(arm), count])) } : {}) },
    ]),
  )

/** A branch writes the way it took as its outcome. */
export const figuresOfRun = (run: DryRun): FigureMap =>
  new Map(
    run.steps.map(({ step, reached, outcomes }) => [
      step,
      { reached, outcomes, arms: new Map(Object.entries(outcomes)) },
    ]),
  )
