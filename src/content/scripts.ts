import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { renderWords } from '../messages/render.ts'
import { readGuardFacts } from '../messages/rule-facts.ts'
import { variablesFor } from '../messages/variables.ts'
import { lapsedSql } from '../messages/words.ts'

/** A line of the shelf, with what there is to know of this customer put in. */
export interface Script {
  contentId: string
  title: string
  text: string
  needs: string[]
  /** It is meant for the stage he is at. */
  fits: boolean
  /** First letters of its title's pinyin, `bj` for 报价, and the pinyin itself. */
  initials: string
  pinyin: string
  /** When it was last sent to him. */
  sentAt: Date | null
}

const most = 500
const textBytes = 4000

interface Row {
  contentId: string
  title: string
  body: string
  plain: string
  needs: string[]
  stages: string[]
  sentAt: Date | null
}

/** The script shelf for one customer: those for his stage first, each as it would be said to him. @throws Refused 404 */
export async function listScripts(house: House, leadId: string, sender: string | null): Promise<Script[]> {
  const { db, clock } = house
  const rules = await house.playbook.current()
  const lead = (await readGuardFacts(db, rules, [leadId], clock.now())).get(leadId)
  if (!lead) throw new Refused(404, 'lead_unknown', '没有这条线索')
  const [rows, variables, sounds] = await Promise.all([
    db.query<Row>(
      `SELECT c.id AS "contentId", c.title, c.body, c.plain, c.needs, c.stages, (
         SELECT max(m.sent_at) FROM messages m WHERE m.lead_id IN (SELECT lead_family($1)) AND m.content_id = c.id AND m.state = 'sent') AS "sentAt"
       FROM content c WHERE c.current AND c.kind = 'script' AND ${lapsedSql('c', '$2')} IS NULL
       ORDER BY c.stages @> ARRAY[$3::text] DESC, c.title, c.id LIMIT ${most}`,
      [leadId, clock.now(), lead.stage],
    ),
    variablesFor(db, rules, lead, sender),
    sounding(),
  ])
  return rows.map(({ body, plain, stages, ...script }) => ({
    ...script,
    ...sounds(script.title),
    fits: stages.includes(lead.stage),
    text: renderWords({ body, plain: plain || script.title }, variables, textBytes).text,
  }))
}

let loading: Promise<(title: string) => Pick<Script, 'initials' | 'pinyin'>> | undefined

/** The dictionary is loaded when somebody first looks for a script. */
function sounding(): Promise<(title: string) => Pick<Script, 'initials' | 'pinyin'>> {
  loading ??= import('pinyin-pro').then(({ pinyin }) => (title) => {
    const syllables = pinyin(title, { toneType: 'none', type: 'array', nonZh: 'consecutive', v: true })
      .map((syllable) => syllable.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, ''))
      .filter(Boolean)
    return { initials: syllables.map(([first]) => first).join(''), pinyin: syllables.join('') }
  })
  return loading
}

/** A piece that went to him, and what he did with it. */
export interface SentPiece {
  contentId: string
  title: string
  sentAt: Date
  by: string | null
  openedAt: Date | null
  depth: number
  read: boolean
}

/** The latest pieces that went to him, each with whether he opened it. */
export function listSent(house: House, leadId: string, limit = 10): Promise<SentPiece[]> {
  return house.db.query<SentPiece>(
    `SELECT s."contentId", coalesce(c.title, s."contentId") AS title, s."sentAt", s.by, v.opened AS "openedAt", coalesce(v.depth, 0)::int AS depth, coalesce(v.read, false) AS read
     FROM (SELECT DISTINCT ON (content_id) content_id AS "contentId", content_version AS version, sent_at AS "sentAt", sender AS by FROM messages
           WHERE lead_id IN (SELECT lead_family($1)) AND state = 'sent' AND purpose = 'marketing' AND content_id IS NOT NULL ORDER BY content_id, sent_at DESC) s
       LEFT JOIN content c ON c.id = s."contentId" AND c.version = s.version
       LEFT JOIN LATERAL (SELECT max(opened_at) AS opened, max(depth) AS depth, bool_or(read_at IS NOT NULL) AS read FROM visits
         WHERE lead_id IN (SELECT lead_family($1)) AND content_id = s."contentId" AND opened_at >= s."sentAt") v ON true
     ORDER BY s."sentAt" DESC LIMIT $2`,
    [leadId, limit],
  )
}
