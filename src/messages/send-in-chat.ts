import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { deliverNow } from './deliver.ts'
import { plan } from './plan.ts'
import type { Variables } from './render.ts'
import type { Purpose } from './row.ts'
import { beginTodo, type Todo } from './todos.ts'

/** The channel whose messages a member sends himself. */
const byHand = 'one-tap'

/** What he sends: a piece of the library, a line of the script shelf, words of the house filled in, or his own. */
export type ChatWords = { contentId: string } | { words: string; variables?: Variables } | { text: string }

/**
 * A member in a chat wants to send something now: it is planned in his name, put into his hands at once and begun, so that what
 * he is given may go. What he then does not send is skipped, or ends by itself.
 * @throws Refused 409 with the guard's reason | paused; 404 lead_unknown | content_unknown
 */
export async function sendInChat(
  house: House,
  what: { leadId: string; userid: string; roles: readonly string[] } & ChatWords,
): Promise<Todo> {
  const { leadId, userid, roles, ...words } = what
  const key = `chat:${newId(house.clock)}`
  const message = await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    return plan(tx, house, {
      key,
      leadId: lead.id,
      purpose: await purposeOf(tx, words),
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

/** A script or a word of the house answers what they talk about, as often as he likes; a piece is sent to one person once. */
async function purposeOf(tx: Transaction, words: ChatWords): Promise<Purpose> {
  if ('words' in words) return 'answer'
  if (!('contentId' in words)) return 'marketing'
  const [script] = await tx.query("SELECT 1 FROM content WHERE id = $1 AND current AND kind = 'script'", [
    words.contentId,
  ])
  return script ? 'answer' : 'marketing'
}
