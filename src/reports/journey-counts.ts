import type { Sql } from '../db.ts'
import { endWords } from '../journeys/end.ts'
import type { StoredJourney } from '../journeys/library.ts'
import { kindOf } from '../journeys/match-steps.ts'
import { allSteps } from '../journeys/path.ts'
import type { Step } from '../journeys/schema.ts'
import type { Period } from './ask.ts'
import { type Arm, armNames, compareArms } from './journeys.ts'

export interface StepCounts {
  step: string
  name: string | null
  kind: string
  /** Who stands there now. */
  waiting: number
  passed: number
  /** Who came by and nothing was done: the rules forbade it, there was nothing to send, nobody to tell, or it broke. */
  refused: number
  outcomes: Record<string, number>
  arms?: Arm[]
}

export interface JourneyCounts {
  steps: StepCounts[]
  enrolled: number
  reachedGoal: number
  /** Ways that ended without the goal. */
  left: { reason: string; text: string; count: number }[]
}

interface Count {
  kind: string
  step: string
  word: string
  n: number
}

/**
 * Where people stand in one version now, and what happened in it in whole hours of the period. Reads sums, whatever the number
 * of people.
 */
export async function readJourneyCounts(
  sql: Sql,
  { id, version, body }: Pick<StoredJourney, 'id' | 'version' | 'body'>,
  { from, to }: Period,
): Promise<JourneyCounts> {
  const counts = await sql.query<Count>(
    `SELECT kind, step, word, sum(n)::int AS n FROM (
       SELECT kind, step, word, n FROM journey_counts WHERE journey = $1 AND version = $2 AND (kind = 'waiting' OR hour >= date_trunc('hour', $3::timestamptz) AND hour < $4)
       UNION ALL SELECT kind, step, word, n FROM journey_ticks WHERE journey = $1 AND version = $2 AND (kind = 'waiting' OR hour >= date_trunc('hour', $3::timestamptz) AND hour < $4)) c
     GROUP BY kind, step, word HAVING sum(n) <> 0`,
    [id, version, from, to],
  )
  const ends = counts.filter(({ kind }) => kind === 'ended').map((count) => ({ ...count, ...endOf(count.word) }))
  const left = new Map<string, number>()
  for (const { state, why, n } of ends) if (state !== 'goal') left.set(why, (left.get(why) ?? 0) + n)
  return {
    steps: allSteps(body).map(({ path, step }) =>
      stepCounts(
        path,
        step,
        counts.filter((count) => count.step === path),
      ),
    ),
    enrolled: sum(counts.filter(({ kind }) => kind === 'entered')),
    reachedGoal: sum(ends.filter(({ state }) => state === 'goal')),
    left: [...left]
      .map(([reason, count]) => ({ reason, text: endWords[reason] ?? reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  }
}

function stepCounts(path: string, step: Step, counts: readonly Count[]): StepCounts {
  const of = (wanted: string) => counts.filter(({ kind }) => kind === wanted)
  const did = of('did')
  const [undone, done] = [did.filter(({ word }) => isUndone(word)), did.filter(({ word }) => !isUndone(word))]
  const broke = of('ended').filter(({ word }) => endOf(word).state === 'failed')
  return {
    step: path,
    name: step.name ?? null,
    kind: kindOf(step),
    waiting: sum(of('waiting')),
    passed: sum(done),
    refused: sum(undone) + sum(broke),
    outcomes: Object.fromEntries(did.map(({ word, n }) => [word, n])),
    ...('branch' in step && 'split' in step.branch
      ? { arms: compareArms(armNames(step.branch.split), armRows(did, of('armed'))) }
      : {}),
  }
}

/** Whoever a split sent somewhere and who is not at his end is on his way. */
function armRows(sent: readonly Count[], ended: readonly Count[]): { arm: number; state: string; n: number }[] {
  const ends = ended.map(({ word, n }) => {
    const [arm = '', state = ''] = word.split(':')
    return { arm: Number(arm), state, n }
  })
  const running = sent.map(({ word, n }) => {
    const arm = Number(word)
    return { arm, state: 'waiting', n: n - sum(ends.filter((end) => end.arm === arm)) }
  })
  return [...ends, ...running]
}

const isUndone = (outcome: string): boolean => outcome.startsWith('refused:') || ['nothing', 'nobody'].includes(outcome)

/** `cancelled:opted_out`: the state, and the reason, which may be somebody's own words. */
function endOf(word: string): { state: string; why: string } {
  const at = word.indexOf(':')
  return { state: word.slice(0, at), why: word.slice(at + 1) }
}

const sum = (counts: readonly { n: number }[]): number => counts.reduce((total, { n }) => total + n, 0)
