import type { Rules } from './rules.ts'

export type Kind = 'number' | 'duration' | 'text' | 'switch' | 'words' | 'roles' | 'consent' | 'effect'

/** A value people often change, by its place. */
export interface Field {
  path: string
  kind: Kind
}

/** Things of one kind, one a line: by name, or in an order that counts. */
export interface Rows {
  path: string
  /** What is shown of each; `id` is its name and stays. */
  columns: readonly Field[]
  /** The order decides: the first that fits counts. */
  ordered?: boolean
}

const number = (...paths: string[]): Field[] => paths.map((path) => ({ path, kind: 'number' }))
const duration = (...paths: string[]): Field[] => paths.map((path) => ({ path, kind: 'duration' }))
const text = (...paths: string[]): Field[] => paths.map((path) => ({ path, kind: 'text' }))

/** What of each part has a form of its own; all the rest is there as YAML. */
export const fieldsOf: Readonly<Record<string, readonly Field[]>> = {
  company: text('company.name', 'company.short'),
  review: [
    ...number('review.threshold'),
    ...text('review.badFit'),
    { path: 'review.channels', kind: 'words' },
    ...duration('review.lease', 'review.undo'),
  ],
  sla: [
    ...duration('sla.handRaise', 'sla.review', 'sla.accept', 'sla.firstContact'),
    ...duration('sla.followUp.remind', 'sla.followUp.manager', 'sla.followUp.recycle'),
    ...number('sla.maxOffers'),
  ],
  score: duration('score.halfLife'),
  routing: [
    { path: 'routing.friendFirst', kind: 'switch' },
    ...number('routing.capacity', 'routing.newPerDay'),
    { path: 'routing.fallback', kind: 'roles' },
  ],
  caps: [
    ...number('caps.person.day', 'caps.person.week', 'caps.person.month', 'caps.account.week'),
    ...duration('caps.slot'),
  ],
  groupSend: [
    ...duration('groupSend.window', 'groupSend.expires', 'groupSend.remindAfter', 'groupSend.escalateAfter'),
    ...number('groupSend.maxReminders'),
  ],
  oneTap: [...duration('oneTap.gather', 'oneTap.expires', 'oneTap.escalateAfter'), ...text('oneTap.morning')],
  consent: [{ path: 'consent.default', kind: 'consent' }],
  approval: duration('approval.expires'),
  transfer: [...number('transfer.max'), ...duration('transfer.within')],
  alerts: duration('alerts.reading.every'),
  redLine: [{ path: 'redLine', kind: 'words' }],
  bot: [...duration('bot.quiet', 'bot.longest', 'bot.per'), ...number('bot.mostAnswers')],
}

const name: Field = { path: 'name', kind: 'text' }

/** What of a part is a list of things; lists of reasons are as many as there are. */
export function rowsOf(part: string, rules: Rules): Rows[] {
  const known = Object.hasOwn(rows, part) ? rows[part] : undefined
  if (part !== 'reasons') return known ? [...known] : []
  return Object.keys((rules.reasons ?? {}) as Rules).map((list) => ({
    path: `reasons.${list}.options`,
    columns: [name, { path: 'coolDown', kind: 'duration' }, { path: 'asksDate', kind: 'switch' }],
  }))
}

const rows: Readonly<Record<string, readonly Rows[]>> = {
  stages: [{ path: 'stages', columns: [name, { path: 'tag', kind: 'text' }, { path: 'closed', kind: 'switch' }] }],
  verdicts: [{ path: 'verdicts', columns: [name] }],
  edges: [{ path: 'edges', columns: [name] }],
  score: [
    {
      path: 'score.events',
      columns: [
        name,
        { path: 'weight', kind: 'number' },
        { path: 'cap', kind: 'number' },
        { path: 'handRaise', kind: 'switch' },
        { path: 'alert', kind: 'switch' },
      ],
    },
  ],
  routing: [
    {
      path: 'routing.rules',
      ordered: true,
      columns: [
        name,
        { path: 'pool.matchRegion', kind: 'switch' },
        { path: 'pool.matchIndustry', kind: 'switch' },
        { path: 'pool.teams', kind: 'words' },
        { path: 'pool.staff', kind: 'words' },
      ],
    },
  ],
  redLineRules: [{ path: 'redLineRules', columns: [name, { path: 'effect', kind: 'effect' }] }],
  tagGroups: [
    { path: 'tagGroups', columns: [name, { path: 'exclusive', kind: 'switch' }, { path: 'tags', kind: 'words' }] },
  ],
  qualification: [
    {
      path: 'qualification',
      columns: [
        { path: 'label', kind: 'text' },
        { path: 'weight', kind: 'number' },
      ],
    },
  ],
}

/** The parts that decide about leads come first; the rest as the rules have them. */
const first = [
  'review',
  'score',
  'routing',
  'sla',
  'caps',
  'stages',
  'edges',
  'reasons',
  'tagGroups',
  'redLine',
  'redLineRules',
]
export const partsOf = (rules: Rules): string[] => [
  ...first.filter((part) => Object.hasOwn(rules, part)),
  ...Object.keys(rules).filter((part) => !first.includes(part)),
]
