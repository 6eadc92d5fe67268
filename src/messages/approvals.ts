import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { approvalCard } from './approval-card.ts'
import { arrange } from './arrange.ts'
import { staleCards } from './cards.ts'
import type { Reason } from './channel.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { settle } from './settle.ts'
import { tellManager } from './tell-manager.ts'

export interface ApprovalAnswer {
  messageId: string
  by: { id: string; roles: readonly string[] }
  answer: 'approved' | 'refused'
  note?: string | undefined
  /** The press of a card, when it was one. */
  card?: { taskId: string; responseCode: string } | undefined
}

const mayAnswer = ['admin', 'manager']
const shown = { approved: '已同意', refused: '不同意', expired: '已过期' }

/**
 * A manager's yes or no to what a red line asks. The same answer twice is one answer; the guard looks again before it leaves.
 * @throws Refused 404 message_unknown, 403 not_yours, 409 already_decided | not_waiting
 */
export async function answerApproval(house: House, asked: ApprovalAnswer): Promise<MessageRow> {
  const { messageId, by, answer, note, card } = asked
  if (!by.roles.some((role) => mayAnswer.includes(role)))
    throw new Refused(403, 'not_yours', '只有主管和管理员可以批这条消息')
  return house.db.transaction(async (tx) => {
    const row = await readLocked(tx, messageId)
    const [approval] = await tx.query<{ rule: string; decision: string | null }>(
      'SELECT rule, decision FROM approvals WHERE message_id = $1 FOR UPDATE',
      [messageId],
    )
    if (!approval) throw new Refused(409, 'not_waiting', '这条消息不需要批准')
    if (approval.decision === answer) return row
    if (approval.decision !== null)
      throw new Refused(409, 'already_decided', `这条消息已经有结论：${shown[approval.decision as 'approved']}`)
    if (row.state !== 'waiting') throw new Refused(409, 'not_waiting', '这条消息已不在等批：它被取消或过期了')
    const now = house.clock.now()
    await tx.query(
      'UPDATE approvals SET decision = $2, decided_by = $3, decided_at = $4, note = $5 WHERE message_id = $1',
      [messageId, answer, by.id, now, note ?? null],
    )
    await staleCards(tx, house, { subject: messageId }, shown[answer], card)
    if (answer === 'approved') await letGo(tx, house, row, now)
    else {
      const reason: Reason = { id: 'red_line', message: `主管没有同意（${approval.rule}）${note ? `：${note}` : ''}` }
      await settle(tx, house, [{ row, fate: { state: 'refused', reason } }], 'waiting')
    }
    return readLocked(tx, messageId)
  })
}

async function letGo(tx: Transaction, house: House, row: MessageRow, now: Date): Promise<void> {
  await tx.query(
    `UPDATE messages SET state = 'planned', due_at = greatest(due_at, $2), waits_for = NULL, reason = NULL,
       extra = extra || jsonb_build_object('approved', coalesce(extra -> 'asks', '[]')) WHERE id = $1`,
    [row.id, now],
  )
  if (row.leadId) await arrange(tx, house, await house.playbook.current(), row.leadId)
  tx.afterCommit(() => house.wake.up('deliver'))
}

/** Under its lead's lock, as everything that touches planned messages of a person. */
async function readLocked(tx: Transaction, messageId: string): Promise<MessageRow> {
  const read = () =>
    tx.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.id = $1 FOR UPDATE`, [messageId])
  const [lead] = await tx.query<{ leadId: string | null }>('SELECT lead_id AS "leadId" FROM messages WHERE id = $1', [
    messageId,
  ])
  if (lead?.leadId) await lockLead(tx, lead.leadId)
  const [row] = await read()
  if (!row) throw new Refused(404, 'message_unknown', '没有这条消息')
  return row
}

const atOnce = 50

/**
 * Asks managers by card, once for each message, and ends what nobody answered in time.
 * @returns true when there is more to do
 */
export async function tendApprovals(house: House): Promise<boolean> {
  const now = house.clock.now()
  return house.db.transaction(async (tx) => {
    const late = await tx.query<Pick<MessageRow, 'id' | 'leadId' | 'channel'>>(
      `SELECT m.id, m.lead_id AS "leadId", m.channel FROM approvals a JOIN messages m ON m.id = a.message_id AND m.state = 'waiting'
       WHERE a.decision IS NULL AND a.expires_at <= $1 LIMIT ${atOnce} FOR UPDATE OF a, m SKIP LOCKED`,
      [now],
    )
    const reason: Reason = { id: 'unapproved', message: '主管没有在期限内答复，没有发出' }
    await settle(
      tx,
      house,
      late.map((row) => ({ row, fate: { state: 'expired', reason } })),
      'waiting',
    )
    for (const { id } of late) await staleCards(tx, house, { subject: id }, shown.expired)
    const open = await tx.query<MessageRow & { rule: string; expiresAt: Date }>(
      `SELECT ${messageColumns('m')}, a.rule, a.expires_at AS "expiresAt" FROM approvals a JOIN messages m ON m.id = a.message_id AND m.state = 'waiting'
       WHERE a.decision IS NULL AND a.told_at IS NULL AND a.expires_at > $1 ORDER BY a.created_at LIMIT ${atOnce} FOR UPDATE OF a SKIP LOCKED`,
      [now],
    )
    for (const row of open) {
      await tx.query('UPDATE approvals SET told_at = $2 WHERE message_id = $1', [row.id, now])
      await tellManager(tx, house, row.sender ?? '', {
        key: `approval:${row.id}`,
        words: 'approval-wanted',
        leadId: row.leadId,
        variables: { rule: row.rule, text: row.body.text },
        card: await approvalCard(tx, house, row),
        extra: { subject: row.id },
        within: '2d',
      })
    }
    return open.length === atOnce || late.length === atOnce
  })
}
