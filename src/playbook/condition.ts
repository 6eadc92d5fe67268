import { z } from 'zod'
import { milliseconds } from '../clock.ts'
import { contains, empty, order, plain, same } from './compare.ts'
import { PositiveDurationSchema } from './duration.ts'

/** The last three ask of a time where it lies from now; their value is a duration. */
export type Operator =
  | ('=' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'notIn' | 'contains' | 'exists')
  | ('within' | 'olderThan' | 'inNext')
/** What became of a piece of content and a lead. */
export type ContentDeed = 'sent' | 'opened' | 'read' | 'forwarded'
/** A piece by its id, all pieces of a kind, or any. */
export interface ContentAsked {
  did: ContentDeed
  id?: string | undefined
  kind?: string | undefined
}

export type Condition =
  | { field: string; op: Operator; value?: unknown }
  | { tag: { group: string; name: string } }
  | { event: string; atLeast?: number | undefined; within?: string | undefined }
  | { content: ContentAsked; atLeast?: number | undefined; within?: string | undefined }
  | { journey: string; is: 'in' | 'was' | 'reached' }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

/** What a condition is asked about. `fields` is flat: `score.total`, `source.channel`. */
export interface ConditionFacts {
  fields: Readonly<Record<string, unknown>>
  tags: readonly { group: string; name: string }[]
  /** How often the event happened within the last `withinMs`, or ever. */
  eventCount(type: string, withinMs: number | undefined): number
  /** What only those know who are asked `WideConditionSchema`; elsewhere such a condition does not hold. */
  wide?: {
    now: Date
    contentCount(asked: ContentAsked, withinMs: number | undefined): number
    isIn(journey: string, is: 'in' | 'was' | 'reached'): boolean
  }
}

/** Fields of a lead that rules may ask about. `attributes.…` is allowed besides. */
export const leadFields: ReadonlySet<string> = new Set([
  ...['name', 'company', 'title', 'industry', 'region', 'size', 'stage', 'desk', 'owner', 'marketing'],
  ...['recycleCount', 'createdAt', 'updatedAt', 'stageAt', 'coolUntil'],
  ...['score.fit', 'score.intent', 'score.total', 'score.grade'],
  ...['source.kind', 'source.channel', 'source.campaign'],
  ...['source.first.kind', 'source.first.channel', 'source.first.campaign'],
  ...['source.last.kind', 'source.last.channel', 'source.last.campaign'],
])

/** Fields of the company a lead belongs to, for those who are asked `WideConditionSchema`. */
export const accountFields: ReadonlySet<string> = new Set([
  ...['account.name', 'account.stage', 'account.score', 'account.people', 'account.activePeople', 'account.surgeAt'],
  ...['account.owner', 'account.role', 'account.openOpportunities', 'account.openAmount'],
])

/** Whatever else is told of a lead stands under a name of its own. */
export const isAttributeName = (name: string): boolean => /^attributes\.[\p{L}\p{N}_-]{1,60}$/u.test(name)

const maxDepth = 16
const maxParts = 200

/** What no database keeps, and nobody means. */
const isKeepable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text)
const text = (max: number) => z.string().max(max).refine(isKeepable, { error: '含有无法保存的字符' })
const scalar = z.union([text(500), z.number(), z.boolean()], { error: '请写文字、数字或 true/false' })
type IsField = (name: string) => boolean
const isLeadField: IsField = (name) => leadFields.has(name) || isAttributeName(name)
const isWideField: IsField = (name) => isLeadField(name) || accountFields.has(name)
const often = { atLeast: z.int().min(1).max(1_000_000).optional(), within: PositiveDurationSchema.optional() }

const fieldOf = (isField: IsField) => z.string().refine(isField, { error: '不认识的字段' })
const leavesAbout = (field: ReturnType<typeof fieldOf>) =>
  [
    z.strictObject({ field, op: z.enum(['=', '!=', '>', '>=', '<', '<=', 'contains']), value: scalar }),
    z.strictObject({ field, op: z.enum(['in', 'notIn']), value: z.array(scalar).max(500) }),
    z.strictObject({ field, op: z.literal('exists'), value: z.boolean().default(true) }),
    z.strictObject({ tag: z.strictObject({ group: text(60).min(1), name: text(60).min(1) }) }),
    z.strictObject({ event: text(60).min(1), ...often }),
  ] as const
