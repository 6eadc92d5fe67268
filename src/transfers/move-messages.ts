import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { cancelPlanned } from '../messages/cancel.ts'
import { addTask } from '../tasks/tasks.ts'
import { isFriend } from './friends.ts'

export interface Handing {
  from: string
  to: string
  /** `gone`: the first can send the customer nothing any more · `given`: he could, but it is not his work now · `lent`: it will be again. */
  how: 'gone' | 'given' | 'lent'
}

/**
 * What one member was to send goes out in the other's name. Where he and the customer are no friends nothing can: what is lent
 * stays, and what is not becomes a task that says what was to be sent, so that it is not lost. What the first has not confirmed
 * in WeCom is planned anew once he cannot any more; while he can, it stays his, lest it goes twice. The caller holds the lead's lock.
 */
export async function moveMessages(tx: Transaction, house: House, leadId: string, handing: Handing): Promise<void> {
  const { from, to, how } = handing
  const now = house.clock.now()
  const todos = await tx.query<{ id: string; title: string }>(
    `SELECT m.id, coalesce((SELECT c.title FROM content c WHERE c.id = m.content_id AND c.current), m.body ->> 'text') AS title
     FROM todos t JOIN messages m ON m.id = t.message_id
     WHERE m.lead_id IN (SELECT lead_family($1)) AND lower(t.userid) = lower($2) AND m.state = 'waiting' AND m.batch_id IS NULL
     ORDER BY m.id FOR UPDATE OF m`,
    [leadId, from],
  )
  if (!(await isFriend(tx, leadId, to))) {
    if (how !== 'lent') await asTasks(tx, house, leadId, to, todos)
    return
  }
  const ids = todos.map(({ id }) => id)
  await tx.query(
    `UPDATE todos SET userid = $2, begun_at = NULL, told_at = NULL, snoozed_until = NULL, escalated_at = NULL, created_at = $3
     WHERE message_id = ANY($1)`,
    [ids, to, now],
  )
  await tx.query(
    `UPDATE messages SET sender = $2, waits_for = jsonb_set(waits_for, '{staff}', to_jsonb($2::text)) WHERE id = ANY($1)`,
    [ids, to],
  )
  await tx.query(
    `UPDATE messages SET sender = $3, batch_id = NULL WHERE lead_id IN (SELECT lead_family($1)) AND lower(sender) = lower($2)
       AND state = 'planned' AND purpose <> 'notice' AND (batch_id IS NULL OR batch_id IN (SELECT id FROM batches WHERE state = 'gathering'))`,
    [leadId, from, to],
  )
  if (how === 'gone')
    await tx.query(
      `UPDATE messages m SET sender = $3, state = 'planned', batch_id = NULL, waits_for = NULL, wecom_id = NULL, claimed_until = NULL, due_at = $4
       FROM batches b WHERE b.id = m.batch_id AND b.state = 'waiting' AND m.lead_id IN (SELECT lead_family($1)) AND lower(m.sender) = lower($2)
         AND m.state = 'waiting' AND m.held IS NULL AND m.purpose <> 'notice'`,
      [leadId, from, to, now],
    )
  tx.afterCommit(() => {
    for (const job of ['tend-todos', 'deliver']) house.wake.up(job)
  })
}

const titleLength = 200

async function asTasks(
  tx: Transaction,
  house: House,
  leadId: string,
  owner: string,
  todos: readonly { id: string; title: string }[],
): Promise<void> {
  const ids = todos.map(({ id }) => id)
  await cancelPlanned(tx, house, ids, '换了同事跟进，他还不是客户的好友：已转为待办')
  for (const { id, title } of todos)
    await addTask(tx, house, {
      key: `transferred:${id}`,
      leadId,
      owner,
      text: `加上好友后补发：${[...title.replace(/\s+/g, ' ')].slice(0, titleLength).join('')}`,
      source: 'hand',
      by: 'system',
    })
}
