import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { deliverNow } from './deliver.ts'
import { plan } from './plan.ts'
import { beginTodo, type Todo } from './todos.ts'

/** The channel whose messages a member sends himself. */
const byHand = 'one-tap'

/**
 * A member in a chat wants to send something now: it is planned in his name, put into his hands at once and begun, so that what
 * he is given may go. What he then does not send is skipped, or ends by itself.
 * @throws Refused 409 with the guard's reason | paused; 404 lead_unknown | content_unknown
 */
export async function sendInChat(
  house: House,
  what: { leadId: string; userid: string; roles: readonly string[] } & ({ contentId: string } | { text: string }),
): Promise<Todo> {
  const { leadId, userid, roles, ...words } = what
  const key = `chat:${newId(house.clock)}`
  const message = await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    return plan(tx, house, {
      key,
      leadId: lead.id,
      purpose: 'marketing',
      ...words,
      channel: byHand,
      sender: userid,
      by: userid,
      personal: true,
      within: '1h',
    })
  })
  if (message.state === 'refused' && message.reason) throw new Refused(409, message.reason.id, message.reason.message)
  await deliverNow(house, message.id)
  const [now] = await house.db.query<{ state: string }>('SELECT state FROM messages WHERE id = $1', [message.id])
  if (now?.state === 'planned') throw new Refused(409, 'paused', '外发已暂停，恢复之后会出现在您的待办里')
  return beginTodo(house, message.id, { userid, roles })
}
