import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { BatchRow } from './batch.ts'
import type { Reason } from './channel.ts'
import type { MessageRow, MessageState, WaitsFor } from './row.ts'
import { tellTimeline } from './settle.ts'
import { tellRoles } from './tell.ts'

/** The first look at a task; later looks come a tenth of its age apart, up to the channel's own pace. */
export const firstLookMs = 15_000

/** What became of a task when it was given to WeCom. */
export interface Task {
  state: BatchRow['state']
  wecomId?: string | undefined
  reason: Reason | null
  /** Messages that wait for the member from now on, and the state they come from. */
  waits: readonly MessageRow[]
  from: MessageState
}

/** Writes what became of a task; its messages wait for the member. */
export async function recordTask(tx: Transaction, house: House, batch: BatchRow, task: Task): Promise<void> {
  const { state, wecomId = null, reason, waits, from } = task
  const [row] = await tx.query<{ expiresAt: Date | null }>(
    `UPDATE batches SET state = $2, wecom_id = $3, reason = $4, poll_at = $5, claimed_until = NULL WHERE id = $1 RETURNING expires_at AS "expiresAt"`,
    [batch.id, state, wecomId, reason && JSON.stringify(reason), new Date(house.clock.now().getTime() + firstLookMs)],
  )
  if (waits.length === 0) return
  const until = row?.expiresAt?.toISOString() ?? null
  const waitsFor: WaitsFor = { kind: 'staff', staff: batch.sender, task: wecomId, until }
  // Who opted out while the call was under way is taken back at the first look.
  await tx.query(
    `UPDATE messages m SET state = 'waiting', waits_for = $2, wecom_id = $3, claimed_until = NULL, reason = NULL,
       held = CASE WHEN m.purpose = 'marketing' AND EXISTS (SELECT FROM leads l WHERE l.id = lead_root(m.lead_id) AND l.marketing = 'denied')
         THEN '客户已退订' END
     WHERE m.id = ANY($1) AND m.state = $4`,
    [waits.map(({ id }) => id), JSON.stringify(waitsFor), wecomId, from],
  )
  await tellTimeline(
    tx,
    house,
    waits.map((waiting) => ({ row: waiting, state: 'waiting', reason: null })),
  )
  house.metrics.messages.inc({ channel: batch.channel, state: 'waiting' }, waits.length)
  const { calendar } = await house.playbook.current()
  await tellRoles(tx, house, [], {
    ...{ key: `group-send-waiting:${batch.id}`, words: 'group-send-waiting', leadId: null, userids: [batch.sender] },
    variables: { count: waits.length, ...(row?.expiresAt ? { due: calendar.say(row.expiresAt) } : {}) },
    extra: { subject: batch.id },
  })
}
