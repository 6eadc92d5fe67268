import type { Condition } from '../playbook/condition.ts'
import type { Playbook } from '../playbook/schema.ts'
import { allSteps } from './path.ts'
import type { Exit, Journey, Tag, Trigger } from './schema.ts'

export interface Fault {
  /** `steps[2].branch.then[0].send` */
  field: string
  message: string
}

/** Ids a journey may name. */
export interface Known {
  pieces: ReadonlySet<string>
  webhooks: ReadonlySet<string>
}

/** What a journey cannot say of itself: that the stages, desks, edges, events, pieces and other systems it names exist. */
export function checkJourney(
  journey: Journey,
  playbook: Pick<Playbook, 'stages' | 'desks' | 'edges' | 'score'>,
  known: Known,
): Fault[] {
  const faults: Fault[] = []
  const fault = (field: string, message: string) => faults.push({ field, message })
  const { trigger } = journey
  if ('stage' in trigger && trigger.stage !== undefined && !Object.hasOwn(playbook.stages, trigger.stage))
    fault('trigger.stage', `业务规则里没有阶段 ${trigger.stage}`)
  if ('desk' in trigger && trigger.desk !== undefined && !Object.hasOwn(playbook.desks, trigger.desk))
    fault('trigger.desk', `没有工位 ${trigger.desk}`)
  if ('via' in trigger)
    for (const [index, edge] of (trigger.via ?? []).entries())
      if (!playbook.edges.some(({ id }) => id === edge)) fault(`trigger.via[${index}]`, `业务规则里没有流转 ${edge}`)
  for (const { path, step } of allSteps(journey)) {
    const field = `steps${fieldOf(path)}`
    if ('send' in step && 'content' in step.send && !known.pieces.has(step.send.content))
      fault(`${field}.send.content`, `内容库里没有 ${step.send.content}`)
    if ('score' in step && !Object.hasOwn(playbook.score.events, step.score.event))
      fault(`${field}.score.event`, `业务规则里没有给 ${step.score.event} 计分`)
    if ('webhook' in step && !known.webhooks.has(step.webhook))
      fault(`${field}.webhook`, `没有登记外部系统 ${step.webhook}`)
    if ('stage' in step) {
      const { on, to } = step.stage
      const edges = playbook.edges.filter((edge) => edge.on === on && edge.by.includes('system'))
      if (edges.length === 0) fault(`${field}.stage.on`, `业务规则里没有系统可以走的 ${on}`)
      else if (to !== undefined && !edges.some((edge) => edge.to.split('@')[0] === to))
        fault(`${field}.stage.to`, `系统走 ${on} 到不了 ${to}`)
    }
  }
  return faults
}

/** `2.then.0` as people count lists: `[2].branch.then[0]`, a split's part `[2].branch.split[1].steps[0]`. */
export function fieldOf(path: string): string {
  const parts = path.split('.')
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return `[${part}]`
      return /^\d+$/.test(part) ? `.branch.split[${part}].steps` : `.branch.${part}`
    })
    .join('')
}

/** Something that happens to a lead and that a journey listens to. */
export interface Want {
  kind: 'stage' | 'event' | 'tag' | 'segment'
  what: string
}

export const tagWord = ({ group, name }: { group: string; name: string }): string => JSON.stringify([group, name])

/** The tags any of which begins a journey. */
export function tagsOf(trigger: Trigger): Tag[] {
  if (!('tag' in trigger)) return []
  const { group, name } = trigger.tag
  return [name].flat().map((one) => ({ group, name: one }))
}

/** What may begin a journey, end it or wake it. */
export function wantsOf(journey: Journey): Want[] {
  const { trigger, goal, exits } = journey
  const wants: Want[] = []
  if ('stage' in trigger || 'desk' in trigger) wants.push({ kind: 'stage', what: '*' })
  if ('event' in trigger) wants.push({ kind: 'event', what: trigger.event })
  for (const tag of tagsOf(trigger)) wants.push({ kind: 'tag', what: tagWord(tag) })
  if ('segment' in trigger) wants.push({ kind: 'segment', what: trigger.segment })
  for (const exit of exits) if ('leftSegment' in exit) wants.push({ kind: 'segment', what: exit.leftSegment })
  for (const condition of [...(goal ? [goal] : []), ...conditionsOf(exits)])
    visit(condition, (leaf) => {
      if ('event' in leaf) wants.push({ kind: 'event', what: leaf.event })
      if ('tag' in leaf) wants.push({ kind: 'tag', what: tagWord(leaf.tag) })
    })
  for (const { step } of allSteps(journey))
    if ('wait' in step && typeof step.wait === 'object' && 'event' in step.wait)
      wants.push({ kind: 'event', what: step.wait.event })
  return [...new Map(wants.map((want) => [`${want.kind}\0${want.what}`, want])).values()]
}

/** What a journey must know of people to decide. */
export interface Asks {
  /** The events it counts. */
  events: string[]
  /** How far back it counts them; null: for ever. */
  withins: (string | null)[]
  tags: boolean
  /** The fields it looks at. */
  fields: ReadonlySet<string> | 'all'
}

/** What a journey asks of people, read off its conditions and waits. */
export function asksOf(journey: Journey): Asks {
  const events = new Set<string>()
  const withins = new Set<string | null>()
  const fields = new Set<string>()
  let tags = false
  // Another system is told whatever its registration asks for.
  let tells = false
  const read = (condition: Condition, sinceEntry: boolean) =>
    visit(condition, (leaf) => {
      if ('tag' in leaf) tags = true
      if ('field' in leaf) fields.add(leaf.field)
      if (!('event' in leaf)) return
      events.add(leaf.event)
      // What counts from the entry on needs nothing older than that.
      if (!sinceEntry) withins.add(leaf.within ?? null)
    })
  if (journey.entry) read(journey.entry, false)
  for (const condition of [...(journey.goal ? [journey.goal] : []), ...conditionsOf(journey.exits)])
    read(condition, true)
  for (const { step } of allSteps(journey)) {
    if ('branch' in step && 'if' in step.branch) read(step.branch.if, false)
    if ('wait' in step && typeof step.wait === 'object' && 'event' in step.wait) events.add(step.wait.event)
    if ('wait' in step && typeof step.wait === 'object' && 'date' in step.wait) fields.add(step.wait.date)
    if ('webhook' in step) tells = true
  }
  return { events: [...events], withins: [...withins], tags, fields: tells ? 'all' : fields }
}

/** The exits that are conditions; leaving a segment is told, not asked. */
export const conditionsOf = (exits: readonly Exit[]): Condition[] =>
  exits.flatMap((exit) => ('leftSegment' in exit ? [] : [exit]))

type Leaf = Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown }>

function visit(condition: Condition, look: (leaf: Leaf) => void): void {
  if ('all' in condition) for (const part of condition.all) visit(part, look)
  else if ('any' in condition) for (const part of condition.any) visit(part, look)
  else if ('not' in condition) visit(condition.not, look)
  else look(condition)
}
