import { z } from 'zod'
import { milliseconds } from '../clock.ts'
import { PositiveDurationSchema } from './duration.ts'

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'notIn' | 'contains' | 'exists'

export type Condition =
  | { field: string; op: Operator; value?: unknown }
  | { tag: { group: string; name: string } }
  | { event: string; atLeast?: number | undefined; within?: string | undefined }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

/** What a condition is asked about. `fields` is flat: `score.total`, `source.channel`. */
export interface ConditionFacts {
  fields: Readonly<Record<string, unknown>>
  tags: readonly { group: string; name: string }[]
  /** How often the event happened within the last `withinMs`, or ever. */
  eventCount(type: string, withinMs: number | undefined): number
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

const maxDepth = 16
const maxParts = 200

const scalar = z.union([z.string().max(500), z.number(), z.boolean()], { error: '请写文字、数字或 true/false' })
const field = z
  .string()
  .refine((name) => leadFields.has(name) || /^attributes\.[\p{L}\p{N}_-]{1,60}$/u.test(name), { error: '不认识的字段' })
const one = (op: readonly Operator[]) => z.strictObject({ field, op: z.enum(op), value: scalar })

const leaf = z.union(
  [
    one(['=', '!=', '>', '>=', '<', '<=', 'contains']),
    z.strictObject({ field, op: z.enum(['in', 'notIn']), value: z.array(scalar).max(500) }),
    z.strictObject({ field, op: z.literal('exists'), value: z.boolean().default(true) }),
    z.strictObject({ tag: z.strictObject({ group: z.string().min(1).max(60), name: z.string().min(1).max(60) }) }),
    z.strictObject({
      event: z.string().min(1).max(60),
      atLeast: z.int().min(1).max(1_000_000).optional(),
      within: PositiveDurationSchema.optional(),
    }),
  ],
  {
    error:
      '条件写法不对：请写 {field, op, value}、{tag: {group, name}}、{event, atLeast?, within?}、{all}、{any} 或 {not}',
  },
)

const node: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      leaf as z.ZodType<Condition>,
      z.strictObject({ all: z.array(node) }),
      z.strictObject({ any: z.array(node) }),
      z.strictObject({ not: node }),
    ],
    { error: explainFault },
  ),
)

/**
 * The contract's condition. Fields come from an allow-list, depth and size are bounded before anything recurses,
 * so that a hostile condition is refused and never run.
 */
export const ConditionSchema: z.ZodType<Condition> = z
  .unknown()
  .superRefine((value, ctx) => {
    const fault = tooBig(value)
    if (fault) ctx.addIssue({ code: 'custom', message: fault })
  })
  .pipe(node)

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
  const { field: name, op, value } = condition
  const holds = operators[op]
  return ({ fields }) => holds(Object.hasOwn(fields, name) ? plain(fields[name]) : undefined, value)
}

const operators: Record<Operator, (actual: unknown, wanted: unknown) => boolean> = {
  '=': same,
  '!=': (actual, wanted) => !same(actual, wanted),
  '>': (actual, wanted) => order(actual, wanted) > 0,
  '>=': (actual, wanted) => order(actual, wanted) >= 0,
  '<': (actual, wanted) => order(actual, wanted) < 0,
  '<=': (actual, wanted) => order(actual, wanted) <= 0,
  in: (actual, wanted) => Array.isArray(wanted) && wanted.some((value) => same(actual, value)),
  notIn: (actual, wanted) => Array.isArray(wanted) && !wanted.some((value) => same(actual, value)),
  contains: (actual, wanted) =>
    Array.isArray(actual)
      ? actual.some((value) => same(plain(value), wanted))
      : !empty(actual) && !empty(wanted) && fold(actual).includes(fold(wanted)),
  exists: (actual, wanted) => !empty(actual) === (wanted !== false),
}

const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)
const empty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
const fold = (value: unknown): string => String(value).toLowerCase()

function same(actual: unknown, wanted: unknown): boolean {
  if (empty(actual) || typeof actual === 'object') return false
  const [a, b] = [number(actual), number(wanted)]
  return a !== undefined && b !== undefined ? a === b : fold(actual) === fold(wanted)
}

/** Below, above or equal; NaN where the two cannot be compared, so that every comparison fails. */
function order(actual: unknown, wanted: unknown): number {
  if (empty(actual) || typeof actual === 'object') return Number.NaN
  const [a, b] = [number(actual), number(wanted)]
  if (a !== undefined && b !== undefined) return a - b
  if (a !== undefined || b !== undefined) return Number.NaN
  const [x, y] = [fold(actual), fold(wanted)]
  return x < y ? -1 : x > y ? 1 : 0
}

function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined
}

/** Says what is wrong nearest to the writer's mistake, where a union would only say that nothing matched. */
function explainFault(issue: { input?: unknown }): string {
  const { input } = issue
  if (typeof input === 'object' && input !== null && 'field' in input) {
    const name = (input as { field: unknown }).field
    if (!field.safeParse(name).success) return `不认识的字段 ${JSON.stringify(name)}`
    const { op } = input as { op?: unknown }
    if (typeof op !== 'string' || !Object.hasOwn(operators, op)) return `不认识的运算 ${JSON.stringify(op ?? null)}`
    return '条件的值与运算不相配（in、notIn 要写列表，exists 要写 true/false，其余写一个值）'
  }
  return '条件写法不对：请写 {field, op, value}、{tag: {group, name}}、{event, atLeast?, within?}、{all}、{any} 或 {not}'
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
