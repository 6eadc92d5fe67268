import type { Comparison, Ratio } from './compare.ts'

/** A bench: how fast, against what. One file in bench/benches; its name is the file's. */
export interface Bench {
  /** What is measured, in one line. */
  what: string
  run(given: Given): Promise<Finding>
}

export interface Given {
  /** More and longer slices. */
  long: boolean
  /** Shows the statements that took most of the time. */
  verbose: boolean
  /** Folder for CPU profiles of the product's processes. */
  profile?: string
  /** A line for whoever waits. */
  say(line: string): void
}

export interface Finding {
  /** What was running and how much of it, so that two results can be compared. */
  conditions: string
  figures: Figure[]
}

export interface Figure {
  name: string
  value: number
  unit: string
  /** The interval of a ratio, or what belongs beside the value. */
  beside?: string
  aim?: { atLeast: number } | { atMost: number }
}

export const defineBench = (bench: Bench): Bench => bench

/** Product, limit, ratio with its interval, the same in processor time, and the limit against itself. */
export function ratioFigures(
  name: string,
  { product, limit, ratio, cpuRatio, cpu, control }: Comparison,
  atLeast: number,
): Figure[] {
  return [
    { name: `${name} 产品 product`, value: product, unit: '/s' },
    { name: `${name} 极限 limit`, value: limit, unit: '/s' },
    { name: `${name} 比值 ratio`, value: ratio.median, unit: '', beside: interval(ratio), aim: { atLeast } },
    ...(control.pairs > 0
      ? [{ name: `${name} 对照 A/A`, value: control.median, unit: '', beside: interval(control) }]
      : []),
    {
      name: `${name} CPU 比值`,
      value: cpuRatio.median,
      unit: '',
      beside: `${interval(cpuRatio)}  ${Math.round(cpu.product * 1e6)} µs / ${Math.round(cpu.limit * 1e6)} µs`,
    },
  ]
}

const interval = ({ low, high, pairs }: Ratio): string => (pairs < 2 ? '' : `[${low.toFixed(3)}, ${high.toFixed(3)}]`)
