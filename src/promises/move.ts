import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { isErrcode } from '../wecom/failure.ts'
import { moveKfState } from '../wecom/kf.ts'

const atOnce = 20
const leaseMs = 30_000
const mostMoves = 5
/** The pool, a person. */
const states = { pool: 2, person: 3 }

interface Row {
  id: string
  openKfId: string
  externalUserId: string
  /** Who is to have it and may; null: the pool. */
  servicer: string | null
  /** Somebody of ours who receives nothing at this account answers another way; the bot stays with the customer. */
  elsewhere: boolean
  moves: number
}

/**
 * Gives conversations to people whose time has come: to him who promised, where he is a servicer of the account, else to the
 * pool. What the bot still has to say goes first: WeCom takes nothing from it afterwards.
 * @returns true when there may be more
 */
export async function moveConversations(house: House): Promise<boolean> {
  const now = house.clock.now()
  const rows = await house.db.query<Row>(
    `UPDATE promises p SET move_at = $2, moves = p.moves + 1 FROM (
       SELECT o.id, o.userid, k.userid AS servicer FROM promises o
       LEFT JOIN kf_servicers k ON k.open_kfid = o.open_kfid AND lower(k.userid) = lower(o.userid) AND k.receiving
       LEFT JOIN kf_sessions s ON s.open_kfid = o.open_kfid AND s.external_userid = o.external_userid
       WHERE o.state = 'open' AND o.move_at <= $1 AND NOT EXISTS (
         SELECT FROM messages m WHERE m.lead_id = o.lead_id AND m.purpose = 'answer' AND m.state IN ('planned', 'sending') AND m.created_at >= o.made_at - interval '1 minute')
       ORDER BY o.move_at LIMIT ${atOnce} FOR UPDATE OF o SKIP LOCKED) d
     WHERE p.id = d.id RETURNING p.id, p.open_kfid AS "openKfId", p.external_userid AS "externalUserId", d.servicer, d.userid IS NOT NULL AND d.servicer IS NULL AS elsewhere, p.moves`,
    [now, new Date(now.getTime() + leaseMs)],
  )
  for (const row of rows) await moveOne(house, row)
  return rows.length === atOnce
}

async function moveOne(house: House, row: Row): Promise<void> {
  const { openKfId, externalUserId, servicer, elsewhere } = row
  if (elsewhere) return done(house, row)
  const session = { open_kfid: openKfId, external_userid: externalUserId }
  try {
    await moveKfState(house.wecom, {
      ...session,
      ...(servicer ? { service_state: states.person, servicer_userid: servicer } : { service_state: states.pool }),
    })
    await kept(house, row, servicer ? states.person : states.pool)
    await done(house, row)
  } catch (failure) {
    // Somebody was faster, or the conversation is over: where it is, it is well.
    if (isErrcode(failure, 95013, 95016)) return done(house, row)
    const isOver = row.moves >= mostMoves || (failure instanceof GiveUp && !isErrcode(failure, 95014))
    house.log.warn({ promiseId: row.id, err: failure }, 'a conversation did not go to a person')
    if (isOver) return done(house, row)
    // He stopped receiving since we heard of him: the pool then.
    if (isErrcode(failure, 95014))
      await house.db.query('UPDATE kf_servicers SET receiving = false WHERE open_kfid = $1 AND userid = $2', [
        openKfId,
        servicer,
      ])
    await house.db.query("UPDATE promises SET move_at = $2 WHERE id = $1 AND state = 'open'", [
      row.id,
      new Date(house.clock.now().getTime() + (failure instanceof RetryLater ? failure.afterMs : 2_000)),
    ])
  }
}

const done = (house: House, { id }: Row) =>
  house.db.query('UPDATE promises SET move_at = NULL WHERE id = $1', [id]).then(() => undefined)

async function kept(house: House, { openKfId, externalUserId, servicer }: Row, state: number): Promise<void> {
  await house.db.query(
    'UPDATE kf_sessions SET state = $3, state_at = $4, servicer = coalesce($5, servicer) WHERE open_kfid = $1 AND external_userid = $2',
    [openKfId, externalUserId, state, house.clock.now(), servicer],
  )
}
