import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { presentStaff } from './ask.ts'
import { moveWork } from './move-work.ts'
import { type TransferRow, transferColumns } from './row.ts'

/**
 * What came to nothing, or waits for somebody, is tried again: by whoever is named, else by the rules. A manager's word goes
 * before the rules of routing.
 * @throws Refused 404, 409 transfer_running | transfer_over, 422 takeover_unknown
 */
export async function transferAgain(
  tx: Transaction,
  house: House,
  { id, to, by }: { id: string; to?: string | undefined; by: string },
): Promise<TransferRow> {
  const [seen] = await tx.query<{ leadId: string | null }>('SELECT lead_id AS "leadId" FROM transfers WHERE id = $1', [
    id,
  ])
  if (!seen?.leadId) throw new Refused(404, 'transfer_unknown', '没有这次转接')
  const lead = await lockLead(tx, seen.leadId)
  const [row] = await tx.query<TransferRow>(
    `SELECT ${transferColumns('t')} FROM transfers t WHERE id = $1 FOR UPDATE`,
    [id],
  )
  if (!row) throw new Refused(404, 'transfer_unknown', '没有这次转接')
  if (row.way !== 'leaver' && !(row.way === 'none' && row.state === 'unplaced'))
    throw new Refused(409, 'transfer_over', '在职同事的转接请重新发起一次')
  if (row.state === 'wanted' || row.state === 'asked')
    throw new Refused(409, 'transfer_running', '这位客户正在转接中，请等这一次有了结果')
  if (row.state === 'done') throw new Refused(409, 'transfer_over', '已经转接完成')
  const now = house.clock.now()
  const takeover = to === undefined ? null : await presentStaff(tx, to)
  if (takeover)
    await moveWork(tx, house, lead, {
      from: row.takeover ?? row.tried.at(-1) ?? row.handover,
      to: takeover,
      by,
      claims: row.reason === 'left',
    })
  // Whoever is named stands as the owner does: found, and only WeCom is left to be asked.
  const [next] = await tx.query<TransferRow>(
    `UPDATE transfers AS t SET state = $2, takeover = $3, rule = CASE WHEN $3::text IS NULL THEN NULL ELSE 'hand' END, told = NULL, fault = NULL, fault_id = NULL,
       tried = '{}', tries = 0, ended_at = NULL, briefed_at = NULL, placed_at = $4, worked_at = CASE WHEN $3::text IS NULL THEN NULL ELSE $4::timestamptz END,
       claimed_until = NULL, look_at = $4, by = $5 WHERE id = $1 RETURNING ${transferColumns('t')}`,
    [id, takeover && row.way === 'leaver' ? 'wanted' : 'unplaced', takeover, now, by],
  )
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'transfer',
      actor: by,
      key: `again\0${id}\0${now.toISOString()}`,
      data: { state: next?.state, handover: row.handover, takeover },
    },
  ])
  tx.afterCommit(() => house.wake.up('follow-transfers'))
  return next as TransferRow
}
