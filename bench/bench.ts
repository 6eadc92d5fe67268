/** A bench: how fast, against what. One file in bench/benches; its name is the file's. */
export interface Bench {
  /** What is measured, in one line. */
  what: string
  run(given: Given): Promise<Finding>
}

export interface Given {
  /** More and longer slices. */
  long: boolean
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
