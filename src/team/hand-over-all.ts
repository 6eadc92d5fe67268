import type { Actor } from '../actor.ts'
import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  type Claimed,
  claimLongJob,
  endLongJob,
  type JobRow,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import { type Reacher, readReacher } from '../leads/reach.ts'
import { staffName } from '../leads/staff-name.ts'
import { presentStaff } from '../transfers/ask.ts'
import { countFriends, friendsOf, giveFriend } from './give-customers.ts'
import { handBack, handOverLocked, tellHandedOver } from './hand-over.ts'
import { membersWithin } from './scope.ts'

export const handOverKind = 'hand-over'

/**
 * Leads with their deals, tasks and open offers; the tasks that are about no lead of his; reviews he is looking at; and, for a
 * member who stays, the customers who are his friends in WeCom.
 */
export const parts = ['leads', 'tasks', 'reviews', 'customers'] as const
export type Part = (typeof parts)[number]

export interface HandOverAll {
  from: string
  /** null: leads are offered anew by the rules; tasks wait for whoever looks after what nobody owns. */
  to: string | null
  what: readonly Part[]
  anyway: boolean
  note?: string | undefined
}

interface Input extends HandOverAll {
  actor: Actor
  /** The last lead, and the last friend in WeCom, that was looked at. */
  after: string | null
  afterFriend: string | null
}

const sliceMs = 1_500

/**
 * Begins handing over everything that lies with a member.
 * @throws Refused 404 staff_unknown, 409 same_person, 422 takeover_unknown
 */
export async function startHandOver(
  tx: Transaction,
  house: House,
  wish: HandOverAll,
  { by, reacher }: { by: Actor; reacher: Reacher },
): Promise<LongJob> {
  const from = await spelled(tx, wish.from, reacher)
  const to = wish.to === null ? null : await spelled(tx, wish.to, reacher)
  if (from === to) throw new Refused(409, 'same_person', '交出和接手的是同一位')
  const [row] = wish.what.includes('leads')
    ? await tx.query<{ total: number }>(
        `SELECT (SELECT count(*) FROM leads WHERE owner = $1 AND merged_into IS NULL)
           + (SELECT count(*) FROM offers WHERE userid = $1 AND state = 'open') AS total`,
        [from],
      )
    : [{ total: 0 }]
  const givesFriends = wish.what.includes('customers')
  if (givesFriends && to === null)
    throw new Refused(422, 'takeover_unknown', '企业微信里的客户要交给一位同事，不能按规则分', [
      { field: 'to', message: '请选一位同事' },
    ])
  if (givesFriends && to !== null) await presentStaff(tx, to)
  const friends = givesFriends ? await countFriends(tx, from) : 0
  const input: Input = { ...wish, from, to, actor: by, after: null, afterFriend: null }
  return startLongJob(tx, house, { kind: handOverKind, input, total: (row?.total ?? 0) + friends, by: by.id })
}

async function spelled(sql: Sql, userid: string, reacher: Reacher): Promise<string> {
  const scope = membersWithin(reacher, 2)
  const [row] = await sql.query<{ userid: string }>(
    `SELECT st.userid FROM staff st WHERE lower(st.userid) = lower($1) AND ${scope.sql}`,
    [userid, ...scope.values],
  )
  if (!row) throw new Refused(404, 'staff_unknown', `没有这位同事，或他不在您的团队里：${userid}`)
  return row.userid
}

/** Goes on with the oldest hand-over, one lead in one transaction with its line of the report. */
export async function runHandOvers(house: House): Promise<boolean> {
  const job = await claimLongJob(house, handOverKind)
  if (!job) return false
  const input = job.input as Input
  const until = performance.now() + sliceMs
  let { done } = job
  if (input.what.includes('leads')) {
    for (let after = input.after, leadId = await nextLead(house.db, input, after); leadId !== null; ) {
      if (performance.now() > until) {
        await releaseLongJob(house, job.id)
        return true
      }
      if (!(await one(house, job, input, leadId, done))) return true
      done++
      after = leadId
      leadId = await nextLead(house.db, input, after)
    }
  }
  if (input.what.includes('customers')) {
    const went = await giveFriends(house, job, input, { done, until })
    if (went !== 'all') return true
  }
  await house.db.transaction((tx) => finish(tx, house, job, input))
  await endLongJob(house, job.id, 'done')
  return true
}

