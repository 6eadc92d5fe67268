import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { moveMessages } from './move-messages.ts'
import { moveWork, takeBack, type Work } from './move-work.ts'
import type { TransferRow } from './row.ts'

const page = 50

/**
 * Somebody is away until then, or back; `cover` looks after his customers meanwhile. Offers nobody has answered go on at once.
 * @throws Refused 422 cover_unknown
 */
export async function sayAbsent(
  tx: Transaction,
  house: House,
  { userid, until, cover }: { userid: string; until: Date | null; cover: string | null | undefined },
): Promise<{ until: Date | null; cover: string | null }> {
  const now = house.clock.now()
  const named = cover ? await coverOf(tx, cover, userid, now) : cover
  const [said] = await tx.query<{ until: Date | null; cover: string | null }>(
    `UPDATE staff SET absent_until = $2, cover = CASE WHEN $4 THEN $3 ELSE cover END, updated_at = $5 WHERE lower(userid) = lower($1)
     RETURNING absent_until AS until, cover`,
    [userid, until, named ?? null, named !== undefined, now],
  )
  if (!said) throw new Refused(404, 'staff_unknown', '没有这位成员')
  if (until)
    await tx.query("UPDATE offers SET due_at = $2 WHERE lower(userid) = lower($1) AND state = 'open' AND due_at > $2", [
      userid,
      now,
    ])
  tx.afterCommit(() => {
    for (const job of ['keep-duty', 'follow-transfers', 'lapse-offers']) house.wake.up(job)
  })
  return said
}

async function coverOf(tx: Transaction, cover: string, userid: string, now: Date): Promise<string> {
  const [found] = await tx.query<{ userid: string }>(
    `SELECT userid FROM staff WHERE lower(userid) = lower($1) AND lower(userid) <> lower($2) AND active AND in_scope
       AND (absent_until IS NULL OR absent_until <= $3)`,
    [cover, userid, now],
  )
  if (!found)
    throw new Refused(422, 'cover_unknown', '请找一位在岗的同事替您照看', [
      { field: 'cover', message: '不在岗、请假中，或就是您自己' },
    ])
  return found.userid
}

/**
 * While a member is away, whoever covers for him has his leads, with what falls due meanwhile; WeCom is not asked, since a
 * transfer cannot be taken back and few are allowed. When he is back, what is still where it was lent to is his again.
 * @returns true when there may be more
 */
export async function coverAbsences(house: House): Promise<boolean> {
  const now = house.clock.now()
  const away = await house.db.query<{ id: string; userid: string; cover: string; until: Date }>(
    `SELECT l.id, s.userid, c.userid AS cover, s.absent_until AS until
     FROM staff s JOIN staff c ON lower(c.userid) = lower(s.cover) AND c.active AND c.in_scope AND (c.absent_until IS NULL OR c.absent_until <= $1)
       JOIN leads l ON l.owner = s.userid AND l.merged_into IS NULL
     WHERE s.absent_until > $1 AND s.active AND s.in_scope AND lower(s.cover) <> lower(s.userid) ORDER BY l.id LIMIT ${page}`,
    [now],
  )
  const lent = await eachAlone(house, away, page, (one) => house.db.transaction((tx) => lend(tx, house, one)))
  const back = await house.db.query<Lent>(
    `SELECT t.id, t.lead_id AS "leadId", t.handover, t.takeover, t.lent FROM transfers t JOIN staff s ON s.userid = t.handover
     WHERE t.until IS NOT NULL AND t.returned_at IS NULL AND (s.absent_until IS NULL OR s.absent_until <= $1 OR NOT (s.active AND s.in_scope))
     ORDER BY t.id LIMIT ${page}`,
    [now],
  )
  const returned = await eachAlone(house, back, page, (one) => house.db.transaction((tx) => giveBack(tx, house, one)))
  return lent || returned
}

type Lent = Pick<TransferRow, 'id' | 'leadId' | 'handover'> & { takeover: string; lent: Work }

async function lend(
  tx: Transaction,
  house: House,
  { id: leadId, userid, cover, until }: { id: string; userid: string; cover: string; until: Date },
): Promise<void> {
  const now = house.clock.now()
  const lead = await lockLead(tx, leadId)
  const [still] = await tx.query(
    'SELECT 1 FROM staff WHERE userid = $1 AND absent_until > $2 AND lower(cover) = lower($3)',
    [userid, now, cover],
  )
  if (!still || lead.owner !== userid) return
  const work = await moveWork(tx, house, lead, { from: userid, to: cover, by: userid, until })
  await moveMessages(tx, house, lead.id, { from: userid, to: cover, how: 'lent' })
  const id = newId(house.clock)
  await tx.query(
    `INSERT INTO transfers (id, lead_id, handover, takeover, state, reason, way, by, until, lent, asked_at, placed_at, worked_at, ended_at)
     VALUES ($1, $2, $3, $4, 'done', 'absence', 'none', $3, $5, $6, $7, $7, $7, $7)`,
    [id, lead.id, userid, cover, until, JSON.stringify(work), now],
  )
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'transfer',
      actor: userid,
      key: `lent\0${id}`,
      data: { state: 'done', handover: userid, takeover: cover, reason: 'absence', until: until.toISOString() },
    },
  ])
}

async function giveBack(tx: Transaction, house: House, { id, leadId, handover, takeover, lent }: Lent): Promise<void> {
  const now = house.clock.now()
  const lead = await lockLead(tx, leadId ?? '')
  const mine = await tx.query(
    'UPDATE transfers SET returned_at = $2 WHERE id = $1 AND returned_at IS NULL RETURNING 1',
    [id, now],
  )
  const [here] = await tx.query('SELECT 1 FROM staff WHERE userid = $1 AND active AND in_scope', [handover])
  // Whoever does not come back has left: his cover keeps it.
  if (mine.length === 0 || !here) return
  await takeBack(tx, house, lead, lent, { from: takeover, to: handover, by: 'system' })
  await moveMessages(tx, house, lead.id, { from: takeover, to: handover, how: 'lent' })
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'transfer',
      key: `returned\0${id}`,
      data: { state: 'returned', handover: takeover, takeover: handover, reason: 'absence' },
    },
  ])
}
