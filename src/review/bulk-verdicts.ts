import type { Actor } from '../actor.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { advanceLongJob, claimLongJob, endLongJob, type JobRow, releaseLongJob } from '../leads/long-job.ts'
import { giveVerdict, type VerdictInput } from './verdict.ts'

export const bulkVerdictsKind = 'bulk-verdicts'

export interface BulkVerdicts {
  leadIds: readonly string[]
  /** As it came over the API; `remindAt` is text by now. */
  verdict: Omit<VerdictInput, 'remindAt' | 'version'> & { remindAt?: string | undefined }
  actor: Actor
}

const sliceMs = 1_500

/** Goes on with the oldest bulk verdict, one lead at a time; what the rules refuse stands in the report. */
export async function runBulkVerdicts(house: House): Promise<boolean> {
  const job = await claimLongJob(house, bulkVerdictsKind)
  if (!job) return false
  const { leadIds, verdict, actor } = job.input as BulkVerdicts
  const until = performance.now() + sliceMs
  for (let done = job.done; done < leadIds.length; done++) {
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
    const leadId = leadIds[done] as string
    const report = { row: done + 1, leadId, ...(await judge(house, leadId, verdict, actor, job.createdAt)) }
    const isMine = await house.db.transaction((tx) =>
      advanceLongJob(tx, house, job.id, { from: done, to: done + 1, rows: [report] }),
    )
    if (!isMine) return true
  }
  await endLongJob(house, job.id, 'done')
  return true
}

async function judge(
  house: House,
  leadId: string,
  verdict: BulkVerdicts['verdict'],
  actor: Actor,
  since: Date,
): Promise<Pick<JobRow, 'outcome' | 'problem'>> {
  try {
    const remindAt = verdict.remindAt === undefined ? undefined : new Date(verdict.remindAt)
    await giveVerdict(house, leadId, { ...verdict, remindAt }, actor)
    return { outcome: 'done', problem: null }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // A worker that died after the verdict and before its line has left the verdict itself.
    const given = await house.db.query(
      `SELECT 1 FROM verdicts WHERE lead_id = $1 AND by = $2 AND verdict = $3 AND at >= $4 AND state <> 'undone'`,
      [leadId, actor.id, verdict.verdict, since],
    )
    return given.length > 0 ? { outcome: 'done', problem: null } : { outcome: 'refused', problem: error.message }
  }
}