const wideLeaves = [
  ...leavesAbout(fieldOf(isWideField)),
  z.strictObject({
    field: fieldOf(isWideField),
    op: z.enum(['within', 'olderThan', 'inNext']),
    value: PositiveDurationSchema,
  }),
  z.strictObject({
    content: z
      .strictObject({
        did: z.enum(['sent', 'opened', 'read', 'forwarded']),
        id: text(100).min(1).optional(),
        kind: text(30).min(1).optional(),
      })
      .refine(({ id, kind }) => id === undefined || kind === undefined, { error: 'id 和 kind 只写一个' }),
    ...often,
  }),
  z.strictObject({ journey: text(60).min(1), is: z.enum(['in', 'was', 'reached']) }),
] as const
const how = '条件写法不对：请写 {field, op, value}、{tag: {group, name}}、{event, atLeast?, within?}'

/**
 * Fields come from an allow-list, depth and size are bounded before anything recurses, so that a hostile condition is
 * refused and never run.
 */
function schemaOf(leaf: z.ZodType<Condition>, isField: IsField, words: string): z.ZodType<Condition> {
  const node: z.ZodType<Condition> = z.lazy(() =>
    z.union(
      [
        leaf,
        z.strictObject({ all: z.array(node) }),
        z.strictObject({ any: z.array(node) }),
        z.strictObject({ not: node }),
      ],
      { error: (issue) => explainFault(issue, isField, words) },
    ),
  )
  return z
    .unknown()
    .superRefine((value, ctx) => {
      const fault = tooBig(value)
      if (fault) ctx.addIssue({ code: 'custom', message: fault })
    })
    .pipe(node)
}

const base = `${how}、{all}、{any} 或 {not}`
const wide = `${how}、{content: {did, id?, kind?}, atLeast?, within?}、{journey, is}、{all}、{any} 或 {not}`

/** The contract's condition. */
export const ConditionSchema: z.ZodType<Condition> = schemaOf(
  z.union(leavesAbout(fieldOf(isLeadField)), { error: base }) as z.ZodType<Condition>,
  isLeadField,
  base,
)

/** The same with what only a lead's whole history and company answer: content, journeys, `account.…`, and how long ago something was. */
export const WideConditionSchema: z.ZodType<Condition> = schemaOf(
  z.union(wideLeaves, { error: wide }) as z.ZodType<Condition>,
  isWideField,
  wide,
)

/** A condition that is not made of others. */
export type Leaf = Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown }>

/** Each condition within one that is not made of others. */
export function leavesOf(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf)
  if ('any' in condition) return condition.any.flatMap(leavesOf)
  return 'not' in condition ? leavesOf(condition.not) : [condition]
}

/**
 * Turns a condition into a question about facts. Text compares without case; a number written as text is a number;
 * a missing value equals nothing, is less than nothing and contains nothing (so `!=` and `notIn` hold).
 */
