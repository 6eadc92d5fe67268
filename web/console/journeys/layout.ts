import { type Journey, pathOf, type Spot, type Step, waysOf } from './tree.ts'

export const stepSize = { width: 268, height: 88 }
export const railSize = { width: 268, height: 98 }
const dot = { width: 16, height: 16 }
const gap = { down: 44, fork: 84, merge: 40, across: 36 }

/** Something on the canvas: `x`, `y` is its upper left corner. */
export interface Box {
  id: string
  kind: 'trigger' | 'always' | 'step' | 'dot' | 'end'
  /** Of a step. */
  path?: string
  x: number
  y: number
  width: number
  height: number
}

export interface Wire {
  from: string
  to: string
  /** The way of a branch it is the beginning of. */
  way?: { path: string; word: string }
  /** Where a step put on this wire would stand. */
  spot?: Spot
  /** Where it turns sideways: below what it comes from, or above what it goes to. */
  turns: 'early' | 'late'
}

export interface Layout {
  boxes: Box[]
  wires: Wire[]
  width: number
  height: number
}

interface Loose {
  from: string
  way?: Wire['way']
  spot: Spot
  turns: Wire['turns']
}

export const stepId = (path: string): string => `step:${path}`

/**
 * A journey as a drawing. It is a tree whose ways come together again, so every way gets a column as wide as what is in it and
 * nothing crosses: no search for a good order is needed.
 */
export function layOut({ steps }: Pick<Journey, 'steps'>): Layout {
  const boxes: Box[] = []
  const wires: Wire[] = []
  const put = (box: Omit<Box, 'x'>, centre: number): void => {
    boxes.push({ ...box, x: centre - box.width / 2 })
  }
  const wire = ({ from, way, spot, turns }: Loose, to: string): void => {
    wires.push({ from, to, turns, spot, ...(way ? { way } : {}) })
  }
  /** Several that come together do so in a dot. */
  const join = (loose: Loose[], spot: Spot, centre: number, y: number): { loose: Loose[]; y: number } => {
    if (loose.length < 2) return { loose: loose.map((one) => ({ ...one, spot })), y }
    const id = `dot:${pathOf(spot)}`
    put({ id, kind: 'dot', y, ...dot }, centre)
    for (const one of loose) wire({ ...one, turns: 'late' }, id)
    return { loose: [{ from: id, spot, turns: 'late' }], y: y + dot.height + gap.merge }
  }
  const place = (list: readonly Step[], name: string, centre: number, top: number, coming: Loose[]) => {
    let loose = coming
    let y = top
    for (const [index, step] of list.entries()) {
      const spot = { list: name, index }
      const path = pathOf(spot)
      const joined = join(loose, spot, centre, y)
      y = joined.y
      const id = stepId(path)
      for (const one of joined.loose) wire(one, id)
      put({ id, kind: 'step', path, y, ...stepSize }, centre)
      y += stepSize.height
      const ways = waysOf(step)
      if (ways.length === 0) {
        loose = 'exit' in step ? [] : [{ from: id, spot: { list: name, index: index + 1 }, turns: 'late' }]
        y += gap.down
        continue
      }
      y += gap.fork
      const widths = ways.map((way) => widthOf(way.steps))
      let left = centre - sumOf(widths) / 2
      let bottom = y
      loose = []
      for (const [at, way] of ways.entries()) {
        const width = widths[at] as number
        const begin: Loose = {
          from: id,
          way: { path, word: way.word },
          spot: { list: `${path}.${way.word}`, index: 0 },
          turns: 'early',
        }
        const column = placeWay(way.steps, `${path}.${way.word}`, left + width / 2, y, begin)
        loose.push(...column.loose)
        bottom = Math.max(bottom, column.y)
        left += width + gap.across
      }
      y = bottom
    }
    return { loose, y }
  }
  const placeWay = (list: readonly Step[], name: string, centre: number, y: number, begin: Loose) => {
    if (list.length > 0) return place(list, name, centre, y, [begin])
    // Nothing happens this way: a dot keeps its column free.
    const id = `dot:${name}`
    put({ id, kind: 'dot', y: y + 12, ...dot }, centre)
    wire(begin, id)
    const loose: Loose[] = [{ from: id, spot: begin.spot, turns: 'late' }]
    return { loose, y: y + 12 + dot.height + gap.merge }
  }

  const across = railSize.width / 2 + gap.across / 2
  put({ id: 'trigger', kind: 'trigger', y: 0, ...railSize }, 0)
  put({ id: 'always', kind: 'always', y: 0, ...railSize }, across * 2)
  const first: Loose = { from: 'trigger', spot: { list: '', index: 0 }, turns: 'late' }
  const placed = place(steps, '', 0, railSize.height + gap.down, [first])
  const last = join(placed.loose, { list: '', index: steps.length }, 0, placed.y)
  if (last.loose.length > 0) {
    put({ id: 'end', kind: 'end', y: last.y, width: 120, height: 34 }, 0)
    for (const one of last.loose) wire(one, 'end')
  }
  const width = Math.max(widthOf(steps), across * 4 + railSize.width)
  return { boxes, wires, width, height: last.y + 34 }
}

const sumOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap.across * Math.max(0, widths.length - 1)

const widthOf = (steps: readonly Step[]): number =>
  steps.reduce((widest, step) => Math.max(widest, sumOf(waysOf(step).map((way) => widthOf(way.steps)))), stepSize.width)
