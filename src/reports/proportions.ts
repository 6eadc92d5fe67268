/** Part of a whole: so many of so many. `n` need not be whole where observations weigh differently. */
export interface Part {
  k: number
  n: number
}

export interface Interval {
  low: number
  high: number
}

/**
 * Wilson's score interval of a proportion (Wilson, 1927, "Probable inference, the law of succession, and statistical inference",
 * JASA 22:209–212): right for small numbers and near 0 and 1, where the usual ± is not. Of nothing everything is possible.
 */
export function wilson({ k, n }: Part, z = z95): Interval {
  if (n <= 0) return { low: 0, high: 1 }
  const p = k / n
  const middle = p + z ** 2 / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  const whole = 1 + z ** 2 / n
  return { low: k <= 0 ? 0 : (middle - half) / whole, high: k >= n ? 1 : (middle + half) / whole }
}

/**
 * Interval of the difference a − b of two independent proportions, from their Wilson intervals (method 10 of Newcombe, 1998,
 * "Interval estimation for the difference between independent proportions: comparison of eleven methods", Statistics in
 * Medicine 17:873–890).
 */
export function newcombe(a: Part, b: Part, z = z95): Interval {
  if (a.n <= 0 || b.n <= 0) return { low: -1, high: 1 }
  const [p, q] = [a.k / a.n, b.k / b.n]
  const [one, two] = [wilson(a, z), wilson(b, z)]
  return {
    low: Math.max(-1, p - q - Math.hypot(p - one.low, two.high - q)),
    high: Math.min(1, p - q + Math.hypot(one.high - p, q - two.low)),
  }
}

/**
 * The z beyond which, on both sides together, lies `tail` of the normal distribution: 0.05 → 1.96. By bisection over Simpson's rule;
 * exact to six places, which is more than any report shows.
 */
export function zOf(tail: number): number {
  let [low, high] = [0, 8]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (tails(middle) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function tails(z: number): number {
  const steps = 400
  const width = z / steps
  let sum = 0
  for (let i = 0; i <= steps; i++)
    sum += Math.exp(-((i * width) ** 2) / 2) * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2)
  return 1 - (2 * sum * width) / 3 / Math.sqrt(2 * Math.PI)
}

export const z95 = 1.959964

/** One kind of lead: those who got it and those who did not, who are alike. */
export interface Cell {
  treated: Part
  control: Part
}

/** What something did, compared with leads who were alike and did not get it. */
export interface Lift {
  /** Leads who got it and have somebody to be compared with. */
  matched: number
  /** Leads who got it for whom nobody alike was found; they say nothing. */
  unmatched: number
  controls: number
  rate: number | null
  controlRate: number | null
  lift: number | null
  interval: Interval | null
  verdict: 'better' | 'worse' | 'unclear' | 'tooFew'
}

/** Below so many on either side, or so few who moved at all, no number is worth reading. */
const fewest = 20
const fewestMoved = 5

/**
 * Compares within cells of leads who are alike (coarsened exact matching: Iacus, King & Porro, 2012, "Causal Inference without
 * Balance Checking", Political Analysis 20:1–24). The others are weighted to be as those who got it; what weighting costs is taken
 * from their number (Kish's effective sample size), and the interval is Newcombe's. `questions`: how many such comparisons are
 * read together; a verdict must hold for all of them at once (Bonferroni), else one in twenty would be news by chance.
 * `appearances`: how often one and the same lead stands among the others, on average; he is still one.
 */
export function liftOf(cells: readonly Cell[], { questions = 1, appearances = 1 } = {}): Lift {
  const both = cells.filter(({ treated, control }) => treated.n > 0 && control.n > 0)
  const sum = (of: (cell: Cell) => number) => both.reduce((total, cell) => total + of(cell), 0)
  const matched = sum(({ treated }) => treated.n)
  const moved = sum(({ treated }) => treated.k)
  const unmatched = cells.reduce((total, { treated }) => total + treated.n, 0) - matched
  const controls = sum(({ control }) => control.n)
  if (matched === 0)
    return {
      matched,
      unmatched,
      controls,
      rate: null,
      controlRate: null,
      lift: null,
      interval: null,
      verdict: 'tooFew',
    }
  const rate = moved / matched
  const controlRate = sum(({ treated, control }) => (treated.n / matched) * (control.k / control.n))
  const effective = matched ** 2 / sum(({ treated, control }) => treated.n ** 2 / control.n) / Math.max(1, appearances)
  const others = { k: controlRate * effective, n: effective }
  const interval = newcombe({ k: moved, n: matched }, others)
  const strict = newcombe({ k: moved, n: matched }, others, zOf(0.05 / Math.max(1, questions)))
  const isFew = matched < fewest || effective < fewest || moved + others.k < fewestMoved
  const verdict = isFew ? 'tooFew' : strict.low > 0 ? 'better' : strict.high < 0 ? 'worse' : 'unclear'
  return { matched, unmatched, controls, rate, controlRate, lift: rate - controlRate, interval, verdict }
}