export function compile(condition: Condition): (facts: ConditionFacts) => boolean {
  if ('all' in condition) {
    const parts = condition.all.map(compile)
    return (facts) => parts.every((part) => part(facts))
  }
  if ('any' in condition) {
    const parts = condition.any.map(compile)
    return (facts) => parts.some((part) => part(facts))
  }
  if ('not' in condition) {
    const part = compile(condition.not)
    return (facts) => !part(facts)
  }
  if ('tag' in condition) {
    const { group, name } = condition.tag
    return ({ tags }) => tags.some((tag) => tag.group === group && tag.name === name)
  }
  if ('event' in condition) {
    const { event, atLeast = 1 } = condition
    const withinMs = condition.within === undefined ? undefined : milliseconds(condition.within)
    return (facts) => facts.eventCount(event, withinMs) >= atLeast
  }
  if ('content' in condition) {
    const { content, atLeast = 1 } = condition
    const withinMs = condition.within === undefined ? undefined : milliseconds(condition.within)
    return ({ wide }) => wide !== undefined && wide.contentCount(content, withinMs) >= atLeast
  }
  if ('journey' in condition) return ({ wide }) => wide?.isIn(condition.journey, condition.is) ?? false
  const { field: name, op, value } = condition
  const lies = Object.hasOwn(distances, op) ? distances[op as keyof typeof distances] : undefined
  if (lies) {
    const ms = milliseconds(String(value))
    return ({ fields, wide }) => {
      const actual = Object.hasOwn(fields, name) ? fields[name] : undefined
      return wide !== undefined && actual instanceof Date && lies(actual.getTime() - wide.now.getTime(), ms)
    }
  }
  const holds = operators[op as keyof typeof operators]
  return ({ fields }) => holds(Object.hasOwn(fields, name) ? fields[name] : undefined, value)
}

const questions = new WeakMap<Condition, (facts: ConditionFacts) => boolean>()

/** The same, made once for a condition that is kept: what is asked of many. */
export function questionOf(condition: Condition): (facts: ConditionFacts) => boolean {
  const question = questions.get(condition) ?? compile(condition)
  questions.set(condition, question)
  return question
}

/** Where a time may lie, `from` milliseconds from now. */
const distances = {
  within: (from: number, ms: number): boolean => from <= 0 && from > -ms,
  olderThan: (from: number, ms: number): boolean => from <= -ms,
  inNext: (from: number, ms: number): boolean => from > 0 && from <= ms,
} as const

const operators: Record<Exclude<Operator, keyof typeof distances>, (actual: unknown, wanted: unknown) => boolean> = {
  '=': (actual, wanted) => same(plain(actual), wanted),
  '!=': (actual, wanted) => !same(plain(actual), wanted),
  '>': (actual, wanted) => order(actual, wanted) > 0,
  '>=': (actual, wanted) => order(actual, wanted) >= 0,
  '<': (actual, wanted) => order(actual, wanted) < 0,
  '<=': (actual, wanted) => order(actual, wanted) <= 0,
  in: (actual, wanted) => Array.isArray(wanted) && wanted.some((value) => same(plain(actual), value)),
  notIn: (actual, wanted) => Array.isArray(wanted) && !wanted.some((value) => same(plain(actual), value)),
  contains: (actual, wanted) => contains(plain(actual), wanted),
  exists: (actual, wanted) => !empty(actual) === (wanted !== false),
}

/** Says what is wrong nearest to the writer's mistake, where a union would only say that nothing matched. */
function explainFault(issue: { input?: unknown }, isField: IsField, words: string): string {
  const { input } = issue
  if (typeof input === 'object' && input !== null && 'field' in input) {
    const name = (input as { field: unknown }).field
    if (typeof name !== 'string' || !isField(name)) return `不认识的字段 ${JSON.stringify(name)}`
    const { op } = input as { op?: unknown }
    if (typeof op !== 'string' || !(Object.hasOwn(operators, op) || Object.hasOwn(distances, op)))
      return `不认识的运算 ${JSON.stringify(op ?? null)}`
    return '条件的值与运算不相配（in、notIn 要写列表，exists 要写 true/false，其余写一个值）'
  }
  return words
}

function tooBig(value: unknown): string | null {
  let parts = 0
  const open: [unknown, number][] = [[value, 1]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, depth] = next
    if (++parts > maxParts) return `条件太大，最多 ${maxParts} 项`
    if (depth > maxDepth) return `条件嵌套太深，最多 ${maxDepth} 层`
    if (typeof part !== 'object' || part === null) continue
    const { all, any, not } = part as { all?: unknown; any?: unknown; not?: unknown }
    for (const list of [all, any]) if (Array.isArray(list)) for (const child of list) open.push([child, depth + 1])
    if (not !== undefined) open.push([not, depth + 1])
  }
  return null
}
