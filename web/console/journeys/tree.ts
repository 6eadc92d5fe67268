import type { Journey, Step } from '../../../src/http/api/journeys.schema.ts'

export type { Journey, Step }
export type StepKind = Step extends infer One ? (One extends unknown ? Exclude<keyof One, 'name'> : never) : never
/** A step of one kind. */
export type StepOf<Kind extends StepKind> = Extract<Step, Record<Kind, unknown>>

type Steps = readonly Step[]
type Tree = Pick<Journey, 'steps'>

/** Between two steps, or at an end: `list` is `''` for the trunk, `3.then` or `3.0` for a way of a branch. */
export interface Spot {
  list: string
  index: number
}

export const kindOf = (step: Step): StepKind =>
  (Object.keys(step).find((word) => word !== 'name') ?? 'exit') as StepKind

/** The lists of steps below a step, each with the word that leads there. */
export function waysOf(step: Step): { word: string; steps: Step[] }[] {
  if (!('branch' in step)) return []
  const { branch } = step
  if ('split' in branch) return branch.split.map((part, index) => ({ word: String(index), steps: part.steps }))
  return [
    { word: 'then', steps: branch.then },
    { word: 'else', steps: branch.else ?? [] },
  ]
}

export function listAt({ steps }: Tree, list: string): Step[] {
  let found: Step[] = steps
  const parts = list === '' ? [] : list.split('.')
  for (let at = 0; at < parts.length; at += 2) {
    const step = found[Number(parts[at])]
    found = (step && waysOf(step).find(({ word }) => word === parts[at + 1])?.steps) ?? []
  }
  return found
}

export const spotOf = (path: string): Spot => {
  const parts = path.split('.')
  return { list: parts.slice(0, -1).join('.'), index: Number(parts.at(-1)) }
}
export const pathOf = ({ list, index }: Spot): string => (list === '' ? String(index) : `${list}.${index}`)

export function stepAt(tree: Tree, path: string): Step | undefined {
  const { list, index } = spotOf(path)
  return listAt(tree, list)[index]
}

export interface Placed {
  path: string
  step: Step
  depth: number
}

/** Every step with its place, as they are written. */
export function everyStep({ steps }: Tree): Placed[] {
  const below = (some: Steps, list: string, depth: number): Placed[] =>
    some.flatMap((step, index) => {
      const path = pathOf({ list, index })
      return [
        { path, step, depth },
        ...waysOf(step).flatMap(({ word, steps: inner }) => below(inner, `${path}.${word}`, depth + 1)),
      ]
    })
  return below(steps, '', 0)
}

/** `3.then.1` as people count: 4.1.2, ways counted too. */
export const numberOf = (path: string): string =>
  path
    .split('.')
    .map((part) => (part === 'then' ? 1 : part === 'else' ? 2 : Number(part) + 1))
    .join('.')

function withList<T extends Tree>(tree: T, list: string, change: (steps: Steps) => Step[]): T {
  const within = (steps: Steps, parts: readonly string[]): Step[] => {
    const [at, word, ...rest] = parts
    if (at === undefined || word === undefined) return change(steps)
    return steps.map((step, index) =>
      index === Number(at) ? withWay(step, word, (inner) => within(inner, rest)) : step,
    )
  }
  return { ...tree, steps: within(tree.steps, list === '' ? [] : list.split('.')) }
}

function withWay(step: Step, word: string, change: (steps: Steps) => Step[]): Step {
  if (!('branch' in step)) return step
  const { branch } = step
  if ('split' in branch)
    return {
      ...step,
      branch: {
        split: branch.split.map((part, index) =>
          String(index) === word ? { ...part, steps: change(part.steps) } : part,
        ),
      },
    }
  return { ...step, branch: { ...branch, [word]: change((word === 'then' ? branch.then : branch.else) ?? []) } }
}

export const insertAt = <T extends Tree>(tree: T, { list, index }: Spot, step: Step): T =>
  withList(tree, list, (steps) => [...steps.slice(0, index), step, ...steps.slice(index)])

export const replaceAt = <T extends Tree>(tree: T, path: string, step: Step): T => {
  const { list, index } = spotOf(path)
  return withList(tree, list, (steps) => steps.map((one, place) => (place === index ? step : one)))
}

export const removeAt = <T extends Tree>(tree: T, path: string): T => {
  const { list, index } = spotOf(path)
  return withList(tree, list, (steps) => steps.filter((_, place) => place !== index))
}

/** Takes a step with all below it to another spot; where it would come into itself nothing changes. `path`: where it is then. */
export function moveTo<T extends Tree>(tree: T, path: string, spot: Spot): { tree: T; path: string } {
  const step = stepAt(tree, path)
  const from = spotOf(path)
  if (!step || spot.list === path || spot.list.startsWith(`${path}.`)) return { tree, path }
  const taken = removeAt(tree, path)
  const to = afterTaking(spot, from)
  return { tree: insertAt(taken, to, step), path: pathOf(to) }
}

/** Where a spot is once a step before it is gone. */
function afterTaking(spot: Spot, gone: Spot): Spot {
  if (spot.list === gone.list) return { list: spot.list, index: spot.index - (spot.index > gone.index ? 1 : 0) }
  const prefix = gone.list === '' ? '' : `${gone.list}.`
  if (!spot.list.startsWith(prefix)) return spot
  const [at, ...rest] = spot.list.slice(prefix.length).split('.')
  const place = Number(at)
  if (Number.isNaN(place) || place < gone.index) return spot
  return { list: `${prefix}${[place - 1, ...rest].join('.')}`, index: spot.index }
}

/** One up or down among its neighbours; at an end of a way, out of the branch. Null: it is at the very end. */
export function neighbourSpot(tree: Tree, path: string, by: -1 | 1): Spot | null {
  const { list, index } = spotOf(path)
  const next = by === -1 ? index - 1 : index + 2
  if (next >= 0 && next <= listAt(tree, list).length) return { list, index: next }
  if (list === '') return null
  const parent = spotOf(list.split('.').slice(0, -1).join('.'))
  return { list: parent.list, index: by === -1 ? parent.index : parent.index + 1 }
}

/** Which step a fault is about, and what of it: `steps[2].branch.then[0].wait` → `2.then.0`, `wait`. Null: none. */
export function placeOfFault(field: string): { path: string; rest: string } | null {
  const first = /^steps\[(\d+)\]\.?/.exec(field)
  if (!first) return null
  let path = first[1] as string
  let rest = field.slice(first[0].length)
  for (;;) {
    const way = /^branch\.(then|else)\[(\d+)\]\.?/.exec(rest) ?? /^branch\.split\[(\d+)\]\.steps\[(\d+)\]\.?/.exec(rest)
    if (!way) return { path, rest }
    path += `.${way[1]}.${way[2]}`
    rest = rest.slice(way[0].length)
  }
}
