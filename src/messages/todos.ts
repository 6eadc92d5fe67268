import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { keepContacts } from '../leads/contact.ts'
import { lockLead } from '../leads/lock.ts'
import { approvedOf } from './arrange.ts'
import { cancelPlanned } from './cancel.ts'
import { askChannel } from './route.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { readGuardFacts } from './rule-facts.ts'
import { settle } from './settle.ts'
import { standing } from './standing.ts'

/** Something a member has to send, with the message it is. */
export type Todo = MessageRow & {
  userid: string
  snoozedUntil: Date | null
  begunAt: Date | null
  lead: { id: string; name: string; company: string | null; title: string | null; stage: string }
}

export const todoColumns = `${messageColumns('m')}, t.userid, t.snoozed_until AS "snoozedUntil", t.begun_at AS "begunAt",
  jsonb_build_object('id', l.id, 'name', l.name, 'company', l.company, 'title', l.title, 'stage', l.stage) AS lead`
export const todoTables = `todos t JOIN messages m ON m.id = t.message_id JOIN leads l ON l.id = lead_root(m.lead_id)`

/** The person in the to-do's own house: its member, or who answers for him. */
export interface Doer {
  userid: string | null
  roles: readonly string[]
}

/**
 * He is about to send it: the guard is asked once more, because the world moved on since it was planned. Quiet hours do not
 * hold the hand of a member who stands in the chat.
 * @throws Refused 404 todo_unknown, 403 not_yours, 409 the guard's reason | already_sent | not_open
 */
export async function beginTodo(house: House, id: string, who: Doer): Promise<Todo> {
  // A refusal is written down, so it is thrown after the commit.
  const answer = await house.db.transaction(async (tx): Promise<Todo | Refused> => {
    const todo = await open(tx, id, who)
    if (todo.state === 'sent') throw new Refused(409, 'already_sent', '这条已经发过了')
    if (todo.state !== 'waiting') throw new Refused(409, 'not_open', closedWords(todo))
    const rules = await house.playbook.current()
    const now = house.clock.now()
    const lead = (await readGuardFacts(tx, rules, [todo.lead.id], now)).get(todo.lead.id)
    if (!lead) throw new Refused(404, 'todo_unknown', '没有这条待办')
    const { purpose, sender, extra, channel, personal, priority } = todo
    const others = (sends: typeof lead.sends) =>
      sends.filter((send) => send.id !== id && (send.state !== 'planned' || send.priority > priority))
    const verdict = standing(rules, {
      purpose,
      personal,
      byHand: true,
      at: now,
      lead: { ...lead, sends: others(lead.sends), accountSends: others(lead.accountSends) },
      channel,
      reached: askChannel(house.shelves.channels, channel, { purpose, sender, recipient: null, extra }, lead, now),
      seenBefore: false,
      text: todo.body.text,
      priority,
      urgent: false,
      approved: approvedOf(todo),
    })
    if (verdict.allowed) {
      await tx.query('UPDATE todos SET begun_at = $2, snoozed_until = NULL WHERE message_id = $1', [id, now])
      return { ...todo, begunAt: now, snoozedUntil: null }
    }
    const { reason, until } = verdict
    if (until && (!todo.expiresAt || until < todo.expiresAt)) {
      await tx.query('UPDATE todos SET snoozed_until = $2 WHERE message_id = $1', [id, until])
    } else await settle(tx, house, [{ row: todo, fate: { state: 'refused', reason } }], 'waiting')
    return new Refused(409, reason.id, reason.message, { until: until?.toISOString() ?? null })
  })
  if (answer instanceof Refused) throw answer
  return answer
}

/**
 * It was sent: the chat said so, or the member does. Twice is once; and what the chat says late is true all the same, whatever
 * we had decided meanwhile.
 * @throws Refused 404 todo_unknown, 403 not_yours, 409 not_open
 */
