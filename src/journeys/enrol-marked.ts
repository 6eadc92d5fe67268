import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import { type Held, heldColumns } from './advance.ts'
import { tagsOf } from './check.ts'
import { endEnrolments } from './end.ts'
import { type Candidate, enrol } from './enrol.ts'
import { readJourneyFacts } from './facts.ts'
import { listJourneys, readVersions, type StoredJourney, versionKey } from './library.ts'
import type { StageMark } from './marks.ts'
import type { Trigger } from './schema.ts'
import { fateOf, standsAt } from './step.ts'

const atOnce = 500
/** What is told later than this begins nothing: nobody is welcomed for last month. */
const freshMs = 7 * 86_400_000

interface Marked {
  id: number
  leadId: string
  /** The lead that speaks for the person now. */
  root: string | null
  kind: string
  what: Record<string, unknown>
  by: string
  at: Date
}

/**
 * Decides what happened to leads: who enters which journey, whose wait is over, who must leave. A batch in one transaction,
 * marks gone with it, so that each is decided once.
 * @returns true when there is more to do at once
 */
export async function enrolMarked(house: House): Promise<boolean> {
  const count = await house.db.transaction(async (tx) => {
    const taken = await tx.query<Marked>(
      `WITH taken AS (
         DELETE FROM journey_marks WHERE id IN (SELECT id FROM journey_marks WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id, lead_id, kind, what, by, at)
       SELECT id, lead_id AS "leadId", lead_root(lead_id) AS root, kind, what, by, at FROM taken ORDER BY id`,
      [house.clock.now(), atOnce],
    )
    if (taken.length === 0) return 0
    const marks = lastOfSegments(taken)
    await begin(tx, house, marks)
    await wake(tx, house, marks)
    await lookAgain(tx, house, marks)
    return taken.length
  })
  return count === atOnce
}

/** Whoever went in and out of a segment between two looks is where he went last. */
function lastOfSegments(marks: readonly Marked[]): Marked[] {
  const place = ({ root, what }: Marked) => `${root}\0${what.segment}`
  const last = new Map(marks.filter(({ kind }) => kind === 'segment').map((mark) => [place(mark), mark.id]))
  return marks.filter((mark) => mark.kind !== 'segment' || last.get(place(mark)) === mark.id)
}

async function begin(tx: Transaction, house: House, marks: readonly Marked[]): Promise<void> {
  const journeys = await listJourneys(tx)
  const { playbook } = await house.playbook.current()
  const undone = await readUndone(tx, marks)
  const wanted: { mark: Marked; candidate: Candidate }[] = []
  for (const mark of marks) {
    const leadId = mark.root
    if (leadId === null || undone.has(mark.id)) continue
    if (mark.kind === 'chosen') {
      const candidate = { journey: String(mark.what.journey), leadId, by: mark.by, chosen: true }
      wanted.push({ mark, candidate })
      continue
    }
    const type = String(mark.what.type ?? '')
    const raisedHand = mark.kind === 'event' && (playbook.score.events[type]?.handRaise ?? false)
    for (const { id: journey, body, paused } of journeys)
      if (!paused && isTrigger(body.trigger, mark, journey))
        wanted.push({ mark, candidate: { journey, leadId, by: mark.by, chosen: false, raisedHand } })
  }
  const answers = await enrol(
    tx,
    house,
    wanted.map(({ candidate }) => candidate),
  )
  const later = new Set<Marked>()
  for (const [index, { why, journey }] of answers.entries()) {
    const mark = wanted[index]?.mark
    if (!mark || why === null) continue
    // Where he came to stand outlives his rest; what he did before it does not.
    if (why.id === 'cooling' && (mark.kind === 'stage' || mark.kind === 'date')) later.add(mark)
    // A person waits to hear what became of his choice.
    if (mark.kind === 'chosen') {
      const data = { journey, state: 'refused', why: why.id }
      const line = { leadId: mark.leadId, at: house.clock.now(), kind: 'journey', actor: mark.by, data }
      await record(tx, [{ ...line, key: `mark\0${mark.id}` }])
    }
  }
  await putOff(tx, [...later])
}

