import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { familyOf } from '../leads/family.ts'
import { type Condition, type ConditionFacts, compile, leavesOf } from '../playbook/condition.ts'
import { gradeOf, totalOf } from '../scoring/grade.ts'
import { intentAt, shownIntent } from '../scoring/intent.ts'
import { deedType } from './sql.ts'

interface Line {
  at: number
  contentId: string | null
  contentKind: string | null
}

/** Whether one lead fits a condition now, asked of what it is and did, without any set. Unknown leads and aliases fit nothing. */
export async function fits(
  sql: Sql,
  house: Pick<House, 'playbook' | 'clock'>,
  leadId: string,
  condition: Condition,
): Promise<boolean> {
  const facts = await readFacts(sql, house, leadId, condition)
  return facts !== null && compile(condition)(facts)
}

/** What a condition asks of one lead; null for one that does not exist or speaks through another. */
export async function readFacts(
  sql: Sql,
  house: Pick<House, 'playbook' | 'clock'>,
  leadId: string,
  condition: Condition,
): Promise<ConditionFacts | null> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const [lead] = await sql.query<
    Record<string, unknown> & { attributes: Record<string, unknown>; s: number; fit: number }
  >(
    `SELECT l.name, l.company, l.title, l.industry, l.region, l.size, l.stage, l.desk, l.owner, l.marketing, l.attributes,
       l.recycle_count AS "recycleCount", l.created_at AS "createdAt", l.updated_at AS "updatedAt", l.stage_at AS "stageAt", l.cool_until AS "coolUntil",
       l.first_source AS first, l.last_source AS last, coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit
     FROM leads l LEFT JOIN scores s ON s.lead_id = l.id WHERE l.id = $1 AND l.merged_into IS NULL`,
    [leadId],
  )
  if (!lead) return null
  const ids = (await familyOf(sql, [leadId])).map(({ id }) => id)
  const tags = await sql.query<{ group: string; name: string }>(
    `SELECT DISTINCT g.name AS "group", t.name FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id WHERE lt.lead_id = ANY($1)`,
    [ids],
  )
  const leaves = leavesOf(condition)
  const types = new Set(
    leaves.flatMap((leaf) =>
      'event' in leaf
        ? [leaf.event]
        : 'content' in leaf && leaf.content.did !== 'sent'
          ? [deedType(leaf.content, playbook)]
          : [],
    ),
  )
  const events = await sql.query<Line & { kind: string }>(
    `SELECT e.kind, floor(extract(epoch FROM e.at) * 1000)::float8 AS at, e.data ->> 'contentId' AS "contentId", c.kind AS "contentKind"
     FROM timeline e LEFT JOIN content c ON c.current AND c.id = e.data ->> 'contentId' WHERE e.lead_id = ANY($1) AND e.kind = ANY($2)`,
    [ids, [...types].map((type) => `event:${type}`)],
  )
  const sent = leaves.some((leaf) => 'content' in leaf)
    ? await sql.query<Line>(
        `SELECT floor(extract(epoch FROM m.sent_at) * 1000)::float8 AS at, m.content_id AS "contentId", c.kind AS "contentKind"
         FROM messages m LEFT JOIN content c ON c.current AND c.id = m.content_id WHERE m.lead_id = ANY($1) AND m.state = 'sent'`,
        [ids],
      )
    : []
  const account = leaves.some((leaf) => 'field' in leaf && leaf.field.startsWith('account.'))
    ? await readAccount(sql, leadId)
    : null
  const enrolments = await sql.query<{ journey: string; state: string; open: boolean }>(
    'SELECT journey, state, ended_at IS NULL AS open FROM enrolments WHERE lead_id = ANY($1)',
    [ids],
  )
  const lately = (lines: readonly Line[], withinMs: number | undefined): Line[] =>
    lines.filter(({ at }) => at <= now.getTime() && (withinMs === undefined || at > now.getTime() - withinMs))
  const { attributes, first, last, s, fit, ...plain } = lead
  const intent = intentAt(s, now, playbook.score, calendar)
  const score = {
    fit,
    intent: shownIntent(intent),
    total: totalOf(fit, intent),
    grade: gradeOf(fit, intent, playbook),
  }
  return {
    fields: {
      ...plain,
      ...under('score', score),
      ...under('source', last ?? first),
      ...under('source.first', first),
      ...under('source.last', last),
      ...under('attributes', attributes),
      ...under('account', account),
    },
    tags,
    eventCount: (type, withinMs) =>
      lately(
        events.filter(({ kind }) => kind === `event:${type}`),
        withinMs,
      ).length,
    wide: {
      now,
      contentCount(asked, withinMs) {
        const lines =
          asked.did === 'sent' ? sent : events.filter(({ kind }) => kind === `event:${deedType(asked, playbook)}`)
        return lately(lines, withinMs).filter(({ contentId, contentKind }) => {
          if (asked.id !== undefined) return contentId === asked.id
          return asked.kind === undefined ? contentId !== null : contentKind === asked.kind
        }).length
      },
      isIn: (journey, is) =>
        enrolments.some(
          (one) => one.journey === journey && (is === 'was' || (is === 'in' ? one.open : one.state === 'goal')),
        ),
    },
  }
}

/** The company that speaks for the lead's, and what he is in it. */
async function readAccount(sql: Sql, leadId: string): Promise<Record<string, unknown> | null> {
  const [row] = await sql.query<Record<string, unknown>>(
    `SELECT a.name, a.stage, a.score, a.people, a.active_people AS "activePeople", a.surge_at AS "surgeAt", a.owner, p.role,
       a.open_opportunities AS "openOpportunities", a.open_amount::float8 / 100 AS "openAmount"
     FROM account_people p LEFT JOIN accounts a ON a.id = account_root(p.account_id) WHERE p.lead_id = $1`,
    [leadId],
  )
  return row ?? null
}

const under = (prefix: string, values: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries((values ?? {}) as object).map(([name, value]) => [`${prefix}.${name}`, value]))
