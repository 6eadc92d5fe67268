import { milliseconds } from '../clock.ts'
import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { record } from '../leads/record.ts'
import { type LeadNow, readJourneyFacts } from './facts.ts'
import { listJourneys, type StoredJourney } from './library.ts'
import { holds, standsAt } from './step.ts'

/** Somebody who may enter a journey. `leadId` is the lead that speaks for the person. */
export interface Candidate {
  journey: string
  leadId: string
  by: string
  /** A person put him in: neither switched-off automation nor a cool-down keeps him out. */
  chosen: boolean
  /** He asked for us: no cool-down keeps him out. */
  raisedHand?: boolean | undefined
  /** His first step comes not before. */
  notBefore?: Date | undefined
}

export interface Enrolled {
  journey: string
  leadId: string
  /** null: not enrolled, and why. */
  enrolment: string | null
  why: { id: Refusal; message: string } | null
}

export const refusalWords = {
  unknown: '没有这个旅程',
  lead_unknown: '没有这条线索',
  paused: '旅程已暂停',
  opted_out: '客户已退订营销消息',
  automation_off: '这位客户来自首次同步，还没有为他打开自动化',
  cooling: '冷却期还没过',
  taken: '正有人在审核',
  elsewhere: '不在旅程要求的阶段或工位',
  entry: '不符合进入条件',
  already_in: '已经在这个旅程里',
  entered_before: '已经走过这个旅程',
  too_soon: '离上次走这个旅程还不够久',
} as const
export type Refusal = keyof typeof refusalWords

/**
 * Puts people into journeys, set-based: entry filter, re-entry and what forbids it are asked once for all, one journey at a time
 * under its lock, so that two who enrol at once never enrol twice. Answers for each candidate, in order.
 */
export async function enrol(tx: Transaction, house: House, candidates: readonly Candidate[]): Promise<Enrolled[]> {
  const answers = new Map<Candidate, Enrolled>()
  if (candidates.length === 0) return []
  for (const id of [...new Set(candidates.map(({ journey }) => journey))].sort())
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('journey:' || $1, 0))`, [id])
  const journeys = new Map((await listJourneys(tx)).map((journey) => [journey.id, journey]))
  for (const [id, journey] of journeys) {
    const group = candidates.filter((candidate) => candidate.journey === id)
    if (group.length === 0) continue
    for (const answer of await enrolIn(tx, house, journey, group)) answers.set(answer.candidate, answer.enrolled)
  }
  return candidates.map((candidate) => answers.get(candidate) ?? refused(candidate, 'unknown'))
}

const refused = ({ journey, leadId }: Candidate, id: Refusal): Enrolled => ({
  journey,
  leadId,
  enrolment: null,
  why: { id, message: refusalWords[id] },
})

async function enrolIn(
  tx: Transaction,
  house: House,
  journey: StoredJourney,
  candidates: readonly Candidate[],
): Promise<{ candidate: Candidate; enrolled: Enrolled }[]> {
  const now = house.clock.now()
  const ids = [...new Set(candidates.map(({ leadId }) => leadId))]
  const facts = await readJourneyFacts(tx, house, ids, [journey.body], now)
  const before = await readBefore(tx, journey.id, ids)
  const taken = new Map<string, string>()
  const decided = candidates.map((candidate) => {
    const { leadId } = candidate
    const lead = facts.get(leadId)
    const twice = taken.has(leadId) && !journey.body.concurrent
    const why = !lead
      ? 'lead_unknown'
      : twice
        ? 'already_in'
        : (mayNotEnter(journey, lead, candidate, now) ?? mayNotReturn(journey, before.get(leadId), candidate, now))
    const id = why === null ? newId(house.clock) : null
    if (id !== null) taken.set(leadId, id)
    return { candidate, id, why }
  })
  const entering = decided
    .flatMap(({ candidate, id }) => (id === null ? [] : [{ ...candidate, id }]))
    // Their leads are locked by the insert, in the order everybody locks leads in.
    .sort((a, b) => (a.leadId < b.leadId ? -1 : 1))
  const written = await tx.query<{ id: string }>(
    `INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, step, due_at, entered_at, entered_by)
     SELECT id, $1, $2, lead, 'waiting', $3, chosen, '0', greatest($4, due), $4, by FROM unnest($5::uuid[], $6::uuid[], $7::boolean[], $8::text[], $9::timestamptz[]) AS t(id, lead, chosen, by, due)
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      journey.id,
      journey.version,
      journey.body.concurrent,
      now,
      entering.map(({ id }) => id),
      entering.map(({ leadId }) => leadId),
      entering.map(({ chosen }) => chosen),
      entering.map(({ by }) => by),
      entering.map(({ notBefore }) => notBefore ?? null),
    ],
  )
  const mine = new Set(written.map(({ id }) => id))
  await record(
    tx,
    entering
      .filter(({ id }) => mine.has(id))
      .map(({ id, leadId, by }) => ({
        leadId,
        at: now,
        kind: 'journey',
        actor: by,
        key: `${id}\0entered`,
        data: { enrolment: id, journey: journey.id, version: journey.version, state: 'entered' },
      })),
  )
  if (mine.size > 0) tx.afterCommit(() => house.wake.up('advance-journeys'))
  return decided.map(({ candidate, id, why }) => ({
    candidate,
    enrolled:
      id !== null && mine.has(id)
        ? { journey: journey.id, leadId: candidate.leadId, enrolment: id, why: null }
        : refused(candidate, why ?? 'already_in'),
  }))
}

