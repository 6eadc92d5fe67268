import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'

/**
 * Hooks of the other rooms: each writes down, in its own transaction, that something happened to leads which a journey may begin
 * or end with. What comes of it is decided later, in batches. Where no journey listens nothing is written.
 */

interface Mark {
  leadId: string
  kind: 'stage' | 'event' | 'tag' | 'segment' | 'date' | 'chosen' | 'look'
  /** What `journey_wants` says, to ask whether anybody listens. */
  wanted: string
  what: Record<string, unknown>
  by: string
  /** Not decided before: what can still be taken back begins nothing. */
  dueAt: Date
}

export interface StageMark {
  from: { stage: string; desk: string } | null
  to: { stage: string; desk: string }
  edge: string
}

/** Leads came to a stage or desk. */
export function markMoves(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  moves: readonly (StageMark & { leadId: string; by: string; dueAt?: Date | undefined })[],
): Promise<void> {
  const now = house.clock.now()
  return mark(
    tx,
    house,
    moves.map(({ leadId, by, dueAt = now, from, to, edge }) => ({
      leadId,
      kind: 'stage',
      wanted: '*',
      what: { from, to, edge },
      by,
      dueAt,
    })),
  )
}

/** Leads were given tags they did not have. */
export function markTags(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  puts: readonly { leadId: string; group: string; name: string; by: string }[],
): Promise<void> {
  const dueAt = house.clock.now()
  return mark(
    tx,
    house,
    puts.map(({ leadId, group, name, by }) => ({
      leadId,
      kind: 'tag',
      wanted: JSON.stringify([group, name]),
      what: { group, name },
      by,
      dueAt,
    })),
  )
}

/**
 * Leads entered or left segments: written by whoever keeps the segments' members, in the transaction that changes them, once for
 * each change and in the order of the changes of one lead. Entering begins journeys with `trigger: {segment: ID}`, leaving ends
 * those whose `exits` name it as `{leftSegment: ID}`. Of several changes that wait together the last one counts. Costs one
 * statement for all, and writes nothing for segments no journey names.
 */
export function markSegmentChanges(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  changes: readonly { leadId: string; segment: string; change: 'entered' | 'left' }[],
): Promise<void> {
  const dueAt = house.clock.now()
  return mark(
    tx,
    house,
    changes.map(({ leadId, segment, change }) => ({
      leadId,
      kind: 'segment',
      wanted: segment,
      what: { segment, change },
      by: 'system',
      dueAt,
    })),
  )
}

/** Leads did something. */
export function markEvents(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  events: readonly { leadId: string; type: string; at: Date; actor?: string | undefined }[],
): Promise<void> {
  const dueAt = house.clock.now()
  return mark(
    tx,
    house,
    events.map(({ leadId, type, at, actor = 'system' }) => ({
      leadId,
      kind: 'event',
      wanted: type,
      what: { type, at: at.toISOString() },
      by: actor,
      dueAt,
    })),
  )
}

/** A person chose a journey for a lead together with his verdict. */
export function markChosen(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  chosen: { leadId: string; journey: string; verdict: string; by: string; dueAt: Date },
): Promise<void> {
  const { leadId, journey, verdict, by, dueAt } = chosen
  return mark(tx, house, [{ leadId, kind: 'chosen', wanted: '', what: { journey, verdict }, by, dueAt }])
}

/** Something else happened that may end what a lead is in: an MDR took it, it opted out, it was merged. */
export function markLook(
  tx: Transaction,
  house: Pick<House, 'clock' | 'wake'>,
  leadIds: readonly string[],
): Promise<void> {
  const dueAt = house.clock.now()
  return mark(
    tx,
    house,
    leadIds.map((leadId) => ({ leadId, kind: 'look', wanted: '', what: {}, by: 'system', dueAt })),
  )
}

async function mark(
  tx: Transaction,
  { clock, wake }: Pick<House, 'clock' | 'wake'>,
  marks: readonly Mark[],
): Promise<void> {
  if (marks.length === 0) return
  const rows = await tx.query(
    `INSERT INTO journey_marks (due_at, lead_id, kind, what, by, at)
     SELECT due, lead, kind, what, by, $7 FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::text[]) AS t(due, lead, kind, wanted, what, by)
     WHERE kind = 'chosen' OR EXISTS (SELECT FROM journey_wants w WHERE w.kind = t.kind AND w.what = t.wanted)
       OR (kind IN ('stage', 'look') AND EXISTS (SELECT FROM enrolments e WHERE e.lead_id = t.lead AND e.ended_at IS NULL))
     RETURNING 1`,
    [
      marks.map(({ dueAt }) => dueAt),
      marks.map(({ leadId }) => leadId),
      marks.map(({ kind }) => kind),
      marks.map(({ wanted }) => wanted),
      marks.map(({ what }) => JSON.stringify(what)),
      marks.map(({ by }) => by),
      clock.now(),
    ],
  )
  if (rows.length > 0) tx.afterCommit(() => wake.up('enrol-marked'))
}