/** @returns `some` when the slice is over, or another worker has gone on meanwhile */
async function giveFriends(
  house: House,
  job: Claimed,
  { from, to, note, actor, afterFriend }: Input,
  { done: before, until }: { done: number; until: number },
): Promise<'all' | 'some'> {
  let [done, after] = [before, afterFriend]
  for (let friends = await friendsOf(house.db, from, after, 100); friends.length > 0; ) {
    for (const { externalUserId, leadId } of friends) {
      if (performance.now() > until) {
        await releaseLongJob(house, job.id)
        return 'some'
      }
      const advance = (tx: Transaction, problem: string | null) =>
        advanceLongJob(tx, house, job.id, {
          from: done,
          to: done + 1,
          rows: [{ row: done + 1, leadId, outcome: problem === null ? 'done' : 'refused', problem }],
          input: { afterFriend: externalUserId },
        })
      const wish = { leadId, from, to: to as string, note, by: actor }
      const isMine = await giveFriend(house, wish, (tx) => advance(tx, null)).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error
        return house.db.transaction((tx) => advance(tx, error.message))
      })
      if (!isMine) return 'some'
      done += 1
      after = externalUserId
    }
    friends = await friendsOf(house.db, from, after, 100)
  }
  return 'all'
}

/** The next lead he owns or is offered, by id. */
async function nextLead(sql: Sql, { from }: Input, after: string | null): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    `SELECT id FROM (
       (SELECT id FROM leads WHERE owner = $1 AND merged_into IS NULL AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT 1)
       UNION ALL (SELECT lead_id FROM offers WHERE userid = $1 AND state = 'open' AND ($2::uuid IS NULL OR lead_id > $2) ORDER BY lead_id LIMIT 1)
     ) held ORDER BY id LIMIT 1`,
    [from, after],
  )
  return row?.id ?? null
}

/** @returns false when another worker has gone on meanwhile */
async function one(house: House, job: Claimed, input: Input, leadId: string, done: number): Promise<boolean> {
  const advance = (tx: Transaction, report: Pick<JobRow, 'outcome' | 'problem'>) =>
    advanceLongJob(tx, house, job.id, {
      from: done,
      to: done + 1,
      rows: [{ row: done + 1, leadId, ...report }],
      input: { after: leadId },
    })
  try {
    return await house.db.transaction(async (tx) => {
      // First, so that of two workers only one does what comes after.
      if (!(await advance(tx, { outcome: 'done', problem: null }))) return false
      const { to, anyway, note, actor } = input
      if (to === null) await handBack(tx, house, leadId, actor)
      else {
        const reacher = await reacherOf(tx, actor)
        await handOverLocked(tx, house, { leadId, to, anyway, note, by: actor, reacher })
      }
      return true
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return house.db.transaction((tx) => advance(tx, { outcome: 'refused', problem: error.message }))
  }
}

/** Whose members whoever asked may give to, now. */
async function reacherOf(tx: Transaction, actor: Actor): Promise<Reacher> {
  return (await readReacher(tx, actor.id)) ?? { userid: null, reach: 'all', team: null }
}

/** What is about no lead of his, and a word to whoever has it all now. Repeating it changes nothing. */
async function finish(tx: Transaction, house: House, job: Claimed, { from, to, what, actor }: Input): Promise<void> {
  if (what.includes('tasks'))
    await tx.query("UPDATE tasks SET owner = $2, reminded_at = NULL WHERE owner = $1 AND state = 'open'", [from, to])
  if (what.includes('reviews'))
    await tx.query('UPDATE review_queue SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = $1', [from])
  if (to === null) return
  const [handed] = await tx.query<{ count: number }>(
    "SELECT count(DISTINCT lead_id) AS count FROM job_rows WHERE job_id = $1 AND outcome = 'done'",
    [job.id],
  )
  const names = { actor: await staffName(tx, actor.id), from: await staffName(tx, from) }
  await tellHandedOver(tx, house, {
    key: job.id,
    to,
    leadId: null,
    reason: `${names.actor} 把 ${names.from} 手上的工作交给您：${handed?.count ?? 0} 条线索`,
  })
}
