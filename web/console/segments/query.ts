import type { RuleGroupType, RuleType } from 'react-querybuilder'
import type { Condition } from '../api/shapes.ts'

type Operator = Extract<Condition, { op: unknown }>['op']

/** How often something happened, and how far back it counts. */
export interface Often {
  what: string
  atLeast: number
  /** As the condition spells it: `36h`, `30d`; null: ever. */
  within: string | null
}

/** Questions that are not about a field, by the word the builder knows them by. */
export const special = ['tag', 'event', 'content', 'journey'] as const
export type Special = (typeof special)[number]
export const isSpecial = (name: string): name is Special => (special as readonly string[]).includes(name)

type Group = RuleGroupType<RuleType, string>

/** What the builder shows for a condition. */
export function toQuery(condition: Condition): Group {
  const node = toNode(condition)
  return 'rules' in node ? node : { combinator: 'all', rules: [node] }
}

function toNode(condition: Condition, not = false): Group | RuleType {
  if ('not' in condition) return toNode(condition.not, !not)
  if ('all' in condition || 'any' in condition) {
    const [combinator, parts] = 'all' in condition ? ['all', condition.all] : ['any', condition.any]
    return { combinator: combinator as string, rules: parts.map((part) => toNode(part)), ...(not ? { not } : {}) }
  }
  if ('tag' in condition)
    return {
      field: 'tag',
      operator: not ? 'no' : 'yes',
      value: JSON.stringify([condition.tag.group, condition.tag.name]),
    }
  if ('journey' in condition) {
    const rule = { field: 'journey', operator: condition.is, value: condition.journey }
    return not ? { combinator: 'all', not, rules: [rule] } : rule
  }
  if ('event' in condition)
    return { field: 'event', operator: not ? 'no' : 'yes', value: oftenOf(condition.event, condition) }
  if ('content' in condition) {
    const { did, id, kind } = condition.content
    const what = id === undefined ? (kind === undefined ? '' : `kind:${kind}`) : `id:${id}`
    const rule = { field: 'content', operator: did, value: oftenOf(what, condition) }
    return not ? { combinator: 'all', not, rules: [rule] } : rule
  }
  const { field, op, value } = condition
  if (op === 'exists') return { field, operator: (value !== false) === !not ? 'exists' : 'missing', value: '' }
  const rule = { field, operator: op, value }
  return not ? { combinator: 'all', not, rules: [rule] } : rule
}

const oftenOf = (
  what: string,
  { atLeast = 1, within }: { atLeast?: number | undefined; within?: string | undefined },
): Often => ({
  what,
  atLeast,
  within: within ?? null,
})

const span = /^[\d.]+(ms|s|m|h|d|w)$/

/** The condition the builder means; what is not finished yet is left out. */
export function toCondition(query: Group): Condition {
  const parts = query.rules.flatMap((node) => {
    if (typeof node === 'string') return []
    if (!('rules' in node)) return leafOf(node) ?? []
    const inner = toCondition(node as Group)
    return isNothing(inner) ? [] : [inner]
  })
  const joined: Condition = query.combinator === 'any' && parts.length > 0 ? { any: parts } : { all: parts }
  return query.not ? { not: joined } : joined
}

/** It asks nothing: everybody would fit. */
export function isNothing(condition: Condition): boolean {
  if ('not' in condition) return isNothing(condition.not)
  return 'all' in condition && condition.all.length === 0
}

function leafOf({ field, operator, value }: RuleType): Condition | null {
  if (field === 'tag') {
    const [group, name] = value ? (JSON.parse(value) as [string, string]) : []
    if (!group || !name) return null
    const tag: Condition = { tag: { group, name } }
    return operator === 'no' ? { not: tag } : tag
  }
  if (field === 'journey') return value ? { journey: value, is: operator as 'in' | 'was' | 'reached' } : null
  if (field === 'event') {
    const often = value as Often | null
    if (!often?.what) return null
    const event: Condition = { event: often.what, ...much(often) }
    return operator === 'no' ? { not: event } : event
  }
  if (field === 'content') {
    const often = value as Often | null
    const [, by, name] = /^(id|kind):(.+)$/.exec(often?.what ?? '') ?? []
    const did = operator as 'sent' | 'opened' | 'read' | 'forwarded'
    return { content: { did, ...(by && name ? { [by]: name } : {}) }, ...much(often) }
  }
  const op = operator as Operator | 'missing'
  if (op === 'exists' || op === 'missing') return { field, op: 'exists', value: op === 'exists' }
  if (op === 'within' || op === 'olderThan' || op === 'inNext')
    return typeof value === 'string' && span.test(value) ? { field, op, value } : null
  if (op === 'in' || op === 'notIn') return Array.isArray(value) && value.length > 0 ? { field, op, value } : null
  return value === '' || value === null || value === undefined || Array.isArray(value) ? null : { field, op, value }
}

const much = (often: Often | null) => ({
  ...(often && often.atLeast > 1 ? { atLeast: often.atLeast } : {}),
  ...(often?.within ? { within: often.within } : {}),
})
