import type { Actor } from '../actor.ts'
import type { House } from '../house.ts'
import { type OfferPreview, previewOffer } from '../offers/preview.ts'
import { type QueueRow, readQueued } from '../review/queue.ts'
import { type LegalMove, legalMoves } from '../stages/edges.ts'
import { type LeadRow, leadColumns } from './lock.ts'

/** What a person needs beside a lead's fields to judge it or to work on it. */
export interface Brief {
  queue: QueueRow | null
  tags: { group: string; name: string; by: string; rule: string | null; at: Date; playbookVersion: number }[]
  path: Step[]
  offer: OpenOffer | null
  verdict: {
    verdict: string
    reason: string
    by: string
    at: Date
    holdsUntil: Date | null
    state: string
    playbookVersion: number
  } | null
  qualification: { fields: Record<string, unknown>; by: string; at: Date } | null
  follows: { userid: string; state: string; startedAt: Date; endedAt: Date | null }[]
  conversations: { account: string; heardAt: Date | null; servicer: string | null }[]
  consents: { granted: boolean; source: string; by: string; at: Date }[]
  /** Where it would go if it were handed to sales now; null where that is not a step from here. */
  routing: OfferPreview | null
  /** What this person may do with it here. */
  moves: LegalMove[]
}

interface Step {
  seq: number
  edge: string
  name: string
  from: { stage: string; desk: string } | null
  to: { stage: string; desk: string }
  at: Date
  actor: string
  reason: string | null
  words: string | null
  rule: string | null
  playbookVersion: number
}

interface OpenOffer {
  id: string
  userid: string
  state: string
  rule: { id: string; name: string }
  playbookVersion: number
  offeredAt: Date
  dueAt: Date
  answeredAt: Date | null
  firstContactDue: Date | null
  firstContactAt: Date | null
}

/** The lead that speaks for itself, and what hangs on it and its aliases. */
export async function readBrief(house: House, leadId: string, actor: Actor): Promise<Brief> {
  const { playbook } = await house.playbook.current()
  const { db } = house
  const family = (await db.query<{ id: string }>('SELECT lead_family($1) AS id', [leadId])).map(({ id }) => id)
  const [[lead], queue, tags, path, [offer], [verdict], [qualification], follows, conversations, consents] =
    await Promise.all([
      db.query<LeadRow>(`SELECT ${leadColumns} FROM leads WHERE id = $1`, [leadId]),
      readQueued(house, leadId),
      db.query<Brief['tags'][number]>(
        `SELECT "group", name, by, rule, at, "playbookVersion" FROM (
           SELECT gg.name AS "group", t.name, lt.by, lt.rule, lt.at, lt.playbook_version AS "playbookVersion", row_number() OVER (
             PARTITION BY CASE WHEN gg.exclusive THEN gg.id ELSE t.id END ORDER BY lt.lead_id = $2 DESC, lt.at DESC, t.id) AS rank
           FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups gg ON gg.id = t.group_id WHERE lt.lead_id = ANY($1)) worn
         WHERE rank = 1 ORDER BY "group", name`,
        [family, leadId],
      ),
      db.query<StepRow>(
        `SELECT c.seq, c.edge, c.from_stage AS "fromStage", c.from_desk AS "fromDesk", c.to_stage AS "toStage", c.to_desk AS "toDesk",
           c.at, c.actor, c.reason, n.body AS words, c.rule, c.playbook_version AS "playbookVersion"
         FROM stage_changes c LEFT JOIN notes n ON n.id = c.note_id WHERE c.lead_id = $1 ORDER BY c.seq DESC LIMIT 200`,
        [leadId],
      ),
      db.query<Omit<OpenOffer, 'rule'> & { rule: string }>(
        `SELECT id, userid, state, rule, playbook_version AS "playbookVersion", offered_at AS "offeredAt", due_at AS "dueAt", answered_at AS "answeredAt",
           first_contact_due AS "firstContactDue", first_contact_at AS "firstContactAt"
         FROM offers WHERE lead_id = $1 AND state IN ('open', 'accepted') AND offered_at >= (SELECT stage_at FROM leads WHERE id = $1)
         ORDER BY offered_at DESC LIMIT 1`,
        [leadId],
      ),
      db.query<NonNullable<Brief['verdict']>>(
        `SELECT verdict, reason, by, at, holds_until AS "holdsUntil", state, playbook_version AS "playbookVersion" FROM verdicts WHERE lead_id = $1 ORDER BY at DESC LIMIT 1`,
        [leadId],
      ),
      db.query<NonNullable<Brief['qualification']>>('SELECT fields, by, at FROM qualifications WHERE lead_id = $1', [
        leadId,
      ]),
      db.query<Brief['follows'][number]>(
        `SELECT userid, state, started_at AS "startedAt", ended_at AS "endedAt" FROM follows WHERE lead_id = ANY($1) ORDER BY started_at LIMIT 100`,
        [family],
      ),
      db.query<Brief['conversations'][number]>(
        `SELECT coalesce(nullif(a.name, ''), s.open_kfid) AS account, s.heard_at AS "heardAt", s.servicer FROM kf_sessions s
         LEFT JOIN kf_accounts a USING (open_kfid) WHERE s.lead_id = ANY($1) ORDER BY s.heard_at DESC NULLS LAST LIMIT 20`,
        [family],
      ),
      db.query<Brief['consents'][number]>(
        'SELECT granted, source, by, at FROM consents WHERE lead_id = ANY($1) ORDER BY at DESC LIMIT 20',
        [family],
      ),
    ])
  if (!lead) throw new Error(`lead ${leadId} is gone`)
  const moves = legalMoves(playbook, lead, actor.roles)
  const leadsToSales = lead.desk !== 'sales' && moves.some(({ to }) => to.desk === 'sales')
  const nameOf = (edge: string) => playbook.edges.find(({ id }) => id === edge)?.name ?? edge
  return {
    queue,
    tags,
    path: path.map(({ fromStage, fromDesk, toStage, toDesk, ...step }) => ({
      ...step,
      name: nameOf(step.edge),
      from: fromStage && fromDesk ? { stage: fromStage, desk: fromDesk } : null,
      to: { stage: toStage, desk: toDesk },
    })),
    offer: offer
      ? {
          ...offer,
          rule: {
            id: offer.rule,
            name: playbook.routing.rules.find(({ id }) => id === offer.rule)?.name ?? offer.rule,
          },
        }
      : null,
    verdict: verdict ?? null,
    qualification: qualification ?? null,
    follows,
    conversations,
    consents,
    routing: leadsToSales ? await previewOffer(house, { ...lead, industry: lead.industry, region: lead.region }) : null,
    moves,
  }
}

interface StepRow extends Omit<Step, 'from' | 'to' | 'name'> {
  fromStage: string | null
  fromDesk: string | null
  toStage: string
  toDesk: string
}
