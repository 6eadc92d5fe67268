import { allSteps } from './path.ts'
import type { Journey, Step } from './schema.ts'

/**
 * Which step of another version a step became: `to` by `from`, by place. One that kept its kind and its name is the same, whatever
 * it says now; else one that says the same, where only one does; steps that say the same as often as before are the same in
 * their order. Whatever cannot be told apart is not in the answer. No two become one.
 */
export function matchSteps(from: Pick<Journey, 'steps'>, to: Pick<Journey, 'steps'>): Map<string, string> {
  const found = new Map<string, string>()
  const taken = new Set<string>()
  for (const word of [nameOf, shapeOf]) {
    const before = grouped(from, (path, step) => (found.has(path) ? null : word(step)))
    const after = grouped(to, (path, step) => (taken.has(path) ? null : word(step)))
    for (const [key, paths] of before) {
      const places = after.get(key) ?? []
      if (places.length !== paths.length) continue
      // Several of one name say nothing about which is which; several that say the same are alike.
      if (word === nameOf && paths.length > 1) continue
      for (const [index, path] of paths.entries()) {
        const place = places[index] as string
        found.set(path, place)
        taken.add(place)
      }
    }
  }
  return found
}

/** Places by what is asked of their steps, in the order they are written; null: not asked. */
function grouped(journey: Pick<Journey, 'steps'>, word: (path: string, step: Step) => string | null) {
  const groups = new Map<string, string[]>()
  for (const { path, step } of allSteps(journey)) {
    const key = word(path, step)
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), path])
  }
  return groups
}

export const kindOf = ({ name: _, ...step }: Step): string => Object.keys(step)[0] ?? ''

const nameOf = (step: Step): string | null => (step.name === undefined ? null : `${kindOf(step)}\0${step.name}`)

/** What a step says, without its name; of a branch what it asks, not what comes behind it. */
const shapeOf = ({ name: _, ...step }: Step): string => JSON.stringify(ownWords(step))

/** A step by itself: of a branch its name and what it asks, not what comes behind it. */
export function ownWords(step: Step): unknown {
  if (!('branch' in step)) return step
  const { branch, ...rest } = step
  return { ...rest, branch: 'split' in branch ? branch.split.map(({ name, share }) => [name, share]) : branch.if }
}
