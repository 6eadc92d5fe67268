import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { isErrcode } from '../wecom/failure.ts'
import { markTags } from '../wecom/tags.ts'
import { endFollows } from './follows.ts'
import { inParallel } from './parallel.ts'
import { tagWork } from './tag-definitions.ts'
import { askWork } from './work.ts'
import { readTaggings, rememberWorn, type Tagging } from './worn-tags.ts'

const batch = 50
const width = 5
const leaseMs = 60_000
/** WeCom may know of a relation a little later than its event says. */
const youngMs = 60_000
const lackMs = 5_000
const maxTries = 10

type Relation = Pick<Tagging, 'userid' | 'externalUserId'>

/**
 * Brings the tags of relations whose wish is due to WeCom: one call each, puts and takes together. Wishes that came while a
 * call was under way are seen when it is written down. @returns true when there may be more
 */
export async function bringTags(house: House): Promise<boolean> {
  const now = house.clock.now()
  const claimed = await house.db.query<Relation>(
    `UPDATE follows f SET marking_until = $2, marks = marks + 1 FROM (
       SELECT external_userid, userid FROM follows
       WHERE wish_at <= $1 AND state = 'full' AND (marking_until IS NULL OR marking_until < $1) ORDER BY wish_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
     WHERE f.external_userid = due.external_userid AND f.userid = due.userid RETURNING f.userid, f.external_userid AS "externalUserId"`,
    [now, new Date(now.getTime() + leaseMs), batch],
  )
  if (claimed.length === 0) return false
  await inParallel(await readTaggings(house.db, claimed), width, (tagging) => bring(house, tagging))
  return claimed.length === batch
}

async function bring(house: House, tagging: Tagging): Promise<void> {
  const { add, remove, automation } = tagging
  try {
    const call = automation && add.length + remove.length > 0
    if (call)
      await markTags(house.wecom, {
        userid: tagging.userid,
        external_userid: tagging.externalUserId,
        ...(add.length > 0 ? { add_tag: add } : {}),
        ...(remove.length > 0 ? { remove_tag: remove } : {}),
      })
    await settle(house, tagging, call ? { add, remove } : { add: [], remove: [] })
  } catch (error) {
    await postpone(house, tagging, error)
  }
}

/** Writes down what was done and looks again: what was wished meanwhile is due at once, or when it was wished for. */
async function settle(
  house: House,
  tagging: Tagging,
  done: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  const now = house.clock.now()
  await house.db.transaction(async (tx) => {
    const [held] = await tx.query<{ marks: number; state: string }>(
      'SELECT marks, state FROM follows WHERE external_userid = $1 AND userid = $2 FOR UPDATE',
      [tagging.externalUserId, tagging.userid],
    )
    // Our lease ran out and another took over, or the relation ended: whoever comes next knows better.
    if (held?.marks !== tagging.marks) return
    if (held.state === 'full') await rememberWorn(tx, tagging, done)
    const [after] = await readTaggings(tx, [tagging])
    const open = after?.automation && after.state === 'full' && after.add.length + after.remove.length > 0
    const lacks = after?.automation && after.lacks && tagging.tries < maxTries
    let wishAt: Date | null = null
    if (open) wishAt = after.wishAt && after.wishAt > now ? after.wishAt : now
    else if (lacks) wishAt = new Date(now.getTime() + lackMs * 2 ** tagging.tries)
    if (lacks) await askWork(tx, [tagWork], now)
    await tx.query(
      'UPDATE follows SET wish_at = $3, wish_tries = $4, marking_until = NULL WHERE external_userid = $1 AND userid = $2',
      [tagging.externalUserId, tagging.userid, wishAt, lacks ? tagging.tries + 1 : 0],
    )
  })
}

async function postpone(house: House, tagging: Tagging, error: unknown): Promise<void> {
  const { externalUserId, userid } = tagging
  const now = house.clock.now()
  const young = now.getTime() - tagging.startedAt.getTime() < youngMs
  const context = { leadId: tagging.leadId, userid, tries: tagging.tries }
  let waitMs: number | null = null
  if (isErrcode(error, 84061) && !young) {
    await house.db.transaction((tx) =>
      endFollows(tx, house, [{ userid, externalUserId, how: 'deleted_by_us', at: now }]),
    )
  } else if (isErrcode(error, 84084, 60011, 60111)) {
    await house.db.query("UPDATE follows SET state = 'out_of_scope' WHERE external_userid = $1 AND userid = $2", [
      externalUserId,
      userid,
    ])
    await askWork(house.db, ['staff'], now)
  } else if (isErrcode(error, 40068)) {
    // Our list of tags is out of date; what no longer exists is no longer asked for once it is read again.
    await askWork(house.db, [tagWork], now)
    waitMs = lackMs
  } else if (error instanceof GiveUp && !young) {
    house.log.warn({ ...context, reason: error.reason, hint: error.message }, 'WeCom refuses these tags')
  } else {
    waitMs = error instanceof RetryLater ? error.afterMs : lackMs
    house.log.info({ ...context, waitMs, err: error }, 'tags will be brought later')
  }
  // Two writers on one pair meet again at once unless each waits a different while.
  const jitterMs = waitMs === null ? 0 : waitMs * Math.random() * Math.min(tagging.tries + 1, 10)
  await house.db.query(
    `UPDATE follows SET marking_until = NULL, wish_tries = wish_tries + 1, wish_at = CASE WHEN state = 'full' THEN $4::timestamptz END
     WHERE external_userid = $1 AND userid = $2 AND marks = $3`,
    [externalUserId, userid, tagging.marks, waitMs === null ? null : new Date(now.getTime() + waitMs + jitterMs)],
  )
}
