import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'

/** A call to another system, without what it says. */
export interface CallLine {
  id: string
  webhook: string
  enrolment: string
  journey: string
  step: string
  leadId: string
  state: 'waiting' | 'done' | 'failed'
  attempts: number
  dueAt: Date
  status: number | null
  fault: string | null
  createdAt: Date
  endedAt: Date | null
}

const columns = `c.id, c.webhook, c.enrolment, e.journey, c.step, c.lead_id AS "leadId", c.state, c.attempts, c.due_at AS "dueAt", c.status, c.fault,
  c.created_at AS "createdAt", c.ended_at AS "endedAt"`

/** One page, newest first. */
export const listCalls = (
  sql: Sql,
  { state, after, limit }: { state: CallLine['state']; after: string | null; limit: number },
): Promise<CallLine[]> =>
  sql.query(
    `SELECT ${columns} FROM webhook_calls c JOIN enrolments e ON e.id = c.enrolment WHERE c.state = $1 AND ($2::uuid IS NULL OR c.id < $2)
     ORDER BY c.id DESC LIMIT $3`,
    [state, after, limit],
  )

/** Tries an ended call again from the start, with its own id, so that who has heard it can tell. @throws Refused 404, 409 */
export async function replayCall(house: House, id: string): Promise<CallLine> {
  const now = house.clock.now()
  const again = await house.db.query(
    `UPDATE webhook_calls SET state = 'waiting', attempts = 0, begun_at = $2, due_at = $2, status = NULL, fault = NULL, ended_at = NULL
     WHERE id::text = lower($1) AND state <> 'waiting' AND EXISTS (SELECT FROM webhooks w WHERE w.id = webhook) RETURNING 1`,
    [id, now],
  )
  const [call] = await house.db.query<CallLine>(
    `SELECT ${columns} FROM webhook_calls c JOIN enrolments e ON e.id = c.enrolment WHERE c.id::text = lower($1)`,
    [id],
  )
  if (!call) throw new Refused(404, 'call_unknown', '没有这次调用')
  if (again.length > 0) house.wake.up('call-webhooks')
  else if (call.state !== 'waiting') throw new Refused(409, 'webhook_unknown', '它要去的外部系统已删除')
  return call
}
