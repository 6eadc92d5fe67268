/** One uninterrupted stretch of work: how much was done in how long. */
export interface Slice {
  done: number
  seconds: number
  /** Seconds of processor time it cost, everywhere together. */
  cpu?: number
}

export type Arm = () => Promise<Slice>

/** A ratio measured pair by pair: the median, and the interval that holds 95 % of the medians of resampled pairs. */
export interface Ratio {
  median: number
  low: number
  high: number
  pairs: number
}

export interface Comparison {
  /** Units a second, median over the slices. */
  product: number
  limit: number
  ratio: Ratio
  /** The same in work done for a second of processor time: what a busy machine disturbs least. */
  cpuRatio: Ratio
  /** Processor time of one unit, in seconds. */
  cpu: { product: number; limit: number }
  /** The limit against itself in the same rounds: how far from 1 it lies is the error of the method. */
  control: Ratio
}

/**
 * Measures the product against its limit in slices that alternate limit, product, product, limit, so that whatever else the
 * machine does meets both. The first round warms up and is thrown away. With no rounds, one slice of each: for slices so long that
 * there is no time for more, and whose ratio has no interval.
 */
export async function compare(product: Arm, limit: Arm, rounds: number): Promise<Comparison> {
  const kept = { product: [] as Slice[], limit: [] as Slice[] }
  const pairs: [Slice, Slice][] = []
  const controls: number[] = []
  if (rounds === 0) {
    const theirs = await limit()
    const ours = await product()
    kept.product.push(ours)
    kept.limit.push(theirs)
    pairs.push([ours, theirs])
  }
  for (let round = 0; rounds > 0 && round <= rounds; round++) {
    const before = await limit()
    const first = await product()
    const second = await product()
    const after = await limit()
    if (round === 0) continue
    kept.product.push(first, second)
    kept.limit.push(before, after)
    pairs.push([first, before], [second, after])
    controls.push(round % 2 === 0 ? rateOf(before) / rateOf(after) : rateOf(after) / rateOf(before))
  }
  return {
    product: median(kept.product.map(rateOf)),
    limit: median(kept.limit.map(rateOf)),
    ratio: ratioOf(pairs.map(([ours, theirs]) => rateOf(ours) / rateOf(theirs))),
    cpuRatio: ratioOf(pairs.map(([ours, theirs]) => cpuOf(theirs) / cpuOf(ours))),
    cpu: { product: median(kept.product.map(cpuOf)), limit: median(kept.limit.map(cpuOf)) },
    control: ratioOf(controls),
  }
}

const cpuOf = ({ done, cpu = Number.NaN }: Slice): number => cpu / done
export const rateOf = ({ done, seconds }: Slice): number => done / seconds

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Of unsorted values, between neighbours; NaN of none. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort()
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

function ratioOf(pairs: readonly number[]): Ratio {
  const random = mulberry32(20_261_122)
  const medians = Array.from({ length: 2_000 }, () =>
    median(pairs.map(() => pairs[Math.floor(random() * pairs.length)] as number)),
  )
  return {
    median: median(pairs),
    low: quantile(medians, 0.025),
    high: quantile(medians, 0.975),
    pairs: pairs.length,
  }
}

/** Random numbers that are the same in every run. */
export function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
