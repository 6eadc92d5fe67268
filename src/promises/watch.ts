import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { staleCards } from '../messages/cards.ts'
import { tellRoles } from '../messages/tell.ts'
import { tellLeader } from './make.ts'

const page = 200

/**
 * Keeps promises true: what a person of ours has sent since keeps one; cards say how it ended; near its time whoever promised is
 * reminded, and past it whoever leads him hears. @returns true when there is more to do at once
 */
export async function watchPromises(house: House): Promise<boolean> {
  const now = house.clock.now()
  await house.db.query(
    `UPDATE promises p SET state = 'kept', kept_at = m.sent_at, kept_by = m.planned_by, shown = false, move_at = NULL FROM (
       SELECT DISTINCT ON (o.id) o.id, m.sent_at, m.planned_by FROM promises o JOIN messages m ON m.lead_id IN (SELECT lead_family(lead_root(o.lead_id)))
       WHERE o.state = 'open' AND m.personal AND m.purpose <> 'notice' AND m.state = 'sent' AND m.sent_at >= o.made_at ORDER BY o.id, m.sent_at) m
     WHERE p.id = m.id AND p.state = 'open'`,
  )
  const kept = await house.db.query<{ id: string; name: string | null; keptAt: Date }>(
    `SELECT p.id, coalesce(nullif(s.name, ''), p.kept_by) AS name, p.kept_at AS "keptAt" FROM promises p LEFT JOIN staff s ON lower(s.userid) = lower(p.kept_by)
     WHERE NOT p.shown ORDER BY p.kept_at LIMIT ${page}`,
  )
  const more = await eachAlone(house, kept, page, ({ id, name, keptAt }) =>
    house.db.transaction(async (tx) => {
      const { calendar } = await house.playbook.current()
      const clock = calendar.say(keptAt).replace(/^.*?）/, '')
      await staleCards(tx, house, { subject: id }, `${name ?? '同事'} ${clock} 已回`)
      await tx.query('UPDATE promises SET shown = true WHERE id = $1', [id])
    }),
  )
  const due = await house.db.query<Due>(
    `SELECT id, lead_id AS "leadId", userid, why, due_at AS "dueAt", told FROM promises WHERE state = 'open' AND look_at <= $1 ORDER BY look_at LIMIT ${page}`,
    [now],
  )
  return (await eachAlone(house, due, page, (one) => remind(house, one, now))) || more
}

interface Due {
  id: string
  leadId: string
  userid: string | null
  why: string
  dueAt: Date
  told: number
}

async function remind(house: House, { id, leadId, userid, why, dueAt, told }: Due, now: Date): Promise<void> {
  const isLate = dueAt <= now
  await house.db.transaction(async (tx) => {
    const mine = await tx.query(
      `UPDATE promises SET told = $3, look_at = CASE WHEN $4 THEN NULL ELSE due_at END WHERE id = $1 AND state = 'open' AND told = $2 RETURNING 1`,
      [id, told, isLate ? 2 : 1, isLate],
    )
    if (mine.length === 0) return
    const { calendar } = await house.playbook.current()
    if (isLate) {
      const reason = `答应过客户 ${calendar.say(dueAt)} 前有人回，还没有人回（${why}）`
      await tellLeader(tx, house, { key: `promise-late:${id}`, leadId, userid, why: reason })
    }
    const notice = { leadId, urgent: true, variables: { reason: why, due: calendar.say(dueAt), late: isLate } }
    await tellRoles(tx, house, userid ? [] : ['mdr'], {
      ...notice,
      key: `promise-near:${id}:${isLate ? 'late' : 'near'}`,
      words: 'promise-near',
      userids: userid ? [userid] : [],
    })
  })
}
