import { isDeepStrictEqual } from 'node:util'
import { matchSteps, ownWords } from './match-steps.ts'
import { allSteps, stepAt } from './path.ts'
import type { Journey } from './schema.ts'

export interface StepChange {
  what: 'added' | 'removed' | 'changed' | 'moved'
  /** Its place before; null: it is new. */
  from: string | null
  /** Its place after; null: it is gone. */
  to: string | null
}

export interface Changes {
  /** Words of the definition that say something else: `trigger`, `goal` … */
  settings: string[]
  steps: StepChange[]
}

const settings = ['name', 'about', 'trigger', 'entry', 'reentry', 'concurrent', 'goal', 'exits'] as const

/** What one version of a journey does otherwise than another, by the same likeness that takes people from one to the other. */
export function compareJourneys(before: Journey, after: Journey): Changes {
  const became = matchSteps(before, after)
  const came = new Map([...became].map(([from, to]) => [to, from]))
  const kept = allSteps(after).flatMap(({ path }) => (came.has(path) ? [path] : []))
  const order = new Map(allSteps(before).map(({ path }, index) => [path, index]))
  const steady = longestRising(kept, (to) => order.get(came.get(to) ?? '') ?? 0)
  const removed = allSteps(before).flatMap(({ path }): StepChange[] =>
    became.has(path) ? [] : [{ what: 'removed', from: path, to: null }],
  )
  const rest = allSteps(after).flatMap(({ path, step }): StepChange[] => {
    const from = came.get(path)
    if (from === undefined) return [{ what: 'added', from: null, to: path }]
    const own = stepAt(before, from)
    const hasMoved = !steady.has(path) || homeOf(from, became) !== homeOf(path)
    return [
      ...(hasMoved ? [{ what: 'moved' as const, from, to: path }] : []),
      ...(own && isDeepStrictEqual(ownWords(own), ownWords(step))
        ? []
        : [{ what: 'changed' as const, from, to: path }]),
    ]
  })
  return {
    settings: settings.filter((word) => !isDeepStrictEqual(before[word], after[word])),
    steps: [...removed, ...rest],
  }
}

/** The branch and the way a step stands in, as the version after calls it. */
function homeOf(path: string, became?: ReadonlyMap<string, string>): string {
  const parts = path.split('.')
  if (parts.length < 3) return ''
  const parent = parts.slice(0, -2).join('.')
  return `${became ? (became.get(parent) ?? `gone:${parent}`) : parent}.${parts.at(-2)}`
}

/** Of steps in a new order, the most that kept their order among each other: only the others were moved. */
function longestRising(paths: readonly string[], rank: (path: string) => number): Set<string> {
  const best: string[][] = []
  let longest: string[] = []
  for (const [index, path] of paths.entries()) {
    const before = best
      .slice(0, index)
      .filter((_, other) => rank(paths[other] as string) < rank(path))
      .reduce<string[]>((a, b) => (b.length > a.length ? b : a), [])
    const mine = [...before, path]
    best.push(mine)
    if (mine.length > longest.length) longest = mine
  }
  return new Set(longest)
}
