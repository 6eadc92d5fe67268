import type { Crossed } from '../cadence/red-line.ts'
import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type MessageRow, messageColumns, type WaitsFor } from './row.ts'

/**
 * A message that touches a red line which asks waits for a manager's yes instead of leaving. The card goes out beside, from the
 * row written here.
 */
export async function askApproval(
  tx: Transaction,
  house: House,
  row: MessageRow,
  asks: readonly Crossed[],
): Promise<MessageRow> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const soon = now.getTime() + milliseconds(playbook.approval.expires)
  const expiresAt = new Date(Math.min(soon, row.expiresAt?.getTime() ?? soon))
  const names = asks.map(({ name }) => name).join('；')
  const [manager] = await tx.query<{ userid: string }>(
    `SELECT m.userid FROM staff s JOIN staff m ON lower(m.userid) = lower(s.manager) AND m.active WHERE lower(s.userid) = lower($1)`,
    [row.sender],
  )
  const waitsFor: WaitsFor = {
    kind: 'staff',
    // Nobody in particular: whoever has the role may answer.
    staff: manager?.userid ?? playbook.routing.fallback,
    task: null,
    until: expiresAt.toISOString(),
    for: 'approval',
  }
  const [waiting] = await tx.query<MessageRow>(
    `UPDATE messages m SET state = 'waiting', waits_for = $2, extra = m.extra || jsonb_build_object('asks', $3::jsonb) WHERE m.id = $1
     RETURNING ${messageColumns('m')}`,
    [row.id, JSON.stringify(waitsFor), JSON.stringify(asks.map(({ id }) => id))],
  )
  await tx.query(
    `INSERT INTO approvals (message_id, rule, expires_at, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [row.id, names, expiresAt, now],
  )
  tx.afterCommit(() => house.wake.up('ask-approvals'))
  return waiting as MessageRow
}
