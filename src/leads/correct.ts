import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { considerReview } from '../review/consider.ts'
import { refit } from './fill-fields.ts'
import { lockLead } from './lock.ts'
import type { LeadFields } from './open.ts'
import { record } from './record.ts'
import { tryTransaction } from './try-transaction.ts'

const fields = ['name', 'company', 'title', 'industry', 'region', 'size'] as const

/** What a person knows better than the system; null says that nobody knows. Absent: as it was. */
export type Correction = { [Field in (typeof fields)[number]]?: string | null | undefined } & {
  attributes?: Record<string, string | number | boolean | null> | undefined
}

/**
 * Puts a lead's profile right by hand: unlike what arrives by itself, this overwrites. Fit is computed anew.
 * @throws Refused 404; 409 `stale_version` when somebody changed it after `version`
 */
export async function correctLead(
  house: House,
  leadId: string,
  correction: Correction,
  { by, version }: { by: string; version?: number | undefined },
): Promise<void> {
  await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    if (version !== undefined && version !== lead.version)
      throw new Refused(409, 'stale_version', '线索已被他人更新，请刷新后再试', { version: lead.version })
    const given = fields.filter((field) => correction[field] !== undefined)
    const { attributes = {} } = correction
    const gone = Object.keys(attributes).filter((name) => attributes[name] === null)
    if (given.length === 0 && Object.keys(attributes).length === 0) return
    const values = given.map((field) => correction[field] || (field === 'name' ? '' : null))
    const now = house.clock.now()
    const [changed] = await tx.query<{ id: string } & LeadFields>(
      `UPDATE leads SET ${given.map((field, index) => `${field} = $${index + 5}, `).join('')}
         attributes = (attributes || jsonb_strip_nulls($2::jsonb)) - $3::text[], updated_at = $4, version = version + 1
       WHERE id = $1 RETURNING id, title, industry, region, size, company`,
      [lead.id, JSON.stringify(attributes), gone, now, ...values],
    )
    if (changed) await refit(tx, house, [changed])
    await record(tx, [
      {
        leadId: lead.id,
        at: now,
        kind: 'profile',
        actor: by,
        key: `correct\0${lead.version}`,
        data: { fields: [...given, ...Object.keys(attributes)] },
      },
    ])
    await considerReview(tx, house, [lead.id])
  })
}
