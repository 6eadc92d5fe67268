import { milliseconds } from '../clock.ts'
import { empty, moment, number } from '../playbook/compare.ts'
import type { Condition, ContentAsked, Leaf } from '../playbook/condition.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Playbook } from '../playbook/schema.ts'
import { dayOfDecay, mostPoints, shift } from '../scoring/intent.ts'
import { type Field, fields, isAttribute, type Join } from './fields.ts'

/** What a condition's answer depends on besides the leads. */
export interface Moment {
  now: Date
  playbook: Pick<Playbook, 'score' | 'pages'>
  calendar: Pick<Calendar, 'dayOf'>
}

/** A condition on leads `l`, with its values bound from `$first` on. */
export interface Compiled {
  /** What must be joined to `leads l`. */
  joins: string
  where: string
  values: unknown[]
}

type Bind = (value: unknown) => string

/**
 * The condition as SQL about sets of leads: names come from the allow-list, everything else is a parameter. Answers as `compile`
 * of the playbook does for one lead. Each part looks a lead up by its own index, so that a few leads cost little and the plan
 * never turns with the statistics.
 */
export function toSql(condition: Condition, at: Moment, first: number): Compiled {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${first - 1 + values.push(value)}`
  const joins = new Set<Join | 'family'>()
  const where = part(condition, { at, bind, joins })
  const beside = [
    ...(joins.has('score') ? ['LEFT JOIN scores s ON s.lead_id = l.id', `CROSS JOIN ${decayed(at, bind)}`] : []),
    ...(joins.has('account') ? [company] : []),
    ...(joins.has('family') ? [family] : []),
  ]
  return { joins: beside.join('\n  '), where, values }
}

/** What a part that asks only of the score answers for row `s` of scores at a moment, as one value. */
export function scoreAnswer(one: Leaf, at: Moment, first: number): { sql: string; values: unknown[] } {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${first - 1 + values.push(value)}`
  return { sql: `(SELECT ${part(one, { at, bind, joins: new Set() })} FROM ${decayed(at, bind)})`, values }
}

interface Context {
  at: Moment
  bind: Bind
  joins: Set<Join | 'family'>
}

function part(condition: Condition, context: Context): string {
  if ('all' in condition) return joined(condition.all, ' AND ', 'true', context)
  if ('any' in condition) return joined(condition.any, ' OR ', 'false', context)
  if ('not' in condition) return `NOT ${part(condition.not, context)}`
  return `coalesce(${leaf(condition, context)}, false)`
}

const joined = (parts: readonly Condition[], word: string, none: string, context: Context): string =>
  parts.length === 0 ? none : `(${parts.map((one) => part(one, context)).join(word)})`

function leaf(condition: Leaf, context: Context): string {
  const { at, bind, joins } = context
  if ('tag' in condition) {
    joins.add('family')
    const { group, name } = condition.tag
    return `EXISTS (SELECT FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id
      WHERE lt.lead_id = ANY(f.ids) AND t.name = ${bind(name)} AND g.name = ${bind(group)})`
  }
  if ('event' in condition) {
    joins.add('family')
    return often(
      `timeline e WHERE e.lead_id = ANY(f.ids) AND e.kind = ${bind(`event:${condition.event}`)}`,
      'e.at',
      condition,
      context,
    )
  }
  if ('content' in condition) {
    joins.add('family')
    const { content } = condition
    return content.did === 'sent'
      ? often(
          `messages m WHERE m.lead_id = ANY(f.ids) AND m.state = 'sent' AND ${ofContent('m.content_id', content, bind)}`,
          'm.sent_at',
          condition,
          context,
        )
      : often(
          `timeline e WHERE e.lead_id = ANY(f.ids) AND e.kind = ${bind(`event:${deedType(content, at.playbook)}`)} AND ${ofContent(`(e.data ->> 'contentId')`, content, bind)}`,
          'e.at',
          condition,
          context,
        )
  }
  if ('journey' in condition) {
    joins.add('family')
    const state = { in: 'AND e.ended_at IS NULL', was: '', reached: "AND e.state = 'goal'" }[condition.is]
    return `EXISTS (SELECT FROM enrolments e WHERE e.lead_id = ANY(f.ids) AND e.journey = ${bind(condition.journey)} ${state})`
  }
  const { field: name, op, value } = condition
  // Decided without a look at the lead: a statement may carry no value it does not use.
  if (Array.isArray(value) && value.length === 0) return op === 'notIn' ? 'true' : 'false'
  if (op === 'contains' && empty(value)) return 'false'
  if (isAttribute(name))
    return attribute(`(l.attributes -> ${bind(name.slice('attributes.'.length))})`, op, value, bind)
  const field = fields[name] as Field
  if (field.join) joins.add(field.join)
  if (field.type === 'time') return time(`date_trunc('milliseconds', ${field.sql})`, op, value, context)
  if (field.type === 'number') return numeric(field.sql, op, value, bind)
  return text(`nullif(${field.sql}, '')`, op, value, bind)
}

