import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  type Claimed,
  claimLongJob,
  endLongJob,
  type JobRow,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import { type Action, kindOf } from './actions.ts'
import { dropGathered, type Gathering, gatherOnce, nextLeads } from './gather.ts'

export const bulkKind = 'bulk-leads'
/** More than that in one go is a journey or a rule, not a hand. */
export const mostInBulk = 50_000

interface Input extends Gathering {
  wish: Action
  by: Actor
}

const sliceMs = 1_500
const outOfReach = '没有这条线索，或它已不在您的范围内'

/** Writes down what is to be done with whom; a worker does it. */
export const startBulk = (house: House, input: Omit<Input, 'gathered'>): Promise<LongJob> =>
  house.db.transaction((tx) => startLongJob(tx, house, { kind: bulkKind, input, total: null, by: input.by.id }))

/** Goes on with the oldest bulk job: what was done and its lines of the report are one transaction. */
export async function runBulk(house: House): Promise<boolean> {
  const job = await claimLongJob(house, bulkKind)
  if (!job) return false
  const until = performance.now() + sliceMs
  const problem = await gatherOnce(house, job, mostInBulk)
  if (problem !== null) {
    await endLongJob(house, job.id, 'failed', { problem })
    return true
  }
  for (let done = job.done; ; ) {
    const next = await onePiece(house, job, done)
    if (next === 'taken') return true
    if (next === 'over') break
    done = next
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
  }
  const { wish, by } = job.input as Input
  await house.db.transaction(async (tx) => {
    const [row] = await tx.query<{ done: number }>(
      "SELECT count(*) AS done FROM job_rows WHERE job_id = $1 AND outcome = 'done'",
      [job.id],
    )
    if (row && row.done > 0) await kindOf(wish).finish?.(tx, house, { job: job.id, wish, by, done: row.done })
  })
  await endLongJob(house, job.id, 'done')
  await dropGathered(house, job.id)
  return true
}

/** @returns how far it is by now; `taken`: another worker has gone on meanwhile */
async function onePiece(house: House, job: Claimed, from: number): Promise<number | 'over' | 'taken'> {
  const { wish, by, reacher } = job.input as Input
  const kind = kindOf(wish)
  const piece = (work: (tx: Transaction, leadIds: string[]) => Promise<ReadonlyMap<string, string>>) =>
    house.db.transaction(async (tx) => {
      const leads = await nextLeads(tx, job.id, { after: from, limit: kind.atOnce, reacher })
      if (leads.length === 0) return 'over'
      const mine = [...new Set(leads.flatMap(({ leadId }) => leadId ?? []))]
      const refused = mine.length > 0 ? await work(tx, mine) : new Map<string, string>()
      const rows = leads.map(({ row, asked, leadId }): JobRow => {
        const problem = leadId === null ? outOfReach : (refused.get(leadId) ?? null)
        return { row, leadId: leadId ?? asked, outcome: problem === null ? 'done' : 'refused', problem }
      })
      const to = rows.at(-1)?.row ?? from
      if (!(await advanceLongJob(tx, house, job.id, { from, to, rows }))) throw new Taken()
      return to
    })
  try {
    return await piece((tx, leadIds) => kind.run(tx, house, { wish, leadIds, by, reacher }))
  } catch (error) {
    if (error instanceof Taken) return 'taken'
    if (!(error instanceof Refused)) throw error
    return piece(async (_, leadIds) => new Map(leadIds.map((id) => [id, error.message])))
  }
}

/** What was done is not to be kept: another worker did it. */
class Taken extends Error {}
