import type { Sql } from '../db.ts'
import { familyOf } from '../leads/family.ts'
import type { FitFacts } from '../scoring/fit.ts'
import type { ScoreDay } from '../scoring/intent.ts'
import type { Place } from '../stages/edges.ts'
import type { RecordedOffer } from './promises.ts'

/** A step a lead took, as its history keeps it. */
export interface Change {
  at: Date
  edge: string
  from: Place | null
  to: Place
  actor: string
  reason: string | null
  rule: string | null
  /** The day the customer named, where it is still kept. */
  until: Date | null
}

/** What happened to one person, and what is known of him today. */
export interface History {
  id: string
  profile: FitFacts
  /** False: the machine leaves him alone. */
  automatic: boolean
  createdAt: Date
  coolUntil: Date | null
  owner: string | null
  /** His days before the first event below. */
  days: (ScoreDay & { events: number })[]
  events: { at: Date; type: string }[]
  touches: { at: Date; kind: string; channel: string | null }[]
  changes: Change[]
  /** All that were made before the end of the window. */
  offers: RecordedOffer[]
}

export interface Window {
  from: Date
  to: Date
  /** The business day `from` lies in, and its first moment: events are counted one by one since then. */
  day: string
  dayStart: Date
}

interface LeadRow extends FitFacts {
  id: string
  automatic: boolean
  createdAt: Date
  coolUntil: Date | null
  owner: string | null
}

/** The histories of the next leads after an id, in id order. One read a table, whatever the number of leads. */
export async function readHistories(
  sql: Sql,
  { after, limit, types, window }: { after: string | null; limit: number; types: readonly string[]; window: Window },
): Promise<History[]> {
  const leads = await sql.query<LeadRow>(
    `SELECT id, industry, title, region, size, company, automation AND blocked IS NULL AS automatic, created_at AS "createdAt", cool_until AS "coolUntil", owner
     FROM leads WHERE ($1::uuid IS NULL OR id > $1) AND merged_into IS NULL AND created_at < $2 ORDER BY id LIMIT $3`,
    [after, window.to, limit],
  )
  if (leads.length === 0) return []
  const roots = leads.map(({ id }) => id)
  const family = await familyOf(sql, roots)
  const rootOf = new Map(family.map(({ root, id }) => [id, root]))
  const members = family.map(({ id }) => id)
  const days = await sql.query<ScoreDay & { events: number; leadId: string }>(
    `SELECT lead_id AS "leadId", type, to_char(day, 'YYYY-MM-DD') AS day, events, weight FROM score_days
     WHERE lead_id = ANY($1) AND day < $2::date ORDER BY day, type, lead_id`,
    [members, window.day],
  )
  const events = await sql.query<{ leadId: string; at: Date; type: string }>(
    `SELECT lead_id AS "leadId", at, substr(kind, 7) AS type FROM timeline
     WHERE lead_id = ANY($1) AND at >= $2 AND at < $3 AND kind = ANY($4) ORDER BY at, id`,
    [members, window.dayStart, window.to, types.map((type) => `event:${type}`)],
  )
  const touches = await sql.query<{ leadId: string; at: Date; kind: string; channel: string | null }>(
    'SELECT lead_id AS "leadId", at, kind, channel FROM touches WHERE lead_id = ANY($1) AND at < $2 ORDER BY at, id',
    [roots, window.to],
  )
  const changes = await sql.query<
    Omit<Change, 'from' | 'to'> & { leadId: string; fromStage: string | null; fromDesk: string | null } & {
      toStage: string
      toDesk: string
    }
  >(
    `SELECT c.lead_id AS "leadId", c.at, c.edge, c.from_stage AS "fromStage", c.from_desk AS "fromDesk", c.to_stage AS "toStage", c.to_desk AS "toDesk",
       c.actor, c.reason, c.rule, v.remind_at AS until
     FROM stage_changes c
     LEFT JOIN verdicts v ON v.lead_id = c.lead_id AND v.remind_at IS NOT NULL AND (v.before ->> 'seq')::int = c.seq
     WHERE c.lead_id = ANY($1) AND c.at < $2 ORDER BY c.lead_id, c.seq`,
    [roots, window.to],
  )
  const offers = await sql.query<RecordedOffer & { leadId: string }>(
    `SELECT lead_id AS "leadId", userid, offered_at AS at, due_at AS due, state, answered_at AS "answeredAt", first_contact_at AS "firstContactAt", first_contact_due AS "firstContactDue"
     FROM offers WHERE lead_id = ANY($1) AND offered_at < $2 ORDER BY offered_at, round, id`,
    [roots, window.to],
  )
  const of = grouped(leads)
  for (const { leadId, ...offer } of offers) of.get(leadId)?.offers.push(offer)
  for (const { leadId, ...day } of days) of.get(rootOf.get(leadId) as string)?.days.push(day)
  for (const { leadId, ...event } of events) of.get(rootOf.get(leadId) as string)?.events.push(event)
  for (const { leadId, ...touch } of touches) of.get(leadId)?.touches.push(touch)
  for (const { leadId, fromStage, fromDesk, toStage, toDesk, ...change } of changes)
    of.get(leadId)?.changes.push({
      ...change,
      from: fromStage && fromDesk ? { stage: fromStage, desk: fromDesk } : null,
      to: { stage: toStage, desk: toDesk },
    })
  return [...of.values()]
}

const grouped = (leads: readonly LeadRow[]): Map<string, History> =>
  new Map(
    leads.map(({ id, automatic, createdAt, coolUntil, owner, ...profile }) => [
      id,
      {
        id,
        automatic,
        createdAt,
        coolUntil,
        owner,
        profile,
        days: [],
        events: [],
        touches: [],
        changes: [],
        offers: [],
      },
    ]),
  )
