import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  type Claimed,
  claimLongJob,
  endLongJob,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import type { Reacher } from '../leads/reach.ts'
import { transferAgain } from '../transfers/again.ts'
import { membersWithin } from './scope.ts'

export const giveLeaverKind = 'give-leaver'

interface Input {
  from: string
  /** null: whoever the rules of routing find. */
  to: string | null
  /** The last transfer that was looked at. */
  after: string | null
}

const sliceMs = 1_500

/** What is left of a leaver's: nobody to take it, or it failed. A customer who refused is asked again only one by one. */
const left =
  "handover = $1 AND reason IN ('left', 'resigned') AND state IN ('unplaced', 'failed') AND lead_id IS NOT NULL"

/**
 * Begins giving every customer a leaver still has to one colleague, or to whom the rules find. What is under way goes on.
 * @throws Refused 404 staff_unknown, 409 same_person | nothing_left, 422 takeover_unknown
 */
export async function startGiveLeaver(
  tx: Transaction,
  house: House,
  { from, to, by, reacher }: { from: string; to: string | null; by: string; reacher: Reacher },
): Promise<LongJob> {
  const leaver = await spelled(tx, from, reacher)
  if (!leaver) throw new Refused(404, 'staff_unknown', `没有这位同事，或他不在您的团队里：${from}`)
  const taker = to === null ? null : await spelled(tx, to, reacher, true)
  if (taker === undefined)
    throw new Refused(422, 'takeover_unknown', '接手的同事不在您的团队里、不在应用可见范围内，或已停用', [
      { field: 'to', message: '请选一位在岗的同事' },
    ])
  if (leaver === taker) throw new Refused(409, 'same_person', '交出和接手的是同一位')
  const [row] = await tx.query<{ total: number }>(`SELECT count(*) AS total FROM transfers WHERE ${left}`, [leaver])
  if (!row?.total) throw new Refused(409, 'nothing_left', '他的客户都分出去了，没有要分配的')
  const input: Input = { from: leaver, to: taker, after: null }
  return startLongJob(tx, house, { kind: giveLeaverKind, input, total: row.total, by })
}

async function spelled(sql: Sql, userid: string, reacher: Reacher, here = false): Promise<string | undefined> {
  const scope = membersWithin(reacher, 3)
  const [row] = await sql.query<{ userid: string }>(
    `SELECT st.userid FROM staff st WHERE lower(st.userid) = lower($1) AND (NOT $2 OR st.active AND st.in_scope) AND ${scope.sql}`,
    [userid, here, ...scope.values],
  )
  return row?.userid
}

/** Goes on with the oldest of them, one customer in one transaction with its line of the report. */
export async function giveLeavers(house: House): Promise<boolean> {
  const job = await claimLongJob(house, giveLeaverKind)
  if (!job) return false
  const input = job.input as Input
  const until = performance.now() + sliceMs
  let { done } = job
  for (let next = await nextOf(house.db, input); next; next = await nextOf(house.db, input)) {
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
    if (!(await giveOne(house, job, input, next, done))) return true
    done++
    input.after = next.id
  }
  await endLongJob(house, job.id, 'done')
  return true
}

interface Left {
  id: string
  leadId: string
}

async function nextOf(sql: Sql, { from, after }: Input): Promise<Left | undefined> {
  const [row] = await sql.query<Left>(
    `SELECT id, lead_id AS "leadId" FROM transfers WHERE ${left} AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT 1`,
    [from, after],
  )
  return row
}

/** @returns false when another worker has gone on meanwhile */
async function giveOne(
  house: House,
  job: Claimed,
  { to }: Input,
  { id, leadId }: Left,
  done: number,
): Promise<boolean> {
  const advance = (tx: Transaction, outcome: string, problem: string | null) =>
    advanceLongJob(tx, house, job.id, {
      from: done,
      to: done + 1,
      rows: [{ row: done + 1, leadId, outcome, problem }],
      input: { after: id },
    })
  try {
    return await house.db.transaction(async (tx) => {
      // First, so that of two workers only one does what comes after.
      if (!(await advance(tx, 'done', null))) return false
      await transferAgain(tx, house, { id, to: to ?? undefined, by: job.by })
      return true
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return house.db.transaction((tx) => advance(tx, 'refused', error.message))
  }
}
