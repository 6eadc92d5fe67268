import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'

/** Something to be done about a lead. A message that waits to be sent is none. */
export interface Task {
  id: string
  leadId: string | null
  opportunityId: string | null
  owner: string | null
  text: string
  dueAt: Date | null
  state: 'open' | 'done' | 'dropped'
  source: string
  doneBy: string | null
  doneAt: Date | null
  createdBy: string
  createdAt: Date
}

export const taskColumns = `t.id, t.lead_id AS "leadId", t.opportunity_id AS "opportunityId", t.owner, t.text, t.due_at AS "dueAt", t.state, t.source, t.done_by AS "doneBy",
  t.done_at AS "doneAt", t.created_by AS "createdBy", t.created_at AS "createdAt"`

export interface NewTask {
  /** What makes it this one; made again it is the same. */
  key: string
  leadId: string | null
  opportunityId?: string | null | undefined
  /** null: whoever looks after leads nobody owns. */
  owner: string | null
  text: string
  dueAt?: Date | null | undefined
  /** `hand`, `follow-up`, `journey:<id>` */
  source: string
  by: string
}

/** Writes a task once. @returns its id */
export async function addTask(tx: Transaction, house: House, task: NewTask): Promise<string> {
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO tasks (id, key, lead_id, opportunity_id, owner, text, due_at, source, created_by, created_at)
     VALUES ($1, $2, $3, $4, (SELECT coalesce((SELECT userid FROM staff WHERE lower(userid) = lower($5)), $5)), $6, $7, $8, $9, $10)
     ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id`,
    [
      newId(house.clock),
      task.key,
      task.leadId,
      task.opportunityId ?? null,
      task.owner,
      task.text,
      task.dueAt ?? null,
      task.source,
      task.by,
      house.clock.now(),
    ],
  )
  if (!row) throw new Error('a task was not written')
  return row.id
}

/** Open: done, put off (reminded anew), dropped, or given to somebody else; done: opened again. */
export type TaskChange = { to: 'done' | 'dropped' | 'open' } | { snoozeUntil: Date } | { owner: string }

/** @throws Refused 404, 409 task_closed */
export async function changeTask(
  tx: Transaction,
  house: House,
  id: string,
  change: TaskChange,
  by: string,
): Promise<Task> {
  const [task] = await tx.query<Task>(`SELECT ${taskColumns} FROM tasks t WHERE t.id = $1 FOR UPDATE`, [id])
  if (!task) throw new Refused(404, 'task_unknown', '没有这件待办')
  const now = house.clock.now()
  if ('to' in change) {
    const isOver = change.to !== 'open'
    await tx.query(
      'UPDATE tasks SET state = $2, done_by = $3, done_at = $4, reminded_at = CASE WHEN $5 THEN reminded_at END WHERE id = $1 AND state <> $2',
      [id, change.to, isOver ? by : null, isOver ? now : null, isOver],
    )
  } else {
    if (task.state !== 'open') throw new Refused(409, 'task_closed', '这件事已经办完或取消')
    if ('snoozeUntil' in change)
      await tx.query('UPDATE tasks SET due_at = $2, reminded_at = NULL WHERE id = $1', [id, change.snoozeUntil])
    else await tx.query('UPDATE tasks SET owner = $2, reminded_at = NULL WHERE id = $1', [id, change.owner])
  }
  const [after] = await tx.query<Task>(`SELECT ${taskColumns} FROM tasks t WHERE t.id = $1`, [id])
  return after as Task
}

export async function readTask(sql: Sql, id: string): Promise<Task | null> {
  const [task] = await sql.query<Task>(`SELECT ${taskColumns} FROM tasks t WHERE t.id = $1`, [id])
  return task ?? null
}
