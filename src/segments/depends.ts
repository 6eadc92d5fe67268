import type { Condition, Leaf } from '../playbook/condition.ts'
import { leavesOf } from '../playbook/condition.ts'
import type { Playbook } from '../playbook/schema.ts'
import { fields, isAttribute } from './fields.ts'
import { deedType } from './sql.ts'

/** The kinds of change after which a lead must be looked at again; what the database's triggers write as `want`. */
export function wantsOf(condition: Condition, playbook: Pick<Playbook, 'pages'>): string[] {
  return [...new Set(['*', ...leavesOf(condition).map((leaf) => wantOf(leaf, playbook))])]
}

function wantOf(leaf: Leaf, playbook: Pick<Playbook, 'pages'>): string {
  if ('tag' in leaf) return 'tag'
  if ('event' in leaf) return `event:${leaf.event}`
  if ('journey' in leaf) return `enrolment:${leaf.journey}`
  if ('content' in leaf) return leaf.content.did === 'sent' ? 'sent' : `event:${deedType(leaf.content, playbook)}`
  return isAttribute(leaf.field) ? 'lead:attributes' : (fields[leaf.field]?.want ?? '*')
}

/** Rows whose moment, so far from now, turns an answer by the passing of time alone. */
export interface Edge {
  rows: 'timeline' | 'messages' | 'leads'
  column: 'at' | 'sent_at' | 'created_at' | 'stage_at' | 'cool_until'
  /** Of timeline rows. */
  kind: string | null
  /** `-` so long ago, `+` so far ahead; null: now, where something told in advance begins to count. */
  offset: { sign: '-' | '+'; duration: string } | null
}

/** Every edge of a condition's windows. A score is no edge: it falls with the business day, for everybody at once. */
export function edgesOf(condition: Condition, playbook: Pick<Playbook, 'pages'>): Edge[] {
  const edges = leavesOf(condition).flatMap((leaf): Edge[] => {
    if ('event' in leaf || 'content' in leaf) {
      const isSent = 'content' in leaf && leaf.content.did === 'sent'
      const where = isSent
        ? { rows: 'messages' as const, column: 'sent_at' as const, kind: null }
        : { rows: 'timeline' as const, column: 'at' as const, kind: wantOf(leaf, playbook) }
      const begins: Edge[] = isSent ? [] : [{ ...where, offset: null }]
      return leaf.within === undefined
        ? begins
        : [...begins, { ...where, offset: { sign: '-', duration: leaf.within } }]
    }
    if (!('field' in leaf)) return []
    const column = moments[leaf.field]
    if (!column) return []
    const where = { rows: 'leads' as const, column, kind: null }
    const duration = String(leaf.value)
    const now: Edge = { ...where, offset: null }
    if (leaf.op === 'within') return [now, { ...where, offset: { sign: '-', duration } }]
    if (leaf.op === 'olderThan') return [{ ...where, offset: { sign: '-', duration } }]
    return leaf.op === 'inNext' ? [now, { ...where, offset: { sign: '+', duration } }] : []
  })
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()]
}

const moments: Readonly<Record<string, Extract<Edge['column'], `${string}_${string}`>>> = {
  createdAt: 'created_at',
  stageAt: 'stage_at',
  coolUntil: 'cool_until',
}

/** The conditions whose answer falls with the business day. */
export const scoreLeaves = (condition: Condition): Leaf[] =>
  leavesOf(condition).filter(
    (leaf) => 'field' in leaf && fields[leaf.field]?.join === 'score' && leaf.field !== 'score.fit',
  )
