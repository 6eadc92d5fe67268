import type { Transaction } from '../db.ts'
import type { Reason } from './channel.ts'
import { type MessageRow, messageColumns } from './row.ts'

/** A message before it is written. */
export type NewMessage = Omit<MessageRow, 'claimedUntil' | 'attempts' | 'wecomId' | 'batchId' | 'sentAt'>

/**
 * Writes the row, or answers the first of its key. The database has the last word on the same piece twice: what its index
 * refuses is written as refused.
 */
export async function insertMessage(tx: Transaction, row: NewMessage): Promise<MessageRow> {
  const [written] = await insertOnce(tx, row)
  if (written) return written
  const [first] = await tx.query<MessageRow>(`SELECT ${messageColumns('m')} FROM messages m WHERE m.key = $1`, [
    row.key,
  ])
  if (first) return first
  const reason: Reason = { id: 'seen_before', message: '这份内容已经发给过这位客户' }
  const [refused] = await insertOnce(tx, { ...row, state: 'refused', waitsFor: null, reason, link: null })
  if (!refused) throw new Error(`message ${row.key} could not be written`)
  return refused
}

const insertOnce = (tx: Transaction, row: NewMessage): Promise<MessageRow[]> =>
  tx.query<MessageRow>(
    `INSERT INTO messages AS m (id, key, lead_id, purpose, content_id, content_version, channel, sender, recipient, state, waits_for,
       reason, priority, body, extra, due_at, expires_at, planned_by, personal, may_wait, account, playbook_version, created_at, link, ways, wanted_at, warnings)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
     ON CONFLICT DO NOTHING RETURNING ${messageColumns('m')}`,
    [
      row.id,
      row.key,
      row.leadId,
      row.purpose,
      row.contentId,
      row.contentVersion,
      row.channel,
      row.sender,
      row.recipient,
      row.state,
      row.waitsFor && JSON.stringify(row.waitsFor),
      row.reason && JSON.stringify(row.reason),
      row.priority,
      JSON.stringify(row.body),
      JSON.stringify(row.extra),
      row.dueAt,
      row.expiresAt,
      row.plannedBy,
      row.personal,
      row.mayWait,
      row.account,
      row.playbookVersion,
      row.createdAt,
      row.link,
      row.ways,
      row.wantedAt,
      row.warnings,
    ],
  )
