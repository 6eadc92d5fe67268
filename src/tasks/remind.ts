import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { tellRoles } from '../messages/tell.ts'

const page = 200

/** Tells people of tasks that are due, once each; put off, they are told again. @returns true when there is more to do at once */
export async function remindTasks(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<{
    id: string
    leadId: string | null
    owner: string | null
    text: string
    dueAt: Date
  }>(
    `SELECT id, lead_id AS "leadId", owner, text, due_at AS "dueAt" FROM tasks WHERE state = 'open' AND reminded_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT ${page}`,
    [now],
  )
  return eachAlone(house, due, page, ({ id, leadId, owner, text, dueAt }) =>
    house.db.transaction(async (tx) => {
      const mine = await tx.query(
        `UPDATE tasks SET reminded_at = $2 WHERE id = $1 AND state = 'open' AND reminded_at IS NULL AND due_at = $3 RETURNING 1`,
        [id, now, dueAt],
      )
      if (mine.length === 0) return
      await tellRoles(tx, house, owner ? [] : ['mdr'], {
        key: `task-due:${id}:${dueAt.toISOString()}`,
        words: 'task-due',
        leadId,
        userids: owner ? [owner] : [],
        variables: { reason: text },
      })
    }),
  )
}