/** Why a lead may not enter as things stand; null: he may. */
export function mayNotEnter(
  { body, paused }: Pick<StoredJourney, 'body' | 'paused'>,
  lead: LeadNow,
  { chosen, raisedHand = false }: Pick<Candidate, 'chosen' | 'raisedHand'>,
  now: Date,
): Refusal | null {
  if (paused) return 'paused'
  if (lead.merged) return 'lead_unknown'
  if (lead.optedOut) return 'opted_out'
  if (!chosen && !lead.automation) return 'automation_off'
  if (!chosen && !raisedHand && lead.coolUntil !== null && lead.coolUntil > now) return 'cooling'
  if (lead.claimed) return 'taken'
  if (!standsAt(body.trigger, lead)) return 'elsewhere'
  return body.entry && !holds(body.entry, lead, now) ? 'entry' : null
}

export interface Before {
  live: boolean
  enteredAt: Date
  endedAt: Date | null
}

const dayMs = 86_400_000

/** Why somebody who was in the journey before may not enter it again; null: he may. */
export function mayNotReturn(
  { body }: Pick<StoredJourney, 'body'>,
  before: Before | undefined,
  { by }: Pick<Candidate, 'by'>,
  now: Date,
): Refusal | null {
  if (!before) return null
  if (before.live && !body.concurrent) return 'already_in'
  // What journeys cause begins a journey at most once a day for a lead, so that no two drive each other round.
  if (by.startsWith('journey:') && before.enteredAt.getTime() > now.getTime() - dayMs) return 'too_soon'
  if (body.reentry === 'always') return null
  if (body.reentry === 'never') return 'entered_before'
  const over = before.endedAt ?? before.enteredAt
  return over.getTime() + milliseconds(body.reentry.after) > now.getTime() ? 'too_soon' : null
}

/** The person's last time in the journey, his aliases' included. */
export async function readBefore(sql: Sql, journey: string, ids: readonly string[]): Promise<Map<string, Before>> {
  const rows = await sql.query<Before & { root: string }>(
    `WITH RECURSIVE family AS (
       SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
       UNION ALL SELECT f.root, l.id, f.hops + 1 FROM family f JOIN leads l ON l.merged_into = f.id WHERE f.hops < 32)
     SELECT family.root, bool_or(e.ended_at IS NULL) AS live, max(e.entered_at) AS "enteredAt", max(e.ended_at) AS "endedAt"
     FROM family JOIN enrolments e ON e.lead_id = family.id AND e.journey = $2 GROUP BY family.root`,
    [ids, journey],
  )
  return new Map(rows.map(({ root, ...before }) => [root, before]))
}
