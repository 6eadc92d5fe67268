import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { averageOf, type Outcomes, readOutcomes, reliedOn, sayOutcomes } from './effect.ts'
import { isDeclinedBy } from './topics.ts'
import { lapsedSql } from './words.ts'

export interface Suggestion {
  contentId: string
  title: string
  /** Chinese. */
  reason: string
}

/** How much each match is worth; a piece for another industry than the lead's is a poor pick. */
const worth = { need: 4, wanted: 2, industry: 3, audience: 2, otherIndustry: -3 }

interface Asked {
  limit?: number
  need?: string | undefined
  kind?: string | undefined
}

interface Lead {
  asked: string
  stage: string
  industry: string | null
  title: string | null
  /** What he said he needs. */
  needs: string[]
  /** Pieces he got or is about to get, and topics he does not want to hear of. */
  sent: string[]
  declined: string[]
}

interface Piece {
  id: string
  title: string
  stages: string[]
  audiences: string[]
  industries: string[]
  needs: string[]
}

/**
 * The best pieces for a lead's stage that he has not been sent, best first, each with why: what fits him goes before what has
 * moved others on, and that before what is new. An industry, need or title counts as
 * matched when one contains the other: 制造 fits 机械制造, 采购 fits 采购总监.
 * @throws Refused 404
 */
export async function pickContent(
  sql: Sql,
  house: Pick<House, 'playbook' | 'clock'>,
  leadId: string,
  asked: Asked = {},
): Promise<Suggestion[]> {
  const picked = (await pickForEach(sql, house, [leadId], asked)).get(leadId)
  if (!picked) throw new Refused(404, 'lead_unknown', '没有这条线索')
  return picked
}

/** The same for many leads at once, in as few statements; unknown leads are missing from the answer. */
export async function pickForEach(
  sql: Sql,
  house: Pick<House, 'playbook' | 'clock'>,
  leadIds: readonly string[],
  { limit = 5, need, kind }: Asked = {},
): Promise<Map<string, Suggestion[]>> {
  const { playbook } = await house.playbook.current()
  const leads = await sql.query<Lead>(
    `SELECT a.id AS asked, l.stage, l.industry, l.title,
       ARRAY(SELECT DISTINCT t.name FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id
         WHERE g.kind = 'need' AND t.deleted_at IS NULL AND lt.lead_id = ANY(f.ids)) AS needs,
       ARRAY(SELECT DISTINCT m.content_id FROM messages m WHERE m.lead_id = ANY(f.ids) AND m.content_id IS NOT NULL
         AND m.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown')) AS sent,
       ARRAY(SELECT DISTINCT d.topic FROM declined_topics d WHERE d.lead_id = ANY(f.ids)) AS declined
     FROM unnest($1::uuid[]) AS a(id) JOIN leads l ON l.id = lead_root(a.id) CROSS JOIN LATERAL (SELECT ARRAY(SELECT lead_family(l.id)) AS ids) f`,
    [leadIds],
  )
  const stages = [...new Set(leads.map(({ stage }) => stage))]
  const pieces = await sql.query<Piece>(
    `SELECT c.id, c.title, c.stages, c.audiences, c.industries, c.needs FROM content c
     WHERE c.current AND c.kind NOT IN ('words', 'script') AND ($2::text IS NULL OR c.kind = $2) AND c.stages && $1::text[] AND ${lapsedSql('c', '$3')} IS NULL
     ORDER BY c.at DESC, c.id`,
    [stages, kind ?? null, house.clock.now()],
  )
  const shelves = new Map<string, Shelf>()
  for (const stage of stages) {
    const outcomes = await readOutcomes(sql, stage)
    shelves.set(stage, {
      name: playbook.stages[stage]?.name ?? stage,
      pieces: pieces.filter((piece) => piece.stages.includes(stage)),
      outcomes,
      average: averageOf(outcomes.values()),
    })
  }
  return new Map(leads.map((lead) => [lead.asked, rank(shelves.get(lead.stage) as Shelf, lead, need).slice(0, limit)]))
}

/** What there is for a stage, and what became of it. */
interface Shelf {
  name: string
  pieces: readonly Piece[]
  outcomes: ReadonlyMap<string, Outcomes>
  average: number
}

function rank({ name: stage, pieces, outcomes, average }: Shelf, lead: Lead, need: string | undefined): Suggestion[] {
  return pieces
    .filter(({ id, needs }) => !lead.sent.includes(id) && !isDeclinedBy(needs, lead.declined))
    .map((piece) => {
      const needs = piece.needs.filter((name) => lead.needs.some((want) => alike(name, want)))
      // What whoever asks would like to talk about comes after what the person said himself.
      const wanted = need !== undefined && needs.length === 0 && piece.needs.some((name) => alike(name, need))
      const industries =
        lead.industry === null ? [] : piece.industries.filter((name) => alike(name, lead.industry as string))
      const audiences = lead.title === null ? [] : piece.audiences.filter((name) => alike(name, lead.title as string))
      const other = lead.industry !== null && piece.industries.length > 0 && industries.length === 0
      const points =
        needs.length * worth.need +
        (wanted ? worth.wanted : 0) +
        Math.min(1, industries.length) * worth.industry +
        Math.min(1, audiences.length) * worth.audience +
        (other ? worth.otherIndustry : 0)
      const measured = outcomes.get(piece.id)
      const effect = reliedOn(measured ?? { known: 0, moved: 0 }, average)
      const said = sayOutcomes(measured)
      const why = [
        `适合「${stage}」阶段`,
        ...(needs.length > 0 ? [`正好讲他关心的${needs.join('、')}`] : []),
        ...(wanted ? [`讲${need}`] : []),
        ...(industries.length > 0 ? [`同行业：${industries.join('、')}`] : []),
        ...(audiences.length > 0 ? [`写给${audiences.join('、')}看的`] : []),
        ...(said ? [said] : []),
        '他还没收到过',
      ]
      return { contentId: piece.id, title: piece.title, reason: why.join('；'), points, effect }
    })
    .sort((a, b) => b.points - a.points || b.effect - a.effect)
    .map(({ contentId, title, reason }) => ({ contentId, title, reason }))
}

const alike = (a: string, b: string): boolean => a !== '' && b !== '' && (a.includes(b) || b.includes(a))
