import { performance } from 'node:perf_hooks'
import type { House } from '../house.ts'
import { type After, type LeadFilter, leadsWhere, type Within } from '../leads/list.ts'
import type { Condition } from '../playbook/condition.ts'
import { momentOf } from '../segments/evaluate.ts'
import { toSql } from '../segments/sql.ts'

/** Which leads: what an index answers, and what is asked of each that is left. */
export interface Wanted {
  filter: LeadFilter
  condition: Condition | null
}

const atOnce = 2_000
const patienceMs = 60

/**
 * One page of the leads that fit a condition, newest first. Leads are looked at in stretches, so that a condition nearly
 * nobody fits takes no longer than people wait: then a page is short, and goes on from where it was looked to.
 */
export async function searchLeads(
  house: House,
  { filter, condition }: { filter: LeadFilter; condition: Condition },
  { within, after, limit }: { within: Within; after: After | null; limit: number },
): Promise<{ ids: string[]; next: After | null }> {
  const at = await momentOf(house)
  const until = performance.now() + patienceMs
  const found: After[] = []
  for (let from = after; ; ) {
    const values: unknown[] = []
    const bind = (value: unknown): string => `$${values.push(value)}`
    const where = leadsWhere(house, filter, bind)
    // First, so that whoever reaches little is done in one stretch.
    const scope = within(values.length + 1)
    values.push(...scope.values)
    where.push(scope.sql)
    if (from) where.push(`(l.created_at, l.id) < (${bind(from.at)}::timestamptz, ${bind(from.id)}::uuid)`)
    const [end] = await house.db.query<After>(
      `SELECT l.id, l.created_at::text AS at FROM leads l WHERE ${where.join(' AND ')} ORDER BY l.created_at DESC, l.id DESC OFFSET ${atOnce - 1} LIMIT 1`,
      values,
    )
    if (end) where.push(`(l.created_at, l.id) >= (${bind(end.at)}::timestamptz, ${bind(end.id)}::uuid)`)
    const asked = toSql(condition, at, values.length + 1)
    values.push(...asked.values)
    found.push(
      ...(await house.db.query<After>(
        `SELECT l.id, l.created_at::text AS at FROM leads l ${asked.joins} WHERE ${where.join(' AND ')} AND (${asked.where})
         ORDER BY l.created_at DESC, l.id DESC LIMIT ${bind(limit + 1 - found.length)}`,
        values,
      )),
    )
    const isFull = found.length > limit
    if (isFull || !end || performance.now() > until) {
      const shown = found.slice(0, limit)
      return { ids: shown.map(({ id }) => id), next: isFull ? (shown.at(-1) ?? null) : (end ?? null) }
    }
    from = end
  }
}
