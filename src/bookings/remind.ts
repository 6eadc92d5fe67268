import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'

const page = 200

/**
 * Reminds both of a meeting, once. Where the customer's conversation is closed by then, the member is asked to do it himself.
 * @returns true when there is more to do at once
 */
export async function remindBookings(house: House): Promise<boolean> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const until = new Date(now.getTime() + milliseconds(playbook.bot.meeting.remind))
  const due = await house.db.query<{
    id: string
    leadId: string
    userid: string
    name: string
    start: Date
    openKfId: string | null
  }>(
    `SELECT b.id, b.lead_id AS "leadId", b.userid, coalesce(nullif(s.name, ''), b.userid) AS name, b.starts_at AS start, b.open_kfid AS "openKfId"
     FROM bookings b LEFT JOIN staff s ON s.userid = b.userid
     WHERE b.state = 'booked' AND b.reminded_at IS NULL AND b.starts_at > $1 AND b.starts_at <= $2 ORDER BY b.starts_at LIMIT ${page}`,
    [now, until],
  )
  return eachAlone(house, due, page, ({ id, leadId, userid, name, start, openKfId }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId)
      const mine = await tx.query(
        "UPDATE bookings SET reminded_at = $2 WHERE id = $1 AND state = 'booked' AND reminded_at IS NULL RETURNING 1",
        [id, now],
      )
      if (mine.length === 0) return
      const when = calendar.say(start)
      const told = await plan(tx, house, {
        key: `meeting-soon:${id}`,
        leadId: lead.id,
        purpose: 'answer',
        words: 'kf-meeting-soon',
        variables: { when, person: name },
        channel: 'kf',
        extra: openKfId ? { openKfId } : {},
        expiresAt: start,
        by: 'system',
      })
      await tellRoles(tx, house, [], {
        key: `meeting-soon:${id}`,
        words: 'meeting-soon',
        leadId: lead.id,
        urgent: true,
        userids: [userid],
        variables: { reason: when, told: told.state !== 'refused' },
      })
    }),
  )
}
