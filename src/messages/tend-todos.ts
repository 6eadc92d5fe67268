import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { staffName } from '../leads/staff-name.ts'
import { sinceMorning } from '../playbook/morning.ts'
import type { Reason } from './channel.ts'
import type { MessageRow } from './row.ts'
import { settle } from './settle.ts'
import { tellRoles } from './tell.ts'
import { tellManager } from './tell-manager.ts'

const atOnce = 500
const open = `t.message_id = m.id AND m.state = 'waiting' AND m.batch_id IS NULL`

interface Told {
  userid: string
  count: number
  first: string
}

/**
 * Tells members of what they have to send, one notice for what came together; tells their managers of what stays undone, and ends
 * what nobody sent in time. What waits in the morning is part of the morning's card.
 * @returns true when there is more to do at once
 */
export async function tendTodos(house: House): Promise<boolean> {
  const now = house.clock.now()
  const rules = await house.playbook.current()
  const { gather, escalateAfter } = rules.playbook.oneTap
  const ago = (duration: string) => new Date(now.getTime() - milliseconds(duration))
  const today = rules.calendar.dayOf(now)
  const isMorning = sinceMorning(rules, now) !== null
  return house.db.transaction(async (tx) => {
    const ended = await end(tx, house, now)
    const awake = `(t.snoozed_until IS NULL OR t.snoozed_until <= $2)`
    if (isMorning) {
      const set = `listed_on = $1::date, told_at = coalesce(t.told_at, $2)`
      await mark(tx, set, `(t.listed_on IS NULL OR t.listed_on < $1::date) AND ${awake}`, [today, now])
    }
    const due = `t.userid IN (SELECT n.userid FROM todos n JOIN messages w ON w.id = n.message_id AND w.state = 'waiting'
      WHERE n.told_at IS NULL AND n.created_at <= $1)`
    const fresh = await mark(tx, 'told_at = $2', `t.told_at IS NULL AND ${awake} AND ${due}`, [ago(gather), now])
    for (const { userid, count, first } of fresh)
      await tell(tx, house, userid, `todos:${userid}:${now.getTime()}`, 'todos-new', { count, first })
    const overdue = await mark(tx, 'escalated_at = $2', 't.escalated_at IS NULL AND t.created_at <= $1', [
      ago(escalateAfter),
      now,
    ])
    for (const { userid, count, first } of overdue)
      await tellManager(tx, house, userid, {
        key: `todos-overdue:${userid}:${now.getTime()}`,
        words: 'todos-overdue',
        leadId: null,
        variables: { count, first, rep: { name: await staffName(tx, userid) } },
      })
    return ended === atOnce
  })
}

/** Sets something on open to-dos, and says for each member how many there were. */
function mark(tx: Transaction, set: string, where: string, values: readonly unknown[]): Promise<Told[]> {
  return tx.query<Told>(
    `WITH marked AS (UPDATE todos t SET ${set} FROM messages m WHERE ${open} AND ${where} RETURNING t.userid, m.lead_id, t.created_at)
     SELECT k.userid, count(*)::int AS count, (array_agg(l.name ORDER BY k.created_at))[1] AS first
     FROM marked k JOIN leads l ON l.id = lead_root(k.lead_id) GROUP BY k.userid ORDER BY k.userid`,
    values,
  )
}

async function end(tx: Transaction, house: House, now: Date): Promise<number> {
  const late = await tx.query<Pick<MessageRow, 'id' | 'leadId' | 'channel'>>(
    `SELECT m.id, m.lead_id AS "leadId", m.channel FROM todos t JOIN messages m ON ${open}
     WHERE coalesce((m.waits_for ->> 'until')::timestamptz, m.expires_at) <= $1 ORDER BY m.created_at LIMIT ${atOnce} FOR UPDATE OF m SKIP LOCKED`,
    [now],
  )
  const reason: Reason = { id: 'undone', message: '同事没有在期限内发送' }
  await settle(
    tx,
    house,
    late.map((row) => ({ row, fate: { state: 'expired', reason } })),
    'waiting',
  )
  return late.length
}

const tell = (
  tx: Transaction,
  house: House,
  userid: string,
  key: string,
  words: string,
  variables: Record<string, unknown>,
) => tellRoles(tx, house, [], { key, words, leadId: null, userids: [userid], variables })
