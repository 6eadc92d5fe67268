import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { averageOf, readOutcomes, reliedOn, sayOutcomes } from './effect.ts'
import { isDeclined } from './topics.ts'
import { lapsedSql } from './words.ts'

export interface Suggestion {
  contentId: string
  title: string
  /** Chinese. */
  reason: string
}

/** How much each match is worth; a piece for another industry than the lead's is a poor pick. */
const worth = { need: 4, wanted: 2, industry: 3, audience: 2, otherIndustry: -3 }

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
  { limit = 5, need, kind }: { limit?: number; need?: string | undefined; kind?: string | undefined } = {},
): Promise<Suggestion[]> {
  const { playbook } = await house.playbook.current()
  const [lead] = await sql.query<{ stage: string; industry: string | null; title: string | null; needs: string[] }>(
    `SELECT l.stage, l.industry, l.title, ARRAY(SELECT DISTINCT t.name FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id
       WHERE g.kind = 'need' AND t.deleted_at IS NULL AND lt.lead_id IN (SELECT lead_family(l.id))) AS needs
     FROM leads l WHERE l.id = lead_root($1)`,
    [leadId],
  )
  if (!lead) throw new Refused(404, 'lead_unknown', '没有这条线索')
  const pieces = await sql.query<{
    id: string
    title: string
    audiences: string[]
    industries: string[]
    needs: string[]
  }>(
    `SELECT c.id, c.title, c.audiences, c.industries, c.needs FROM content c
     WHERE c.current AND c.kind <> 'words' AND ($3::text IS NULL OR c.kind = $3) AND c.stages @> ARRAY[$2::text]
       AND ${lapsedSql('c', '$4')} IS NULL AND NOT ${isDeclined('c', '$1')} AND NOT EXISTS (
       SELECT FROM messages m WHERE m.lead_id = ANY(ARRAY(SELECT lead_family(lead_root($1)))) AND m.content_id = c.id
         AND m.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown'))
     ORDER BY c.at DESC, c.id`,
    [leadId, lead.stage, kind ?? null, house.clock.now()],
  )
  const outcomes = await readOutcomes(sql, lead.stage)
  const average = averageOf(outcomes.values())
  const stage = playbook.stages[lead.stage]?.name ?? lead.stage
  return pieces
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
    .slice(0, limit)
    .map(({ contentId, title, reason }) => ({ contentId, title, reason }))
}

const alike = (a: string, b: string): boolean => a !== '' && b !== '' && (a.includes(b) || b.includes(a))
