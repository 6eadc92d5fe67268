import type { Transaction } from '../db.ts'
import { Refused, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { claimLongJob, endLongJob, type LongJob, releaseLongJob, startLongJob } from '../leads/long-job.ts'
import { erase } from './erase.ts'
import { exportPerson } from './export.ts'

export const exportKind = 'export-person'
export const eraseKind = 'erase-person'

/** Begins writing everything about a person into a file; the job holds it for a week. */
export const startExport = (tx: Transaction, house: House, leadId: string, by: string): Promise<LongJob> =>
  startLongJob(tx, house, { kind: exportKind, input: { leadId }, total: 1, by })

/** Begins erasing a person. */
export const startErasure = (
  tx: Transaction,
  house: House,
  { leadId, reason, by }: { leadId: string; reason: string; by: string },
): Promise<LongJob> => startLongJob(tx, house, { kind: eraseKind, input: { leadId, reason }, total: 1, by })

/** Goes on with the oldest export. @returns true when there may be more */
export async function runExports(house: House): Promise<boolean> {
  const job = await claimLongJob(house, exportKind)
  if (!job) return false
  const { leadId } = job.input as { leadId: string }
  const told = await exportPerson(house.db, house, leadId)
  const bytes = Buffer.from(JSON.stringify(told, null, 2))
  await house.db.transaction(async (tx) => {
    await tx.query(
      'INSERT INTO job_files (job_id, name, bytes) VALUES ($1, $2, $3) ON CONFLICT (job_id) DO UPDATE SET bytes = excluded.bytes',
      [job.id, `person-${leadId}.json`, bytes],
    )
    await tx.query("UPDATE jobs SET done = 1 WHERE id = $1 AND state = 'working'", [job.id])
    await note(tx, house, job.by, 'person-exported', leadId, { job: job.id, bytes: bytes.length })
  })
  await endLongJob(house, job.id, 'done', { leadId, bytes: bytes.length })
  return true
}

/** Goes on with the oldest erasure: the rows, the proof and its line in the audit log are one transaction. */
export async function runErasures(house: House): Promise<boolean> {
  const job = await claimLongJob(house, eraseKind)
  if (!job) return false
  const { leadId, reason } = job.input as { leadId: string; reason: string }
  try {
    const erasure = await house.db.transaction(async (tx) => {
      const made = await erase(tx, house, { leadId, reason, by: job.by })
      await tx.query("UPDATE jobs SET done = 1 WHERE id = $1 AND state = 'working'", [job.id])
      await note(tx, house, job.by, 'person-erased', leadId, { erasure: made.id, proof: made.proof })
      return made
    })
    const rows = Object.values(erasure.counts).reduce((sum, count) => sum + count, 0)
    await endLongJob(house, job.id, 'done', { erasure: erasure.id, proof: erasure.proof, rows })
  } catch (error) {
    if (error instanceof RetryLater) {
      await releaseLongJob(house, job.id)
      return false
    }
    if (!(error instanceof Refused)) throw error
    await endLongJob(house, job.id, 'failed', { problem: error.message })
  }
  return true
}

async function note(
  tx: Transaction,
  house: House,
  by: string,
  action: string,
  target: string,
  data: Record<string, unknown>,
): Promise<void> {
  await tx.query('INSERT INTO audit (id, at, principal, action, target, data) VALUES ($1, $2, $3, $4, $5, $6)', [
    newId(house.clock),
    house.clock.now(),
    by,
    action,
    target,
    JSON.stringify(data),
  ])
}
