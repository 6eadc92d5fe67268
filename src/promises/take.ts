import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isId } from '../ids.ts'
import { staleCards } from '../messages/cards.ts'

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
