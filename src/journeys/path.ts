import { childrenOf, type Journey, type Step } from './schema.ts'

/**
 * Steps go by their place: `0`, `3.then.1`, `3.1.0` (the second part of a split). A version never changes, so a place is an id;
 * a tree has no way back, so a step comes at most once.
 */
export function stepAt(journey: Pick<Journey, 'steps'>, path: string): Step | null {
  const found = listAt(journey, path)
  return found?.steps[found.index] ?? null
}

/** The step that follows when this one is over; null: the journey is at its end. */
export function stepAfter(journey: Pick<Journey, 'steps'>, path: string): string | null {
  for (let place = path; place !== ''; ) {
    const found = listAt(journey, place)
    if (!found) return null
    if (found.index + 1 < found.steps.length) return `${found.prefix}${found.index + 1}`
    place = found.parent
  }
  return null
}

/** The first step below a branch by one of its ways; null: there is nothing that way. */
export function stepBelow(journey: Pick<Journey, 'steps'>, path: string, word: string): string | null {
  const step = stepAt(journey, path)
  const child = step && childrenOf(step).find((one) => one.word === word)
  return child && child.steps.length > 0 ? `${path}.${word}.0` : null
}

/** Every step with its place, as they are written. */
export function allSteps(journey: Pick<Journey, 'steps'>): { path: string; step: Step }[] {
  const below = (steps: readonly Step[], prefix: string): { path: string; step: Step }[] =>
    steps.flatMap((step, index) => [
      { path: `${prefix}${index}`, step },
      ...childrenOf(step).flatMap((child) => below(child.steps, `${prefix}${index}.${child.word}.`)),
    ])
  return below(journey.steps, '')
}

function listAt(
  journey: Pick<Journey, 'steps'>,
  path: string,
): { steps: readonly Step[]; index: number; prefix: string; parent: string } | null {
  const parts = path.split('.')
  let steps: readonly Step[] = journey.steps
  for (let depth = 0; depth + 2 < parts.length; depth += 2) {
    const step = steps[Number(parts[depth])]
    const child = step && childrenOf(step).find(({ word }) => word === parts[depth + 1])
    if (!child) return null
    steps = child.steps
  }
  const prefix = parts.slice(0, -1).join('.')
  return {
    steps,
    index: Number(parts.at(-1)),
    prefix: prefix === '' ? '' : `${prefix}.`,
    parent: parts.slice(0, -2).join('.'),
  }
}
