import type { Sql } from '../db.ts'
import type { After, Within } from '../leads/list.ts'

export interface AccountFilter {
  stage?: string | undefined
  owner?: string | undefined
  /** Words of the company's name. */
  q?: string | undefined
  /** Only those where several people are active at once. */
  surging?: boolean | undefined
}

/** An account in a list. */
export interface AccountRow {
  id: string
  name: string
  stage: string | null
  score: number
  people: number
  activePeople: number
  surgeAt: Date | null
  lastActiveOn: string | null
  owner: string | null
  openOpportunities: number
  openAmount: number
}

export const accountColumns = `a.id, a.name, a.stage, a.score, a.people, a.active_people AS "activePeople", a.surge_at AS "surgeAt",
  to_char(a.last_active_on, 'YYYY-MM-DD') AS "lastActiveOn", a.owner, a.open_opportunities AS "openOpportunities", a.open_amount AS "openAmount"`

/**
 * Accounts, the best first, one page. Whoever reaches only some leads sees the companies of those; `within` keeps leads
 * (alias `l`) to his reach, null: to everybody's.
 */
export async function listAccounts(
  sql: Sql,
  filter: AccountFilter,
  {
    within,
    after,
    limit,
  }: { within: Within | null; after: (Omit<After, 'at'> & { score: number }) | null; limit: number },
): Promise<AccountRow[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['a.merged_into IS NULL', 'a.people > 0']
  const { stage, owner, q, surging } = filter
  if (stage !== undefined) where.push(`a.stage = ${bind(stage)}`)
  if (owner !== undefined) {
    const given = bind(owner)
    where.push(`a.owner = coalesce((SELECT userid FROM staff WHERE lower(userid) = lower(${given})), ${given})`)
  }
  if (surging) where.push('a.surge_at IS NOT NULL')
  if (q) {
    const words = bind(`%${q.replace(/[\\%_]/g, '\\$&')}%`)
    where.push(
      `string_to_array(lower(a.name), NULL) @> string_to_array(lower(${bind(q)}), NULL) AND a.name ILIKE ${words}`,
    )
  }
  if (after) where.push(`(a.score, a.id) < (${bind(after.score)}::int, ${bind(after.id)}::uuid)`)
  if (within) {
    const scope = within(values.length + 1)
    values.push(...scope.values)
    where.push(
      `a.id IN (SELECT account_root(p.account_id) FROM leads l JOIN account_people p ON p.lead_id = l.id WHERE l.merged_into IS NULL AND p.account_id IS NOT NULL AND ${scope.sql})`,
    )
  }
  return sql.query<AccountRow>(
    `SELECT ${accountColumns} FROM accounts a WHERE ${where.join(' AND ')} ORDER BY a.score DESC, a.id DESC LIMIT ${bind(limit)}`,
    values,
  )
}
