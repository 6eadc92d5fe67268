import type { Sql } from '../db.ts'
import type { Within } from '../leads/list.ts'
import { type Task, taskColumns } from './tasks.ts'

export type TaskRow = Task & { leadName: string | null; company: string | null; order?: string }

export interface TaskFilter {
  id?: string
  state?: Task['state']
  owner?: string | undefined
  leadId?: string | undefined
}

const never = "'infinity'::timestamptz"

/**
 * Tasks, one page: open ones as they fall due, others the latest first. `reach`: his own, and those about leads he reaches;
 * null: the caller has looked.
 */
export function listTasks(
  sql: Sql,
  { id, state, owner, leadId }: TaskFilter,
  reach: { userid: string | null; within: Within } | null,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<TaskRow[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = ['true']
  if (id !== undefined) where.push(`t.id = ${bind(id)}`)
  if (state !== undefined) where.push(`t.state = ${bind(state)}`)
  if (owner !== undefined)
    where.push(
      `t.owner = coalesce((SELECT userid FROM staff WHERE lower(userid) = lower(${bind(owner)})), ${bind(owner)})`,
    )
  if (leadId !== undefined) where.push(`t.lead_id IN (SELECT lead_family(${bind(leadId)}::uuid))`)
  const isOpen = state === 'open'
  const order = isOpen ? `coalesce(t.due_at, ${never})` : 't.created_at'
  if (after)
    where.push(`(${order}, t.id) ${isOpen ? '>' : '<'} (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`)
  if (reach) {
    const me = bind(reach.userid)
    const scope = reach.within(values.length + 1)
    values.push(...scope.values)
    where.push(
      `(t.owner = ${me} OR t.created_by = ${me} OR EXISTS (SELECT FROM leads l WHERE l.id = lead_root(t.lead_id) AND ${scope.sql}))`,
    )
  }
  return sql.query<TaskRow>(
    `SELECT ${taskColumns}, r.name AS "leadName", r.company, (${order})::text AS order FROM tasks t LEFT JOIN leads r ON r.id = lead_root(t.lead_id)
     WHERE ${where.join(' AND ')} ORDER BY ${order} ${isOpen ? '' : 'DESC'}, t.id ${isOpen ? '' : 'DESC'} LIMIT ${bind(limit)}`,
    values,
  )
}
