import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { type Held, heldColumns } from './advance.ts'
import { doStep } from './do-step.ts'
import { endEnrolments } from './end.ts'
import { readJourneyFacts } from './facts.ts'
import { readVersions, versionKey } from './library.ts'
import { stepAfter, stepAt } from './path.ts'
import { fateOf } from './step.ts'

const atOnce = 100
const inFlight = 4
const mostAttempts = 6
const minuteMs = 60_000

/**
 * Does the steps that act: one step, one transaction, under its lead's lock. The step's line is written in the transaction that
 * does it and is unique, so that however often this runs and wherever it dies a step is done once.
 * @returns true when there is more to do at once
 */
export async function actDue(house: House): Promise<boolean> {
  const due = await house.db.query<{ id: string; leadId: string }>(
    `SELECT id, lead_id AS "leadId" FROM enrolments WHERE state = 'waiting' AND acts AND due_at <= $1 ORDER BY due_at, id LIMIT $2`,
    [house.clock.now(), atOnce],
  )
  const waiting = [...due]
  let done = 0
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) if (await actOne(house, next)) done++
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, waiting.length) }, work))
  if (done > 0) house.wake.up('advance-journeys')
  return due.length === atOnce
}

async function actOne(house: House, { id, leadId }: { id: string; leadId: string }): Promise<boolean> {
  try {
    return await house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId)
      const [row] = await tx.query<Held>(
        `SELECT ${heldColumns} FROM enrolments e WHERE e.id = $1 AND e.state = 'waiting' AND e.acts AND e.due_at <= $2 FOR UPDATE SKIP LOCKED`,
        [id, house.clock.now()],
      )
      if (!row) return false
      await act(tx, house, row, lead)
      return true
    })
  } catch (error) {
    await setBack(house, id, leadId, error)
    return false
  }
}

async function act(tx: Transaction, house: House, row: Held, lead: LeadRow): Promise<void> {
  const now = house.clock.now()
  const journey = (await readVersions(tx, house, [row])).get(versionKey(row))
  const facts = journey && (await readJourneyFacts(tx, house, [row.leadId], [journey], row.enteredAt)).get(row.leadId)
  const step = journey && stepAt(journey, row.step)
  if (!journey || !facts || !step) throw new Error(`enrolment ${row.id} has no journey, lead or step`)
  const fate = fateOf(journey, row.enteredAt, facts, now)
  if (fate) {
    await endEnrolments(tx, house, [{ id: row.id, leadId: row.leadId, journey: row.journey, ...fate, cut: true }])
    return
  }
  const [mine] = await tx.query(
    `INSERT INTO enrolment_steps (enrolment, step, outcome, at, playbook_version) VALUES ($1, $2, 'doing', $3, $4) ON CONFLICT DO NOTHING RETURNING 1`,
    [row.id, row.step, now, (await house.playbook.current()).version],
  )
  let goOnAt = now
  if (mine) {
    const done = await doStep(tx, house, { enrolment: row, journey, step, lead, facts })
    await tx.query('UPDATE enrolment_steps SET outcome = $3, message_id = $4 WHERE enrolment = $1 AND step = $2', [
      row.id,
      row.step,
      done.outcome,
      done.messageId ?? null,
    ])
    // What is put off (quiet hours, a cap) puts off what comes behind it.
    if (done.goOnAt && done.goOnAt > now) goOnAt = done.goOnAt
  }
  const next = stepAfter(journey, row.step)
  if (next === null) {
    const ending = { id: row.id, leadId: row.leadId, journey: row.journey, state: 'done', why: 'finished' } as const
    await endEnrolments(tx, house, [{ ...ending, cut: false }])
    return
  }
  await tx.query(
    'UPDATE enrolments SET step = $2, since = NULL, awaits = NULL, acts = false, due_at = $3, attempts = 0 WHERE id = $1',
    [row.id, next, goOnAt],
  )
}

/** A step that broke is tried again, later each time; at last it is put aside for a person, so that it holds nobody else up. */
async function setBack(house: House, id: string, leadId: string, error: unknown): Promise<void> {
  const now = house.clock.now()
  const code = (error as { code?: unknown } | null)?.code
  // Two who waited for each other: nothing is wrong with the step.
  if (code === '40001' || code === '40P01' || (error instanceof Refused && error.status === 409)) return
  house.log.error({ enrolment: id, leadId, err: error }, 'journey step failed')
  await house.db.transaction(async (tx) => {
    const [row] = await tx.query<{ attempts: number; journey: string }>(
      `UPDATE enrolments SET attempts = attempts + 1, due_at = $2::timestamptz + ($3 * 2 ^ attempts) * interval '1 millisecond'
       WHERE id = $1 AND state = 'waiting' AND acts RETURNING attempts, journey`,
      [id, now, minuteMs],
    )
    if (row && row.attempts >= mostAttempts)
      await endEnrolments(tx, house, [{ id, leadId, journey: row.journey, state: 'failed', why: 'broken', cut: false }])
  })
}
