import type { Sql } from '../db.ts'

export interface AuditRow {
  id: string
  at: Date
  principal: string
  actAs: string | null
  action: string
  target: string | null
  data: Record<string, unknown>
}

export interface AuditFilter {
  /** Whoever did it, by himself or through the machine. */
  by?: string | undefined
  action?: string | undefined
  target?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** What was done, the latest first, one page. */
export function readAudit(
  sql: Sql,
  { by, action, target, from, to }: AuditFilter,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(AuditRow & { exact: string })[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['true']
  if (by !== undefined) where.push(`(principal = ${bind(by)} OR act_as = ${bind(by)})`)
  if (action !== undefined) where.push(`action = ${bind(action)}`)
  if (target !== undefined) where.push(`target = ${bind(target)}`)
  if (from !== undefined) where.push(`at >= ${bind(from)}`)
  if (to !== undefined) where.push(`at < ${bind(to)}`)
  if (after) where.push(`(at, id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`)
  return sql.query(
    `SELECT id, at, principal, act_as AS "actAs", action, target, data, at::text AS exact FROM audit
     WHERE ${where.join(' AND ')} ORDER BY at DESC, id DESC LIMIT ${bind(limit)}`,
    values,
  )
}
