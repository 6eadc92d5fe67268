import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type Ending, endEnrolments } from './end.ts'
import { readJourneyFacts } from './facts.ts'
import { readVersions, versionKey } from './library.ts'
import { fateOf, type Walk, walk } from './step.ts'

/** An enrolment in our hands. */
export interface Held {
  id: string
  journey: string
  version: number
  leadId: string
  step: string
  since: Date | null
  enteredAt: Date
  enteredBy: string
  chosen: boolean
}

export const heldColumns = `e.id, e.journey, e.version, e.lead_id AS "leadId", e.step, e.since, e.entered_at AS "enteredAt", e.entered_by AS "enteredBy", e.chosen`

const atOnce = 1_000

/**
 * Brings enrolments whose time has come as far as nothing has to be done outside of them: ends those that must end, passes
 * waits and branches, and leaves each at its next wait, at a step that acts, or at its end. A batch in one transaction,
 * claimed with SKIP LOCKED; a death loses nothing and repeats nothing.
 * @returns true when there is more to do at once
 */
export async function advanceDue(house: House): Promise<boolean> {
  const count = await house.db.transaction(async (tx) => {
    const rows = await tx.query<Held>(
      `SELECT ${heldColumns} FROM enrolments e WHERE e.state = 'waiting' AND NOT e.acts AND e.due_at <= $1
       ORDER BY e.due_at, e.id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [house.clock.now(), atOnce],
    )
    await advance(tx, house, rows)
    return rows.length
  })
  return count === atOnce
}

async function advance(tx: Transaction, house: House, rows: readonly Held[]): Promise<void> {
  if (rows.length === 0) return
  const now = house.clock.now()
  const { calendarIn, version } = await house.playbook.current()
  const journeys = await readVersions(tx, house, rows)
  const oldest = new Date(Math.min(...rows.map(({ enteredAt }) => enteredAt.getTime())))
  const leads = rows.map(({ leadId }) => leadId)
  const facts = await readJourneyFacts(tx, house, leads, [...journeys.values()], oldest)
  const endings: Ending[] = []
  const moved: { id: string; stop: Extract<Walk['stop'], { kind: 'wait' | 'act' }> }[] = []
  const trail: { id: string; step: string; outcome: string }[] = []
  for (const row of rows) {
    const journey = journeys.get(versionKey(row))
    const lead = facts.get(row.leadId)
    if (!journey || !lead) throw new Error(`enrolment ${row.id} has no journey or no lead`)
    const { id, leadId } = row
    const fate = fateOf(journey, row.enteredAt, lead, now)
    if (fate) {
      endings.push({ id, leadId, journey: row.journey, ...fate, cut: true })
      continue
    }
    const walked = walk(journey, row, lead, now, calendarIn)
    for (const line of walked.trail) trail.push({ id, ...line })
    const { stop } = walked
    if (stop.kind === 'end')
      endings.push({ id, leadId, journey: row.journey, state: stop.state, why: stop.why, cut: false })
    else moved.push({ id, stop })
  }
  await writeTrail(tx, trail, version, now)
  await writeStops(tx, moved, now)
  await endEnrolments(tx, house, endings)
}

async function writeTrail(
  tx: Transaction,
  trail: readonly { id: string; step: string; outcome: string }[],
  version: number,
  now: Date,
): Promise<void> {
  if (trail.length === 0) return
  await tx.query(
    `INSERT INTO enrolment_steps (enrolment, step, outcome, at, playbook_version) SELECT *, $4, $5 FROM unnest($1::uuid[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    [trail.map(({ id }) => id), trail.map(({ step }) => step), trail.map(({ outcome }) => outcome), now, version],
  )
}

async function writeStops(
  tx: Transaction,
  moved: readonly { id: string; stop: Extract<Walk['stop'], { kind: 'wait' | 'act' }> }[],
  now: Date,
): Promise<void> {
  if (moved.length === 0) return
  const stops = moved.map(({ stop }) => stop)
  await tx.query(
    `UPDATE enrolments e SET step = t.step, since = t.since, due_at = t.due, awaits = t.awaits, acts = t.acts
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::boolean[]) AS t(id, step, since, due, awaits, acts) WHERE e.id = t.id`,
    [
      moved.map(({ id }) => id),
      stops.map(({ step }) => step),
      stops.map((stop) => (stop.kind === 'wait' ? stop.since : null)),
      stops.map((stop) => (stop.kind === 'wait' ? stop.dueAt : now)),
      stops.map((stop) => (stop.kind === 'wait' ? stop.awaits : null)),
      stops.map((stop) => stop.kind === 'act'),
    ],
  )
}
