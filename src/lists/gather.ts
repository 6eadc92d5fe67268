import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { leadsWhere } from '../leads/list.ts'
import { advanceLongJob, type Claimed } from '../leads/long-job.ts'
import { leadsWithin, type Reacher } from '../leads/reach.ts'
import { momentOf } from '../segments/evaluate.ts'
import { toSql } from '../segments/sql.ts'
import type { Wanted } from './search.ts'

/** Leads that were picked, or everybody on a list. */
export type Chosen = { leadIds: readonly string[] } | { list: Wanted }

/** What a job about many leads is asked. */
export interface Gathering {
  chosen: Chosen
  reacher: Reacher
  /** Whom it is about stands in `job_leads`. */
  gathered?: boolean
}

/**
 * Writes down whom a job is about, once, before anything is done: only those within reach of whoever asked.
 * @returns why it cannot be done at all, else null
 */
export async function gatherOnce(house: House, job: Claimed, most: number): Promise<string | null> {
  const { chosen, reacher, gathered } = job.input as Gathering
  if (gathered) return null
  try {
    await house.db.transaction(async (tx) => {
      const total = await gatherLeads(tx, house, job.id, chosen, { reacher, most: most + 1 })
      if (total > most) throw new Refused(422, 'too_many', `一次最多 ${most} 条线索，请加上条件分成几批`)
      const input = { gathered: true, chosen: null }
      if (!(await advanceLongJob(tx, house, job.id, { from: 0, to: 0, rows: [], input, total })))
        throw new Error('somebody else goes on with this job')
    })
    return null
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

async function gatherLeads(
  tx: Transaction,
  house: House,
  job: string,
  chosen: Chosen,
  { reacher, most }: { reacher: Reacher; most: number },
): Promise<number> {
  const values: unknown[] = [job]
  const bind = (value: unknown): string => `$${values.push(value)}`
  let joins = ''
  let where = ['l.merged_into IS NULL']
  if ('leadIds' in chosen)
    where.push(`l.id IN (SELECT lead_root(id) FROM unnest(${bind([...chosen.leadIds])}::uuid[]) AS id)`)
  else {
    where = leadsWhere(house, chosen.list.filter, bind)
    if (chosen.list.condition) {
      const asked = toSql(chosen.list.condition, await momentOf(house), values.length + 1)
      values.push(...asked.values)
      joins = asked.joins
      where.push(`(${asked.where})`)
    }
  }
  const scope = leadsWithin(reacher, values.length + 1)
  values.push(...scope.values)
  where.push(scope.sql)
  const [row] = await tx.query<{ count: number }>(
    `WITH put AS (INSERT INTO job_leads (job_id, row, lead_id)
       SELECT $1, row_number() OVER (ORDER BY created_at DESC, id DESC), id
       FROM (SELECT l.id, l.created_at FROM leads l ${joins} WHERE ${where.join(' AND ')} ORDER BY l.created_at DESC, l.id DESC LIMIT ${Math.trunc(most)}) chosen
       RETURNING 1)
     SELECT count(*) AS count FROM put`,
    values,
  )
  return row?.count ?? 0
}

/** The next rows of a job, each with the lead that speaks for it now; null where it is out of reach by now. */
export async function nextLeads(
  tx: Transaction,
  job: string,
  { after, limit, reacher }: { after: number; limit: number; reacher: Reacher },
): Promise<{ row: number; asked: string; leadId: string | null }[]> {
  const scope = leadsWithin(reacher, 4)
  return tx.query(
    `SELECT j.row, j.lead_id AS asked, (SELECT l.id FROM leads l WHERE l.id = lead_root(j.lead_id) AND ${scope.sql}) AS "leadId"
     FROM job_leads j WHERE j.job_id = $1 AND j.row > $2 ORDER BY j.row LIMIT $3`,
    [job, after, limit, ...scope.values],
  )
}

/** What was gathered for jobs that have ended. */
export async function dropGathered(house: Pick<House, 'db'>, job: string): Promise<void> {
  await house.db.query('DELETE FROM job_leads WHERE job_id = $1', [job])
}