/** The event that tells what a lead did with a piece, by the playbook's name for it. */
export function deedType({ did }: ContentAsked, { pages }: Pick<Playbook, 'pages'>): string {
  return did === 'opened' ? pages.events.open : did === 'read' ? pages.events.read : pages.events.forward
}

function ofContent(column: string, { id, kind }: ContentAsked, bind: Bind): string {
  if (id !== undefined) return `${column} = ${bind(id)}`
  if (kind !== undefined) return `${column} IN (SELECT c.id FROM content c WHERE c.current AND c.kind = ${bind(kind)})`
  return `${column} IS NOT NULL`
}

/** At least so many rows, lately; no more of them are read than are needed. */
function often(
  rows: string,
  column: string,
  { atLeast = 1, within }: { atLeast?: number | undefined; within?: string | undefined },
  { at, bind }: Context,
): string {
  const now = at.now.getTime()
  const since = within === undefined ? '' : ` AND ${column} > ${bind(earlier(now, within))}::timestamptz`
  const span = `${rows} AND ${column} <= ${bind(at.now)}::timestamptz${since}`
  if (atLeast === 1) return `EXISTS (SELECT FROM ${span})`
  const most = bind(atLeast)
  return `(SELECT count(*) FROM (SELECT FROM ${span} LIMIT ${most}::int) n) >= ${most}::int`
}

/** The moment so long ago; what lies before any date the database knows is before everything. */
export function earlier(now: number, duration: string): Date | string {
  const at = new Date(now - milliseconds(duration))
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 ? '-infinity' : at
}
function later(now: number, duration: string): Date | string {
  const at = new Date(now + milliseconds(duration))
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 ? 'infinity' : at
}

type Field1 = Extract<Leaf, { field: string }>
type Op = Field1['op']

function time(sql: string, op: Op, value: unknown, { at, bind }: Context): string {
  const now = at.now.getTime()
  const duration = String(value)
  const to = (when: Date | string) => `${bind(when)}::timestamptz`
  if (op === 'exists') return `(${sql} IS NOT NULL) = ${bind(value !== false)}::boolean`
  if (op === 'within') return `${sql} > ${to(earlier(now, duration))} AND ${sql} <= ${to(at.now)}`
  if (op === 'olderThan') return `${sql} <= ${to(earlier(now, duration))}`
  if (op === 'inNext') return `${sql} > ${to(at.now)} AND ${sql} <= ${to(later(now, duration))}`
  const wanted = moment(value)
  if (Number.isNaN(wanted)) return 'false'
  return `${sql} ${signs[op] ?? '='} ${to(new Date(wanted))}`
}

const signs: Partial<Record<Op, string>> = { '>': '>', '>=': '>=', '<': '<', '<=': '<=' }

function numeric(sql: string, op: Op, value: unknown, bind: Bind): string {
  const same = (wanted: unknown) => {
    const n = number(wanted)
    return n === undefined ? 'false' : `${sql} = ${bind(n)}::float8`
  }
  const sign = signs[op]
  if (sign) return number(value) === undefined ? 'false' : `${sql} ${sign} ${bind(number(value))}::float8`
  return equality(op, value, same, `${sql} IS NOT NULL`, bind) ?? 'false'
}

/** `sql` is text, null where nothing is told. */
function text(sql: string, op: Op, value: unknown, bind: Bind): string {
  const sign = signs[op]
  if (sign) return ordered(sql, sign, value, bind)
  if (op === 'contains') return `strpos(lower(${sql}), lower(${bind(String(value))}::text)) > 0`
  return equality(op, value, (wanted) => sameText(sql, wanted, bind), `${sql} IS NOT NULL`, bind) ?? 'false'
}

