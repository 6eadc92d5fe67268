import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isId } from '../ids.ts'
import { staleCards } from '../messages/cards.ts'
import { type Called, callPeople } from './call-people.ts'

/**
 * Somebody says that he answers: the promise is his, and the conversation goes to him now, whatever the hour.
 * @throws Refused 404, 409 promise_kept
 */
export async function takePromise(
  house: House,
  { id, userid, card }: { id: string; userid: string; card?: { taskId: string; responseCode: string } | undefined },
): Promise<void> {
  await house.db.transaction(async (tx) => {
    const now = house.clock.now()
    const [promise] = isId(id)
      ? await tx.query<{ state: string; openKfId: string | null }>(
          'SELECT state, open_kfid AS "openKfId" FROM promises WHERE id = $1 FOR UPDATE',
          [id],
        )
      : []
    if (!promise) throw new Refused(404, 'promise_unknown', '没有这件事')
    if (promise.state !== 'open') {
      await staleCards(tx, house, { subject: id }, '已经有人回过了', card)
      throw new Refused(409, 'promise_kept', '已经有人回过了')
    }
    const [person] = await tx.query<{ userid: string; name: string }>(
      `UPDATE promises p SET userid = s.userid, move_at = CASE WHEN p.open_kfid IS NULL THEN NULL ELSE $3::timestamptz END, moves = 0
       FROM staff s WHERE p.id = $1 AND lower(s.userid) = lower($2) AND s.active RETURNING s.userid, coalesce(nullif(s.name, ''), s.userid) AS name`,
      [id, userid, now],
    )
    if (!person) throw new Refused(403, 'not_ours', '您不在同事名单里')
    await staleCards(tx, house, { subject: id }, `${person.name} 来回`, card)
    tx.afterCommit(() => house.wake.up('move-conversations'))
  })
}

/**
 * What one member promised a customer is the other's to keep from now on, by the same time; he is called, the conversation goes
 * to him. The caller holds the lead's lock.
 */
export async function givePromise(
  tx: Transaction,
  house: House,
  leadId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const given = await tx.query<Called & { name: string }>(
    `UPDATE promises p SET userid = s.userid, moves = 0, move_at = CASE WHEN p.open_kfid IS NULL OR p.external_userid IS NULL THEN NULL ELSE $4::timestamptz END
     FROM staff s WHERE p.state = 'open' AND p.lead_id IN (SELECT lead_family($1)) AND lower(p.userid) = lower($2) AND lower(s.userid) = lower($3)
     RETURNING p.id, p.lead_id AS "leadId", p.userid, p.why, p.words, p.open_kfid AS "openKfId", p.due_at AS "dueAt", coalesce(nullif(s.name, ''), s.userid) AS name`,
    [leadId, from, to, house.clock.now()],
  )
  for (const { name, ...promise } of given) {
    await staleCards(tx, house, { subject: promise.id }, `转给了 ${name}`)
    await callPeople(tx, house, promise)
    tx.afterCommit(() => house.wake.up('move-conversations'))
  }
}

/** Somebody says that he has answered where we cannot see it: on the phone, or in a chat of his own. @throws Refused 404, 403 */
export async function keepPromise(house: House, { id, userid }: { id: string; userid: string }): Promise<void> {
  const [kept] = isId(id)
    ? await house.db.query<{ ours: boolean }>(
        `WITH me AS (SELECT userid FROM staff WHERE lower(userid) = lower($2) AND active),
              kept AS (UPDATE promises SET state = 'kept', kept_at = $3, kept_by = me.userid, shown = false, move_at = NULL FROM me WHERE id = $1 AND state = 'open')
         SELECT EXISTS (SELECT 1 FROM me) AS ours FROM promises WHERE id = $1`,
        [id, userid, house.clock.now()],
      )
    : []
  if (!kept) throw new Refused(404, 'promise_unknown', '没有这件事')
  if (!kept.ours) throw new Refused(403, 'not_ours', '您不在同事名单里')
  house.wake.up('watch-promises')
}
