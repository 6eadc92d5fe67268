import type { House } from '../house.ts'
import { type ContactWithFollow, listContactsByStaff, listFollowUsers } from '../wecom/contacts.ts'
import { keepFound } from './found.ts'
import { reconcileWork, tellMissed } from './missed.ts'
import { registered, staffLeft } from './staff.ts'
import { tagWork } from './tag-definitions.ts'
import { askWork, type Claim, lastDone } from './work.ts'

/** Before this long WeCom and we may each know of a relation the other has not heard of. */
const settlingMs = 60_000
/** A relation begun before the last comparison, and not seen by it, was out of our sight then. */
const overlapMs = 600_000

/**
 * Asks WeCom what it never promised to tell: who is in scope, which tags there are, and, member by member as work of its own,
 * which relations there are. Leavers and transfers have jobs of their own.
 */
export async function reconcile(house: House, claim: Claim): Promise<void> {
  const listed = await listFollowUsers(house.wecom)
  await claim.extend()
  await house.db.transaction(async (tx) => {
    const spell = await registered(tx, house, listed)
    const members = [...new Set(listed.map(spell))]
    const gone = await tx.query<{ userid: string }>(
      `SELECT userid FROM staff WHERE in_scope AND NOT userid = ANY($1)
         AND userid IN (SELECT userid FROM follows WHERE state IN ('half', 'full', 'deleted_by_customer')) ORDER BY userid`,
      [members],
    )
    for (const { userid } of gone) await staffLeft(tx, house, userid)
    const gaveUp = new Set(gone.map((row) => row.userid))
    const now = house.clock.now()
    await askWork(tx, ['staff', tagWork, ...members.filter((userid) => !gaveUp.has(userid)).map(reconcileWork)], now)
  })
}

/**
 * Compares one member's relations with WeCom's. Missing here: handled as if the event had come, or, from before we could see
 * the member, kept silently. Different here, or missing there: marked, so that the person is fetched and what he says counts.
 */
export async function reconcileMember(house: House, userid: string, claim: Claim): Promise<void> {
  const began = house.clock.now()
  const covered = await lastDone(house.db, reconcileWork(userid))
  const shown = new Set<string>()
  for (let cursor = ''; ; ) {
    await claim.extend()
    const page = await listContactsByStaff(house.wecom, { userid_list: [userid], cursor })
    for (const one of page.external_contact_list) shown.add(one.external_contact.external_userid)
    await comparePage(house, userid, page.external_contact_list, began, covered)
    if (page.next_cursor === '' || page.next_cursor === cursor) break
    cursor = page.next_cursor
  }
  await house.db.query(
    `UPDATE follows SET stale_since = $3 WHERE userid = $1 AND state IN ('full', 'deleted_by_customer') AND started_at < $4
       AND stale_since IS NULL AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS shown(id) WHERE shown.id = external_userid)`,
    [userid, [...shown], house.clock.now(), new Date(began.getTime() - settlingMs)],
  )
  // A wish that was lost, or given up on, is wished again.
  await house.db.query(
    `UPDATE follows f SET stage_wish = l.stage, wish_at = $2, wish_tries = 0 FROM leads l
     WHERE f.userid = $1 AND f.state = 'full' AND f.wish_at IS NULL AND l.id = lead_root(f.lead_id) AND l.automation
       AND f.stage_worn IS DISTINCT FROM l.stage`,
    [userid, house.clock.now()],
  )
  house.wake.up('refresh-profiles')
}

async function comparePage(
  house: House,
  userid: string,
  page: readonly ContactWithFollow[],
  began: Date,
  covered: Date | null,
): Promise<void> {
  if (page.length === 0) return
  const held = await house.db.query<{ externalUserId: string; differs: boolean }>(
    `SELECT f.external_userid AS "externalUserId", f.stale_since IS NULL AND (
         f.state IN ('half', 'deleted_by_us', 'out_of_scope') OR f.state = 'deleted_by_customer' AND t.at > f.ended_at
         OR coalesce(f.remark, '') <> t.remark
         OR f.marking_until IS NULL AND ARRAY(SELECT wecom_tag_id FROM follow_tags ft WHERE ft.external_userid = f.external_userid AND ft.userid = f.userid ORDER BY 1)
            <> ARRAY(SELECT g.wecom_tag_id FROM tags g WHERE g.wecom_tag_id IN (SELECT jsonb_array_elements_text(t.tags)) ORDER BY 1)) AS differs
     FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::jsonb[]) AS t(ext, at, remark, tags)
       JOIN follows f ON f.external_userid = t.ext AND f.userid = $1`,
    [
      userid,
      page.map((one) => one.external_contact.external_userid),
      page.map((one) => beganAt(one, began)),
      page.map((one) => one.follow_info.remark ?? ''),
      page.map((one) => JSON.stringify(one.follow_info.tag_id)),
    ],
  )
  const known = new Set(held.map((row) => row.externalUserId))
  const settled = new Date(began.getTime() - settlingMs)
  const missing = page.filter(
    (one) => !known.has(one.external_contact.external_userid) && beganAt(one, settled) <= settled,
  )
  const inSight = (one: ContactWithFollow) =>
    covered !== null && beganAt(one, began).getTime() >= covered.getTime() - overlapMs
  await house.db.transaction(async (tx) => {
    await tx.query(
      'UPDATE follows SET stale_since = $3 WHERE userid = $1 AND external_userid = ANY($2) AND stale_since IS NULL',
      [userid, held.filter((row) => row.differs).map((row) => row.externalUserId), house.clock.now()],
    )
    await tellMissed(
      tx,
      house,
      missing.filter(inSight).map((one) => ({
        userid,
        externalUserId: one.external_contact.external_userid,
        state: one.follow_info.state || undefined,
        at: beganAt(one, began),
      })),
    )
    await keepFound(
      tx,
      house,
      missing.filter((one) => !inSight(one)),
    )
  })
}

const beganAt = (one: ContactWithFollow, otherwise: Date): Date =>
  one.follow_info.createtime ? new Date(one.follow_info.createtime * 1000) : otherwise