/** `sql` is whatever a form told, as jsonb. */
function attribute(sql: string, op: Op, value: unknown, bind: Bind): string {
  const words = `condition_text(${sql})`
  const sign = signs[op]
  if (sign) return ordered(words, sign, value, bind)
  if (op === 'contains') {
    const among = `EXISTS (SELECT FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${sql}) = 'array' THEN ${sql} END) AS one WHERE ${sameText('condition_text(one)', value, bind)})`
    return `CASE WHEN jsonb_typeof(${sql}) = 'array' THEN ${among} ELSE ${text(words, op, value, bind)} END`
  }
  const there = `coalesce(${sql} NOT IN ('null', '""', '[]'), false)`
  return equality(op, value, (wanted) => sameText(words, wanted, bind), there, bind) ?? 'false'
}

function equality(
  op: Op,
  value: unknown,
  same: (wanted: unknown) => string,
  there: string,
  bind: Bind,
): string | undefined {
  const among = (list: unknown) =>
    Array.isArray(list) ? `(${list.map((one) => `coalesce(${same(one)}, false)`).join(' OR ')})` : 'false'
  if (op === '=') return same(value)
  if (op === '!=') return `NOT coalesce(${same(value)}, false)`
  if (op === 'in') return among(value)
  if (op === 'notIn') return `NOT ${among(value)}`
  return op === 'exists' ? `(${there}) = ${bind(value !== false)}::boolean` : undefined
}

function sameText(sql: string, wanted: unknown, bind: Bind): string {
  const n = number(wanted)
  return n === undefined
    ? `lower(${sql}) = lower(${bind(String(wanted))}::text)`
    : `condition_number(${sql}) = ${bind(n)}::float8`
}

function ordered(sql: string, sign: string, value: unknown, bind: Bind): string {
  const n = number(value)
  if (n !== undefined) return `condition_number(${sql}) ${sign} ${bind(n)}::float8`
  return `condition_number(${sql}) IS NULL AND lower(${sql}) COLLATE "C" ${sign} lower(${bind(String(value))}::text) COLLATE "C"`
}

/** The lead's place in its company, and the company that speaks for that one. */
const company = `LEFT JOIN account_people w ON w.lead_id = l.id LEFT JOIN accounts b ON b.id = w.account_id
  LEFT JOIN accounts c ON c.id = CASE WHEN b.merged_into IS NULL THEN b.id ELSE account_root(b.id) END`

/** The lead and everybody merged into it. */
const family = `CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT FROM leads a WHERE a.merged_into = l.id) THEN ARRAY(SELECT lead_family(l.id)) ELSE ARRAY[l.id] END AS ids OFFSET 0) f`

/** The score as src/scoring reads it, decayed to the business day of the moment, of row `s`. */
function decayed({ now, playbook: { score }, calendar }: Moment, bind: Bind): string {
  const today = `${bind(dayOfDecay(calendar.dayOf(now), score))}::float8`
  // Beyond these powers the points are none or the most there are; the database would refuse to calculate them.
  const power = `power(2::float8, greatest(-60, least(60, abs(s.s) - ${shift} - ${today})))`
  const ladder = (column: string, steps: readonly { id: string; from: number }[], rest: string) =>
    `CASE ${steps.map(({ id, from }) => `WHEN ${column} >= ${bind(from)}::float8 THEN ${bind(id)}`).join(' ')} ELSE ${bind(rest)}::text END`
  const { grades } = score
  return `LATERAL (SELECT coalesce(s.fit, 50) AS fit, CASE WHEN coalesce(s.s, 0) = 0 THEN 0
      ELSE sign(s.s) * floor(least(${power}, ${mostPoints}) * 1000 + 0.5) / 1000 END AS raw OFFSET 0) r
    CROSS JOIN LATERAL (SELECT least(100, greatest(0, floor(r.raw + 0.5))) AS shown OFFSET 0) p
    CROSS JOIN LATERAL (SELECT r.fit, p.shown, floor((r.fit + p.shown) / 2 + 0.5) AS total,
      ${ladder('r.fit', grades.fit, grades.fitRest)} || ${ladder('r.raw', grades.intent, grades.intentRest)} AS grade) i`
}
