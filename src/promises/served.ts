import type { House } from '../house.ts'
import { getKfState } from '../wecom/kf.ts'

/** WeCom promises no event when a conversation ends by itself: an older word than this is asked about again. */
const freshMs = 600_000
/** In the pool, with a person. */
const withPeople = [2, 3]

/** Whether people of ours have this conversation, so that the bot keeps out of it. */
export async function isServed(house: House, openKfId: string, leadId: string): Promise<boolean> {
  const [session] = await house.db.query<{ externalUserId: string; state: number | null; stateAt: Date | null }>(
    `SELECT external_userid AS "externalUserId", state, state_at AS "stateAt" FROM kf_sessions
     WHERE open_kfid = $1 AND lead_id IN (SELECT lead_family(lead_root($2))) ORDER BY heard_at DESC NULLS LAST LIMIT 1`,
    [openKfId, leadId],
  )
  if (!session || session.state === null || !withPeople.includes(session.state)) return false
  const now = house.clock.now()
  if (session.stateAt && now.getTime() - session.stateAt.getTime() < freshMs) return true
  const key = { open_kfid: openKfId, external_userid: session.externalUserId }
  const state = await getKfState(house.wecom, key).then(
    ({ service_state }) => service_state,
    () => session.state,
  )
  await house.db.query(
    'UPDATE kf_sessions SET state = $3, state_at = $4 WHERE open_kfid = $1 AND external_userid = $2',
    [openKfId, session.externalUserId, state, now],
  )
  return state !== null && withPeople.includes(state)
}
