import type { House } from '../house.ts'
import { allSteps } from '../journeys/path.ts'
import type { Journey } from '../journeys/schema.ts'
import { type Asked, binding, rounded } from './ask.ts'
import { type Interval, newcombe, wilson, z95, zOf } from './proportions.ts'

export interface Arm {
  /** Its place in the split, from 0. */
  arm: number
  name: string
  entered: number
  /** Of those, whose way is over. */
  ended: number
  goal: number
  rate: number | null
  interval: Interval | null
  /** Beside the first arm. */
  difference: number | null
  differenceInterval: Interval | null
  verdict: 'first' | 'better' | 'worse' | 'unclear' | 'tooFew'
}

export interface JourneyEffect {
  journey: string
  name: string
  entered: number
  running: number
  ended: number
  goal: number
  /** Goals among those whose way is over. */
  rate: number | null
  interval: Interval | null
  /** How ways ended, by state. */
  states: Record<string, number>
  splits: { step: string; version: number; arms: Arm[] }[]
}

const live = ['waiting', 'paused']
const fewest = 20

/** How many of those who entered journeys in the period reached the goal, and by which arm of a split. */
export async function readJourneys(house: House, asked: Asked): Promise<JourneyEffect[]> {
  const bound = binding()
  const where = `e.entered_at >= ${bound.bind(asked.from)} AND e.entered_at < ${bound.bind(asked.to)}
    AND l.merged_into IS NULL AND ${bound.within(asked.within)}`
  const from = `enrolments e JOIN leads l ON l.id = e.lead_id`
  const [known, states, arms] = await Promise.all([
    house.db.query<{ id: string; version: number; name: string; body: Journey }>(
      'SELECT id, version, name, body FROM journeys WHERE current ORDER BY id',
    ),
    house.db.query<{ journey: string; state: string; n: number }>(
      `SELECT e.journey, e.state, count(*) AS n FROM ${from} WHERE ${where} GROUP BY 1, 2`,
      bound.values,
    ),
    // A split writes the number of the way it took.
    house.db.query<{ journey: string; version: number; step: string; arm: number; state: string; n: number }>(
      `SELECT e.journey, e.version, s.step, s.outcome::int AS arm, e.state, count(*) AS n FROM ${from} JOIN enrolment_steps s ON s.enrolment = e.id
       WHERE ${where} AND s.outcome ~ '^[0-9]{1,2}$' GROUP BY 1, 2, 3, 4, 5`,
      bound.values,
    ),
  ])
  return known
    .map(({ id, version, name, body }) => {
      const mine = states.filter(({ journey }) => journey === id)
      const counts = Object.fromEntries(mine.map(({ state, n }) => [state, n]))
      const splits = allSteps(body).flatMap(({ path, step }) => {
        if (!('branch' in step) || !('split' in step.branch)) return []
        const rows = arms.filter((row) => row.journey === id && row.version === version && row.step === path)
        return [{ step: path, version, arms: compareArms(armNames(step.branch.split), rows) }]
      })
      return { journey: id, name, ...countsOf(counts), states: counts, splits }
    })
    .filter(({ entered }) => entered > 0)
    .sort((a, b) => b.entered - a.entered)
}

function countsOf(states: Record<string, number>) {
  const entered = Object.values(states).reduce((sum, n) => sum + n, 0)
  const running = live.reduce((sum, state) => sum + (states[state] ?? 0), 0)
  const [ended, goal] = [entered - running, states.goal ?? 0]
  return {
    ...{ entered, running, ended, goal, rate: ended > 0 ? rounded(goal / ended) : null },
    interval: ended > 0 ? short(wilson({ k: goal, n: ended })) : null,
  }
}

/** What the ways of a split are called. */
export const armNames = (split: readonly { name?: string | undefined }[]): string[] =>
  split.map(({ name }, arm) => name ?? String.fromCharCode(65 + arm))

/** Every arm beside the first; several are read together, so a verdict must hold for all of them (Bonferroni). */
export function compareArms(
  names: readonly string[],
  rows: readonly { arm: number; state: string; n: number }[],
): Arm[] {
  const counts = names.map((_, arm) => {
    const states: Record<string, number> = {}
    for (const row of rows) if (row.arm === arm) states[row.state] = (states[row.state] ?? 0) + row.n
    return countsOf(states)
  })
  const [first] = counts
  const z = zOf(0.05 / Math.max(1, names.length - 1))
  return counts.map((one, arm) => {
    const { entered, ended, goal, rate, interval } = one
    const base = { arm, name: names[arm] ?? '', entered, ended, goal, rate, interval }
    if (arm === 0 || !first) return { ...base, difference: null, differenceInterval: null, verdict: 'first' }
    const parts = [
      { k: goal, n: ended },
      { k: first.goal, n: first.ended },
    ] as const
    const isFew = ended < fewest || first.ended < fewest
    const strict = newcombe(...parts, z)
    return {
      ...base,
      difference: ended > 0 && first.ended > 0 ? rounded(goal / ended - first.goal / first.ended) : null,
      differenceInterval: ended > 0 && first.ended > 0 ? short(newcombe(...parts, z95)) : null,
      verdict: isFew ? 'tooFew' : strict.low > 0 ? 'better' : strict.high < 0 ? 'worse' : 'unclear',
    }
  })
}

const short = ({ low, high }: Interval): Interval => ({ low: rounded(low) ?? 0, high: rounded(high) ?? 0 })
