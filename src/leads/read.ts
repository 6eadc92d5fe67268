import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { gradeOf, totalOf } from '../scoring/grade.ts'
import { intentAt, shownIntent } from '../scoring/intent.ts'

/** How a person reached us, as it is shown. */
export interface SourceView {
  kind: string
  channel: string | null
  campaign: string | null
  state: string | null
  at: string
}

/** A lead as the API shows it. Mobiles and e-mails are masked; the score is that of this moment. */
export interface LeadView {
  id: string
  name: string
  company: string | null
  title: string | null
  industry: string | null
  region: string | null
  size: string | null
  stage: string
  desk: string
  owner: string | null
  score: { fit: number; intent: number; total: number; grade: string }
  source: { first: SourceView | null; last: SourceView | null }
  tags: { group: string; name: string }[]
  identities: { kind: string; value: string }[]
  /** What this person said about being written to: nothing yet, yes, no. */
  marketing: 'default' | 'granted' | 'denied'
  recycleCount: number
  coolUntil: string | null
  createdAt: string
  updatedAt: string
  version: number
}

interface Row {
  id: string
  name: string
  company: string | null
  title: string | null
  industry: string | null
  region: string | null
  size: string | null
  stage: string
  desk: string
  owner: string | null
  first: SourceView | null
  last: SourceView | null
  marketing: LeadView['marketing']
  recycleCount: number
  coolUntil: Date | null
  createdAt: Date
  updatedAt: Date
  version: number
  s: number
  fit: number
}

/** Leads by id, in the order asked for; what an alias wears belongs to the lead that speaks for it. */
export async function readLeads(house: House, ids: readonly string[]): Promise<LeadView[]> {
  if (ids.length === 0) return []
  const [{ playbook, calendar }, rows, tags, identities] = await Promise.all([
    house.playbook.current(),
    house.db.query<Row>(
      `SELECT l.id, l.name, l.company, l.title, l.industry, l.region, l.size, l.stage, l.desk, l.owner, l.first_source AS first,
         l.last_source AS last, l.marketing, l.recycle_count AS "recycleCount", l.cool_until AS "coolUntil", l.created_at AS "createdAt",
         l.updated_at AS "updatedAt", l.version, coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit
       FROM leads l LEFT JOIN scores s ON s.lead_id = l.id WHERE l.id = ANY($1)`,
      [ids],
    ),
    ofFamilies<{ group: string; name: string }>(
      house.db,
      ids,
      // Of an exclusive group the lead's own counts, else the latest among its aliases.
      `SELECT root, "group", name FROM (
         SELECT family.root, gg.name AS "group", t.name, row_number() OVER (
           PARTITION BY family.root, CASE WHEN gg.exclusive THEN gg.id ELSE t.id END ORDER BY family.id = family.root DESC, lt.at DESC, t.id) AS rank
         FROM family JOIN lead_tags lt ON lt.lead_id = family.id JOIN tags t ON t.id = lt.tag_id JOIN tag_groups gg ON gg.id = t.group_id) worn
       WHERE rank = 1 ORDER BY "group", name`,
    ),
    ofFamilies<{ kind: string; value: string }>(
      house.db,
      ids,
      `SELECT family.root, i.kind, i.hint AS value FROM family JOIN identities i ON i.lead_id = family.id ORDER BY i.created_at, i.kind, i.key`,
    ),
  ])
  const now = house.clock.now()
  const views = new Map(
    rows.map(({ s, fit, first, last, ...row }) => {
      const intent = intentAt(s, now, playbook.score, calendar)
      const view: LeadView = {
        ...row,
        score: {
          fit,
          intent: shownIntent(intent),
          total: totalOf(fit, intent),
          grade: gradeOf(fit, intent, playbook),
        },
        source: { first: sourceView(first), last: sourceView(last) },
        tags: tags.get(row.id) ?? [],
        identities: identities.get(row.id) ?? [],
        coolUntil: row.coolUntil?.toISOString() ?? null,
        createdAt: row.createdAt.toISOString(),
        updatedAt: row.updatedAt.toISOString(),
      }
      return [row.id, view] as const
    }),
  )
  return ids.flatMap((id) => views.get(id) ?? [])
}

/** One lead, surely there. */
export async function readLead(house: House, id: string): Promise<LeadView> {
  const [lead] = await readLeads(house, [id])
  if (!lead) throw new Error(`lead ${id} is gone`)
  return lead
}

/** Rows that hang on leads or on their aliases, by the lead that speaks for them. */
async function ofFamilies<T>(sql: Sql, roots: readonly string[], select: string): Promise<Map<string, T[]>> {
  const rows = await sql.query<T & { root: string }>(
    `WITH RECURSIVE family AS (
       SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
       UNION ALL SELECT f.root, l.id, f.hops + 1 FROM family f JOIN leads l ON l.merged_into = f.id WHERE f.hops < 32
     ) ${select}`,
    [roots],
  )
  const found = new Map<string, T[]>()
  for (const { root, ...row } of rows) {
    const list = found.get(root)
    if (list) list.push(row as T)
    else found.set(root, [row as T])
  }
  return found
}

const sourceView = (source: SourceView | null): SourceView | null =>
  source && {
    kind: source.kind,
    channel: source.channel ?? null,
    campaign: source.campaign ?? null,
    state: source.state ?? null,
    at: source.at,
  }
