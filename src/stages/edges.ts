import { milliseconds } from '../clock.ts'
import type { Playbook } from '../playbook/schema.ts'
import type { Edge } from '../playbook/stages-schema.ts'

export interface Place {
  stage: string
  desk: string
}

/** `system` is the machine's own move; a person moves with the roles he has. */
export type Mover = 'system' | { roles: readonly string[] }

/**
 * The edge that `on` takes from a place (null: a lead that is nowhere yet), the first of the playbook that fits.
 * `toStage` narrows it where one verb leads to several stages. Undefined: the move is illegal.
 */
export function findEdge(
  playbook: Pick<Playbook, 'edges'>,
  on: string,
  at: Place | null,
  toStage?: string,
): Edge | undefined {
  return playbook.edges.find(
    (edge) => edge.on === on && leavesFrom(edge, at) && (toStage === undefined || target(edge, at).stage === toStage),
  )
}

export function mayUse(edge: Edge, mover: Mover): boolean {
  const held: readonly string[] = mover === 'system' ? ['system'] : mover.roles
  return edge.by.some((role) => held.includes(role))
}

/** Where the edge leads. `=` keeps that part. */
export function target(edge: Edge, at: Place | null): Place {
  const [stage = '', desk = ''] = edge.to.split('@')
  return { stage: stage === '=' && at ? at.stage : stage, desk: desk === '=' && at ? at.desk : desk }
}

export interface Reason {
  /** An id of the list, or `other`. */
  id: string
  /** The words, when they say more than the id. */
  words: string | null
  /** How long the lead rests, where the reason or its list says so. */
  coolDownMs: number | null
  /** The customer named a time: the lead rests until then instead. */
  asksDate: boolean
}

/**
 * Reads what a person gave as his reason: an id, or a name, of the list; anything else is `other` with the words kept.
 * Null where nothing was said.
 */
export function readReason(
  playbook: Pick<Playbook, 'reasons'>,
  list: string,
  words: string | null | undefined,
): Reason | null {
  const said = words?.trim()
  if (!said) return null
  const reasons = Object.hasOwn(playbook.reasons, list) ? playbook.reasons[list] : undefined
  const known =
    reasons?.options.find((option) => option.id === said) ?? reasons?.options.find((option) => option.name === said)
  const coolDown = known?.coolDown ?? reasons?.coolDown
  return {
    id: known?.id ?? 'other',
    words: known ? null : said,
    coolDownMs: coolDown === undefined ? null : milliseconds(coolDown),
    asksDate: known?.asksDate ?? false,
  }
}

export interface LegalMove {
  edge: string
  on: string
  name: string
  to: Place
  /** The list a reason must come from. */
  reasons: string | null
}

/** What someone with these roles may do with a lead here; of two edges to one place by one verb, the first. */
export function legalMoves(playbook: Pick<Playbook, 'edges'>, at: Place, roles: readonly string[]): LegalMove[] {
  const moves = new Map<string, LegalMove>()
  for (const edge of playbook.edges) {
    if (!leavesFrom(edge, at) || !mayUse(edge, { roles })) continue
    const to = target(edge, at)
    const key = `${edge.on} ${to.stage}@${to.desk}`
    if (!moves.has(key))
      moves.set(key, { edge: edge.id, on: edge.on, name: edge.name, to, reasons: edge.reasons ?? null })
  }
  return [...moves.values()]
}

/** Whether an edge may be taken from a place. */
export function leavesFrom(edge: Edge, at: Place | null): boolean {
  if (!at) return edge.from.length === 0
  return edge.from.some((from) => {
    const [stage, desk] = from.split('@')
    return (stage === '*' || stage === at.stage) && (desk === '*' || desk === at.desk)
  })
}
