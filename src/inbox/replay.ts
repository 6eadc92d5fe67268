import { Refused } from '../failures.ts'
import type { House } from '../house.ts'

/**
 * Hands a stored event out again. Effects are keyed by the row, so what was done stays done and what was missing is made up.
 * @throws Refused 404 event_unknown, 409 event_busy while it is being handled
 */
export async function replay(house: House, id: number): Promise<void> {
  const rows = await house.db.query<{ lane: string }>(
    "UPDATE inbox SET state = 'received', due_at = $2, attempts = 0, reason = NULL, done_at = NULL WHERE id = $1 AND state <> 'working' RETURNING lane",
    [id, house.clock.now()],
  )
  if (rows[0]) {
    house.wake.up(`dispatch-${rows[0].lane}`)
    return
  }
  const [busy] = await house.db.query('SELECT 1 FROM inbox WHERE id = $1', [id])
  throw busy
    ? new Refused(409, 'event_busy', '这个事件正在处理，请稍后再试')
    : new Refused(404, 'event_unknown', '没有这个事件')
}
