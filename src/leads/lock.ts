import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'

/** A lead's row, as whoever holds its lock sees it. */
export interface LeadRow {
  id: string
  name: string
  company: string | null
  title: string | null
  industry: string | null
  region: string | null
  stage: string
  desk: string
  owner: string | null
  firstSource: SourceRecord | null
  lastSource: SourceRecord | null
  automation: boolean
  marketing: 'default' | 'granted' | 'denied'
  recycleCount: number
  coolUntil: Date | null
  stageSeq: number
  stageAt: Date
  version: number
  createdAt: Date
  /** The word of the block list his nickname holds. */
  blocked: string | null
}

export interface SourceRecord {
  kind: string
  channel: string | null
  campaign: string | null
  state: string | null
  at: string
}

export const leadColumns = `id, name, company, title, industry, region, stage, desk, owner, first_source AS "firstSource", last_source AS "lastSource",
  automation, marketing, recycle_count AS "recycleCount", cool_until AS "coolUntil", stage_seq AS "stageSeq", stage_at AS "stageAt", version, created_at AS "createdAt", blocked`

/**
 * Takes the lock of the lead that speaks for `id` now, following aliases, whatever merges meanwhile.
 * Several leads are locked in id order by the caller.
 * @throws Refused 404 when there is no such lead
 */
export async function lockLead(tx: Transaction, id: string): Promise<LeadRow> {
  for (let tries = 0; tries < 8; tries++) {
    const [row] = await tx.query<LeadRow & { mergedInto: string | null }>(
      `SELECT ${leadColumns}, merged_into AS "mergedInto" FROM leads WHERE id = (SELECT lead_root($1)) FOR UPDATE`,
      [id],
    )
    if (!row) throw new Refused(404, 'lead_unknown', '没有这条线索')
    if (row.mergedInto === null) return row
  }
  throw new Refused(409, 'lead_merging', '线索正在合并，请重试')
}