function isTrigger(trigger: Trigger, mark: Marked, journey: string): boolean {
  const { kind, what, at } = mark
  if (kind === 'event') {
    const happened = Date.parse(String(what.at))
    return 'event' in trigger && trigger.event === what.type && happened > at.getTime() - freshMs
  }
  if (kind === 'tag') return tagsOf(trigger).some(({ group, name }) => group === what.group && name === what.name)
  if (kind === 'segment') return 'segment' in trigger && trigger.segment === what.segment && what.change === 'entered'
  if (kind === 'date') return 'date' in trigger && what.journey === journey
  if (kind !== 'stage' || !('stage' in trigger || 'desk' in trigger)) return false
  const { from, to, edge } = what as { [Key in keyof StageMark]: StageMark[Key] }
  // Only who comes in enters, not who moves about inside.
  if (!standsAt(trigger, to) || (from !== null && standsAt(trigger, from))) return false
  return trigger.via === undefined || trigger.via.includes(edge)
}

/** Choices of verdicts that were taken back. */
async function readUndone(tx: Transaction, marks: readonly Marked[]): Promise<Set<number>> {
  const chosen = marks.filter(({ kind, what }) => kind === 'chosen' && what.verdict)
  if (chosen.length === 0) return new Set()
  const rows = await tx.query<{ id: string }>(
    `SELECT id::text FROM verdicts WHERE id = ANY($1::uuid[]) AND state = 'undone'`,
    [chosen.map(({ what }) => String(what.verdict))],
  )
  const undone = new Set(rows.map(({ id }) => id))
  return new Set(chosen.filter(({ what }) => undone.has(String(what.verdict))).map(({ id }) => id))
}

/** Looks again when the lead's rest is over. */
async function putOff(tx: Transaction, marks: readonly Marked[]): Promise<void> {
  if (marks.length === 0) return
  await tx.query(
    `INSERT INTO journey_marks (due_at, lead_id, kind, what, by, at)
     SELECT l.cool_until, l.id, t.kind, t.what, t.by, t.at FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::timestamptz[]) AS t(lead, kind, what, by, at)
     JOIN leads l ON l.id = t.lead WHERE l.cool_until IS NOT NULL`,
    [
      marks.map(({ root }) => root),
      marks.map(({ kind }) => kind),
      marks.map(({ what }) => JSON.stringify(what)),
      marks.map(({ by }) => by),
      marks.map(({ at }) => at),
    ],
  )
}

/** Waits for an event that came are over. */
async function wake(tx: Transaction, house: House, marks: readonly Marked[]): Promise<void> {
  const events = marks.filter(({ kind, root }) => kind === 'event' && root !== null)
  if (events.length === 0) return
  const rows = await tx.query(
    `UPDATE enrolments e SET due_at = least(e.due_at, $3) FROM unnest($1::uuid[], $2::text[]) AS t(lead, type)
     WHERE e.lead_id = t.lead AND e.awaits = t.type AND e.ended_at IS NULL RETURNING 1`,
    [events.map(({ root }) => root), events.map(({ what }) => String(what.type)), house.clock.now()],
  )
  if (rows.length > 0) tx.afterCommit(() => house.wake.up('advance-journeys'))
}

/** Ends what must end, without waiting for its timer: what it planned is taken back before it goes. */
async function lookAgain(tx: Transaction, house: House, marks: readonly Marked[]): Promise<void> {
  const leads = [...new Set(marks.flatMap(({ leadId, root }) => (root === null ? [leadId] : [leadId, root])))]
  const rows = await tx.query<Held>(
    `SELECT ${heldColumns} FROM enrolments e WHERE e.lead_id = ANY($1) AND e.ended_at IS NULL ORDER BY e.id FOR UPDATE`,
    [leads],
  )
  if (rows.length === 0) return
  const journeys = await readVersions(tx, house, rows)
  const oldest = new Date(Math.min(...rows.map(({ enteredAt }) => enteredAt.getTime())))
  const facts = await readJourneyFacts(tx, house, leads, [...journeys.values()], oldest)
  const now = house.clock.now()
  const left = new Map<string, Set<string>>()
  for (const { kind, root, what } of marks)
    if (kind === 'segment' && what.change === 'left' && root !== null)
      left.set(root, (left.get(root) ?? new Set()).add(String(what.segment)))
  await endEnrolments(
    tx,
    house,
    rows.flatMap(({ id, leadId, enteredAt, ...row }) => {
      const journey = journeys.get(versionKey(row))
      const lead = facts.get(leadId)
      const fate = journey && lead ? fateOf(journey, enteredAt, lead, now, left.get(leadId)) : null
      return fate ? [{ id, leadId, journey: row.journey, ...fate, cut: true }] : []
    }),
  )
}

/** Journeys a date begins; a mark of one names it. */
export const dated = (journeys: readonly StoredJourney[]) =>
  journeys.flatMap(({ id, paused, body: { trigger } }) => ('date' in trigger ? [{ id, paused, trigger }] : []))
