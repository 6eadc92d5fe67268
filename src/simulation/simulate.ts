import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  claimLongJob,
  endLongJob,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import type { Wanted } from '../playbook/keep.ts'
import { resultOf } from './result.ts'
import { type ChunkSize, nextStep, type Simulation } from './steps.ts'
import { emptyTally } from './tally.ts'

export const simulationKind = 'simulate'
export const longestDays = 366

const dayMs = 86_400_000
const defaultDays = 30
const sliceMs = 1_500
const usualSize: ChunkSize = { leads: 200, arrivals: 1_000 }

/**
 * Writes down that a change of the rules is to be tried on what has happened; a worker does it. Nothing but the job is written.
 * @throws Refused 422 naming each fault by its path, 404 for an unknown version
 */
export async function startSimulation(
  house: House,
  wanted: Wanted,
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
  by: string,
): Promise<LongJob> {
  const now = house.clock.now()
  const end = to && to < now ? to : now
  const begin = from ?? new Date(end.getTime() - defaultDays * dayMs)
  if (begin >= end) throw new Refused(422, 'window_empty', 'from 要早于 to，也要早于现在')
  if (end.getTime() - begin.getTime() > longestDays * dayMs)
    throw new Refused(422, 'window_too_long', `一次最多模拟 ${longestDays} 天`)
  const checked = await house.playbook.check(wanted)
  if (!checked.valid) throw new Refused(422, 'playbook_invalid', '改动不成立，没有模拟', checked.faults)
  const input: Simulation = {
    base: checked.base,
    playbook: checked.playbook,
    from: begin.toISOString(),
    to: end.toISOString(),
    phase: 'replay',
    after: null,
    current: emptyTally(),
    changed: emptyTally(),
  }
  return house.db.transaction((tx) => startLongJob(tx, house, { kind: simulationKind, input, total: null, by }))
}

/** Goes on with the oldest simulation; a worker that dies is followed by another, from the chunk it was at. */
export async function runSimulations(house: House, size: ChunkSize = usualSize): Promise<boolean> {
  const job = await claimLongJob(house, simulationKind)
  if (!job) return false
  let state = job.input as Simulation
  const until = performance.now() + sliceMs
  for (let done = job.done; ; ) {
    if (state.phase === 'done') {
      await endLongJob(house, job.id, 'done', await resultOf(house, state))
      return true
    }
    const step = await nextStep(house, job.id, state, { done, size })
    const isMine = await house.db.transaction(async (tx) => {
      const { moved, rows, state: input, total = null, write } = step
      const isNext = await advanceLongJob(tx, house, job.id, {
        from: done,
        to: done + moved,
        rows,
        input: { ...input },
        total,
      })
      if (isNext) await write?.(tx)
      return isNext
    })
    if (!isMine) return true
    state = { ...state, ...step.state }
    done += step.moved
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
  }
}
