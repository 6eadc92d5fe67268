import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { House } from '../house.ts'
import { advanceLongJob, claimLongJob, endLongJob, releaseLongJob } from '../leads/long-job.ts'
import type { Condition } from '../playbook/condition.ts'
import type { Playbook } from '../playbook/schema.ts'
import { begin, fillKind } from './begin.ts'
import { scoreLeaves } from './depends.ts'
import { decide, holdMembers, type Live, momentOf } from './evaluate.ts'

const atOnce = 2_000
const sliceMs = 1_500
const waitMs = 50

/** What a fill goes by; a segment that was edited since has another version and a fill of its own. */
export interface Fill {
  segment: string
  version: number
}

interface Filling extends Live {
  name: string
  barrier: number | null
}

/** Goes on with the oldest fill: every lead is looked at once, in pieces; whoever changes meanwhile is marked and looked at again. */
export async function fillSegments(house: House): Promise<boolean> {
  await refill(house)
  const gone = await forget(house)
  const job = await claimLongJob(house, fillKind)
  if (!job) return gone
  const until = performance.now() + sliceMs
  for (let done = job.done; ; ) {
    const step = await fillPiece(house, job.id, job.input as Fill, done)
    if (step === 'over') {
      await endLongJob(house, job.id, 'done')
      return true
    }
    if (step === 'wait') {
      await releaseLongJob(house, job.id)
      await wait(waitMs)
      return true
    }
    done = step
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
  }
}

async function fillPiece(
  house: House,
  job: string,
  { segment, version }: Fill,
  done: number,
): Promise<number | 'over' | 'wait'> {
  return house.db.transaction(async (tx) => {
    await holdMembers(tx)
    const [filling] = await tx.query<Filling>(
      `SELECT id, name, condition, state, filled_to AS "filledTo", barrier FROM segments
       WHERE id = $1 AND version = $2 AND state = 'filling' AND deleted_at IS NULL FOR NO KEY UPDATE`,
      [segment, version],
    )
    if (!filling) return 'over'
    // Work that was under way when the segment was written down did not know what to mark: it ends first.
    const [snapshot] = await tx.query<{ next: number; oldest: number }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest',
    )
    if (!snapshot) throw new Error('no snapshot')
    const barrier = filling.barrier ?? snapshot.next
    if (filling.barrier === null) await tx.query('UPDATE segments SET barrier = $2 WHERE id = $1', [segment, barrier])
    if (snapshot.oldest < barrier) return 'wait'
    const leads = await tx.query<{ id: string }>(
      'SELECT id FROM leads WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2',
      [filling.filledTo, atOnce],
    )
    const ids = leads.map(({ id }) => id)
    const at = await momentOf(house)
    if (ids.length > 0) await decide(tx, house, filling, ids, at, { tell: false })
    const isOver = ids.length < atOnce
    await tx.query(
      `UPDATE segments SET filled_to = coalesce($2, filled_to), state = CASE WHEN $3 THEN 'ready' ELSE state END, rules = $4 WHERE id = $1`,
      [segment, ids.at(-1) ?? null, isOver, rulesOf(filling.condition, at.playbook)],
    )
    const to = done + ids.length
    if (ids.length > 0 && !(await advanceLongJob(tx, house, job, { from: done, to, rows: [] })))
      throw new Error('somebody else goes on with this fill')
    return isOver ? 'over' : to
  })
}

/** What scores are read by, where a condition asks for them; under other rules everybody answers anew. */
function rulesOf(condition: Condition, { score }: Pick<Playbook, 'score'>): string | null {
  if (scoreLeaves(condition).length === 0) return null
  const rules = [score.halfLife, score.grades]
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 16)
}

/** Begins again where scores are read by other rules than the segment was filled by. */
async function refill(house: House): Promise<void> {
  const { playbook } = await house.playbook.current()
  const live = await house.db.query<{ id: string; condition: Condition; rules: string }>(
    "SELECT id, condition, rules FROM segments WHERE kind = 'live' AND state = 'ready' AND deleted_at IS NULL AND rules IS NOT NULL",
  )
  for (const { id, condition, rules } of live) {
    if (rulesOf(condition, playbook) === rules) continue
    await house.db.transaction((tx) => begin(tx, house, id, 'system'))
  }
}

/** Members of segments that are gone, in pieces. */
async function forget(house: House): Promise<boolean> {
  const [row] = await house.db.query<{ count: number }>(
    `WITH gone AS (DELETE FROM segment_members WHERE ctid = ANY(ARRAY(
       SELECT m.ctid FROM segment_members m WHERE m.segment IN (SELECT id FROM segments WHERE deleted_at IS NOT NULL AND state = 'filling') LIMIT 10000)) RETURNING 1)
     SELECT count(*) AS count FROM gone`,
  )
  if ((row?.count ?? 0) > 0) return true
  await house.db.query(
    "UPDATE segments SET state = 'ready', size = 0 WHERE deleted_at IS NOT NULL AND state = 'filling'",
  )
  return false
}
