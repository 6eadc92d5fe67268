import { eventsOf } from '../cadence/red-line.ts'
import type { Sql } from '../db.ts'
import type { Rules } from '../playbook/keep.ts'
import { gradeOf, totalOf } from '../scoring/grade.ts'
import { intentAt, shownIntent } from '../scoring/intent.ts'
import { type LeadFacts, readFacts } from './facts.ts'

interface Source {
  kind?: string | null
  channel?: string | null
  campaign?: string | null
}

interface Row {
  asked: string
  fields: Record<string, unknown>
  attributes: Record<string, unknown>
  first: Source | null
  last: Source | null
  s: number
  fit: number
  tags: { group: string; name: string }[]
  events: Record<string, number[]>
}

/** What planning and sending know of leads, and what the red-line rules of the playbook ask about them besides. */
export async function readGuardFacts(
  sql: Sql,
  rules: Rules,
  leadIds: readonly string[],
  now: Date,
): Promise<Map<string, LeadFacts>> {
  const facts = await readFacts(sql, leadIds, now)
  const { playbook, calendar } = rules
  if (playbook.redLineRules.length === 0 || facts.size === 0) return facts
  const kinds = eventsOf(playbook.redLineRules).map((type) => `event:${type}`)
  for (const row of await sql.query<Row>(statement, [[...facts.keys()], kinds])) {
    const lead = facts.get(row.asked)
    if (!lead) continue
    const intent = intentAt(row.s, now, playbook.score, calendar)
    const score = {
      fit: row.fit,
      intent: shownIntent(intent),
      total: totalOf(row.fit, intent),
      grade: gradeOf(row.fit, intent, playbook),
    }
    lead.conditions = {
      fields: {
        ...row.fields,
        ...prefixed('attributes', row.attributes),
        ...prefixed('score', score),
        ...prefixed('source', { ...(row.last ?? row.first) }),
        ...prefixed('source.first', { ...row.first }),
        ...prefixed('source.last', { ...row.last }),
      },
      tags: row.tags,
      eventCount: (type, withinMs) =>
        (row.events[`event:${type}`] ?? []).filter((at) => withinMs === undefined || at > now.getTime() - withinMs)
          .length,
    }
  }
  return facts
}

const prefixed = (prefix: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))

const statement = `
  SELECT ask.id AS asked, jsonb_build_object('name', l.name, 'company', l.company, 'title', l.title, 'industry', l.industry, 'region', l.region,
      'size', l.size, 'stage', l.stage, 'desk', l.desk, 'owner', l.owner, 'marketing', l.marketing, 'recycleCount', l.recycle_count,
      'createdAt', l.created_at, 'updatedAt', l.updated_at, 'stageAt', l.stage_at, 'coolUntil', l.cool_until) AS fields,
    l.attributes, l.first_source AS first, l.last_source AS last, coalesce(sc.s, 0) AS s, coalesce(sc.fit, 50) AS fit,
    coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('group', g.name, 'name', t.name)) FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id
      JOIN tag_groups g ON g.id = t.group_id WHERE lt.lead_id = ANY(fam.ids)), '[]') AS tags,
    coalesce((SELECT jsonb_object_agg(e.kind, e.times) FROM (SELECT e.kind, jsonb_agg(floor(extract(epoch FROM e.at) * 1000)) AS times
      FROM timeline e WHERE e.lead_id = ANY(fam.ids) AND e.kind = ANY($2) GROUP BY e.kind) e), '{}') AS events
  FROM unnest($1::uuid[]) AS ask(id)
  JOIN leads l ON l.id = lead_root(ask.id)
  LEFT JOIN scores sc ON sc.lead_id = l.id
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT lead_family(l.id)) AS ids) fam`