export async function finishTodo(house: House, id: string, who: Doer, how: 'chat' | 'word'): Promise<Todo> {
  return house.db.transaction(async (tx) => {
    const todo = await open(tx, id, who)
    if (todo.state === 'sent') return todo
    const late = todo.state === 'expired' || todo.state === 'cancelled' || todo.state === 'refused'
    if (todo.state !== 'waiting' && !(late && how === 'chat')) throw new Refused(409, 'not_open', closedWords(todo))
    const now = house.clock.now()
    if (late) await makeRoom(tx, house, todo)
    await settle(tx, house, [{ row: todo, fate: { state: 'sent', at: now } }], todo.state)
    await tx.query('UPDATE todos SET by_word = $2 WHERE message_id = $1', [id, how === 'word'])
    await keepContacts(tx, house, [{ leadId: todo.lead.id, userid: todo.userid, at: now }])
    return open(tx, id, who)
  })
}

/** The member will not send it. @throws Refused as finishTodo */
export async function skipTodo(house: House, id: string, who: Doer, why: string): Promise<Todo> {
  return house.db.transaction(async (tx) => {
    const todo = await open(tx, id, who)
    if (todo.state === 'cancelled' && todo.reason?.id === 'skipped') return todo
    if (todo.state !== 'waiting') throw new Refused(409, 'not_open', closedWords(todo))
    const reason = { id: 'skipped', message: `同事决定不发：${why}` }
    await settle(tx, house, [{ row: todo, fate: { state: 'cancelled', reason } }], 'waiting')
    return open(tx, id, who)
  })
}

/** Later. It still ends when it ends. @throws Refused as finishTodo; 422 invalid */
export async function snoozeTodo(house: House, id: string, who: Doer, until: Date): Promise<Todo> {
  return house.db.transaction(async (tx) => {
    const todo = await open(tx, id, who)
    if (todo.state !== 'waiting') throw new Refused(409, 'not_open', closedWords(todo))
    const ends = endOf(todo)
    if (until <= house.clock.now() || (ends && until >= ends))
      throw new Refused(422, 'invalid', '请选一个在它过期之前的时间', [{ field: 'until', message: '不在期限之内' }])
    await tx.query('UPDATE todos SET snoozed_until = $2 WHERE message_id = $1', [id, until])
    return { ...todo, snoozedUntil: until }
  })
}

/** When a to-do ends by itself. */
export function endOf({ waitsFor, expiresAt }: Pick<MessageRow, 'waitsFor' | 'expiresAt'>): Date | null {
  return waitsFor?.kind === 'staff' && waitsFor.until ? new Date(waitsFor.until) : expiresAt
}

/** The same piece may have been planned for him anew when ours seemed dead: it has gone now, so the new one does not. */
async function makeRoom(tx: Transaction, house: House, todo: Todo): Promise<void> {
  const rivals = await tx.query<{ id: string; free: boolean }>(
    `SELECT id, state = 'planned' OR state = 'waiting' AND batch_id IS NULL AS free FROM messages
     WHERE lead_id = $1 AND content_id = $2 AND purpose = 'marketing' AND id <> $3 AND state IN ('planned', 'waiting', 'sending', 'sent', 'unknown')`,
    [todo.leadId, todo.contentId, todo.id],
  )
  if (rivals.some(({ free }) => !free)) throw new Refused(409, 'not_open', '同一份内容已经由别的消息发给他了')
  await cancelPlanned(
    tx,
    house,
    rivals.map(({ id }) => id),
    '同事已经在聊天里发过这份内容',
  )
}

const closedWords = ({ state, reason }: MessageRow): string =>
  reason?.message ?? (state === 'sent' ? '这条已经发过了' : '这条待办已经结束')

async function open(tx: Transaction, id: string, who: Doer): Promise<Todo> {
  const todo = await readTodo(tx, id)
  if (todo) await lockLead(tx, todo.lead.id)
  const locked = todo && (await readTodo(tx, id))
  if (!locked) throw new Refused(404, 'todo_unknown', '没有这条待办')
  const mine = who.userid !== null && locked.userid.toLowerCase() === who.userid.toLowerCase()
  if (!mine && !who.roles.includes('admin') && !who.roles.includes('manager'))
    throw new Refused(403, 'not_yours', '这是别的同事的待办')
  return locked
}

async function readTodo(sql: Sql, id: string): Promise<Todo | undefined> {
  const [row] = await sql.query<Todo>(`SELECT ${todoColumns} FROM ${todoTables} WHERE t.message_id = $1`, [id])
  return row
}
