import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { markLook } from '../journeys/marks.ts'
import { tellQueueChanged } from './changed.ts'

export interface Claimed {
  leadId: string
  claimedUntil: Date
}

/**
 * Takes the next lead of the queue for an MDR under a lease. `SKIP LOCKED` and the claim in one statement: two people never
 * get the same one. Whoever holds a live claim already gets that one again.
 * @returns null when nothing waits
 */
export async function claimNext(house: House, userid: string): Promise<Claimed | null> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const until = new Date(now.getTime() + milliseconds(playbook.review.lease))
  return house.db.transaction(async (tx) => {
    // One person who asks twice at once is one person.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('claim:' || $1, 0))", [userid])
    const claim = (which: string) =>
      tx.query<Claimed>(
        `UPDATE review_queue SET claimed_by = $1, claimed_until = $3 WHERE lead_id = (
           SELECT lead_id FROM review_queue WHERE ${which}
           ORDER BY hand_raised DESC, due_at, s DESC, lead_id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING lead_id AS "leadId", claimed_until AS "claimedUntil"`,
        [userid, now, until],
      )
    const [own] = await claim('claimed_by = $1 AND claimed_until > $2')
    const [row] = own ? [own] : await claim('claimed_by IS NULL OR claimed_until <= $2')
    if (row) {
      await tellQueueChanged(tx)
      await markLook(tx, house, [row.leadId])
    }
    return row ?? null
  })
}

/**
 * Takes one lead of the queue by name.
 * @throws Refused 404 not_queued, 409 claimed_by_other
 */
export async function claimLead(house: House, leadId: string, userid: string): Promise<Claimed> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const until = new Date(now.getTime() + milliseconds(playbook.review.lease))
  const row = await house.db.transaction(async (tx) => {
    const [claimed] = await tx.query<Claimed>(
      `UPDATE review_queue SET claimed_by = $2, claimed_until = $4 WHERE lead_id = $1 AND (claimed_by IS NULL OR claimed_until <= $3 OR claimed_by = $2)
       RETURNING lead_id AS "leadId", claimed_until AS "claimedUntil"`,
      [leadId, userid, now, until],
    )
    if (claimed) {
      await tellQueueChanged(tx)
      await markLook(tx, house, [claimed.leadId])
    }
    return claimed
  })
  if (row) return row
  const [other] = await house.db.query<{ by: string }>('SELECT claimed_by AS by FROM review_queue WHERE lead_id = $1', [
    leadId,
  ])
  if (!other) throw new Refused(404, 'not_queued', '这条线索不在审核队列里')
  throw new Refused(409, 'claimed_by_other', `${other.by} 正在审核这条线索`, { claimedBy: other.by })
}

/**
 * Gives a claimed lead back. A manager or admin may open anybody's claim.
 * @throws Refused 404 not_queued, 409 claimed_by_other
 */
export async function releaseClaim(house: House, leadId: string, userid: string, anyones = false): Promise<void> {
  const rows = await house.db.query(
    'UPDATE review_queue SET claimed_by = NULL, claimed_until = NULL WHERE lead_id = $1 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $3 OR $4) RETURNING 1',
    [leadId, userid, house.clock.now(), anyones],
  )
  if (rows.length > 0) {
    await tellQueueChanged(house.db)
    return
  }
  const [other] = await house.db.query<{ by: string }>('SELECT claimed_by AS by FROM review_queue WHERE lead_id = $1', [
    leadId,
  ])
  if (!other) throw new Refused(404, 'not_queued', '这条线索不在审核队列里')
  throw new Refused(409, 'claimed_by_other', `${other.by} 正在审核这条线索`, { claimedBy: other.by })
}
