import { timeZoneOf } from '../cadence/time-zone.ts'
import { milliseconds } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import type { Playbook } from '../playbook/schema.ts'
import { gradeOf, totalOf } from '../scoring/grade.ts'
import { intentAt, shownIntent } from '../scoring/intent.ts'
import { asksOf } from './check.ts'
import type { Journey } from './schema.ts'
import type { JourneyFacts } from './step.ts'

/** What journeys know of a lead, and what entering one hangs on besides. */
export interface LeadNow extends JourneyFacts {
  automation: boolean
  coolUntil: Date | null
}

type Source = Readonly<Record<string, unknown>>

type Asked = ReadonlySet<string> | 'all'

interface Row {
  id: string
  stage: string
  desk: string
  region: string | null
  timeZone: unknown
  marketing: string
  automation: boolean
  coolUntil: Date | null
  merged: boolean
  claimed: boolean
  judgedAt: Date | null
  /** Only when asked for, as are the fields of `plainColumns`. */
  first?: Source | null
  last?: Source | null
  attributes?: Record<string, unknown>
  s?: number
  fit?: number
}

/**
 * Everything these journeys ask of these leads, in at most three statements whatever their number. What no condition asks for
 * is not read: other fields, tags, other events, and those older than any condition looks back; `enteredAt` is the oldest entry, from which
 * goals count. Unknown leads are missing from the answer.
 */
export async function readJourneyFacts(
  sql: Sql,
  house: Pick<House, 'playbook' | 'clock'>,
  leadIds: readonly string[],
  journeys: readonly Journey[],
  enteredAt: Date,
): Promise<Map<string, LeadNow>> {
  const ids = [...new Set(leadIds)]
  if (ids.length === 0) return new Map()
  const now = house.clock.now()
  const { playbook, calendar } = await house.playbook.current()
  const { types, since, asksTags, fields: asked } = wantedBy(journeys, enteredAt, now)
  const rows = await sql.query<Row>(leadStatement(asked), [ids, now])
  const tags = asksTags
    ? await sql.query<{ root: string; tags: { group: string; name: string }[] }>(tagStatement, [ids])
    : []
  const events =
    types.length === 0
      ? []
      : await sql.query<{ root: string; kind: string; times: number[] }>(eventStatement, [
          ids,
          types.map((type) => `event:${type}`),
          since,
        ])
  const tagsOf = new Map(tags.map((row) => [row.root, row.tags]))
  const eventsOf = new Map<string, Map<string, number[]>>()
  for (const { root, kind, times } of events) {
    const own = eventsOf.get(root) ?? new Map<string, number[]>()
    own.set(kind.slice('event:'.length), times)
    eventsOf.set(root, own)
  }
  return new Map(
    rows.map((row) => {
      const facts: LeadNow = {
        fields: fieldsOf(row, asked, () => intentAt(row.s ?? 0, now, playbook.score, calendar), playbook),
        // Read only by waits that go by the clock.
        get timeZone() {
          return timeZoneOf({ timeZone: row.timeZone, region: row.region }, playbook.timeZones)
        },
        tags: tagsOf.get(row.id) ?? [],
        events: eventsOf.get(row.id) ?? none,
        stage: row.stage,
        desk: row.desk,
        merged: row.merged,
        optedOut: row.marketing === 'denied',
        claimed: row.claimed,
        judgedAt: row.judgedAt,
        automation: row.automation,
        coolUntil: row.coolUntil,
      }
      return [row.id, facts]
    }),
  )
}

const none: ReadonlyMap<string, readonly number[]> = new Map()

/** The fields asked for, and no others: a hundred thousand newcomers would be as many objects with fifty names. */
function fieldsOf(row: Row, asked: Asked, readIntent: () => number, playbook: Playbook): Record<string, unknown> {
  const { fit = 50 } = row
  // What is left of an interest today takes counting business days.
  let known: number | undefined
  const intent = () => {
    known ??= readIntent()
    return known
  }
  const scores: Record<string, () => unknown> = {
    'score.fit': () => fit,
    'score.intent': () => shownIntent(intent()),
    'score.total': () => totalOf(fit, intent()),
    'score.grade': () => gradeOf(fit, intent(), playbook),
  }
  const groups = groupsOf(row)
  const names =
    asked === 'all'
      ? [
          ...[...Object.keys(plainColumns), ...Object.keys(scores)],
          ...groups.flatMap(([prefix, values]) => Object.keys(values ?? {}).map((name) => `${prefix}${name}`)),
        ]
      : asked
  const fields: Record<string, unknown> = {}
  for (const name of names) {
    if (Object.hasOwn(plainColumns, name)) fields[name] = row[name as keyof Row]
    else if (Object.hasOwn(scores, name)) fields[name] = scores[name]?.()
    else {
      const [prefix, values] = groups.find(([prefix]) => name.startsWith(prefix)) ?? ['', null]
      const key = name.slice(prefix.length)
      if (values && Object.hasOwn(values, key)) fields[name] = values[key]
    }
  }
  return fields
}

/** Fields that stand under a prefix, the longer prefix first. */
const groupsOf = ({
  first,
  last,
  attributes,
}: Row): [prefix: string, values: Readonly<Record<string, unknown>> | null][] => [
  ['source.first.', first ?? null],
  ['source.last.', last ?? null],
  ['source.', last ?? first ?? null],
  ['attributes.', attributes ?? null],
]

/** Which events must be read, and since when (null: all of them), whether tags must be, and which fields. */
function wantedBy(
  journeys: readonly Journey[],
  enteredAt: Date,
  now: Date,
): { types: string[]; since: Date | null; asksTags: boolean; fields: Asked } {
  const types = new Set<string>()
  const fields = new Set<string>()
  let asksAll = false
  let asksTags = false
  let since: number | null = enteredAt.getTime()
  for (const journey of journeys) {
    const { events, withins, tags, ...asks } = asksOf(journey)
    asksTags ||= tags
    if (asks.fields === 'all') asksAll = true
    else for (const field of asks.fields) fields.add(field)
    for (const type of events) types.add(type)
    for (const within of withins) {
      if (within === null) since = null
      else if (since !== null) since = Math.min(since, now.getTime() - milliseconds(within))
    }
  }
  return {
    types: [...types],
    since: since === null ? null : new Date(since),
    asksTags,
    fields: asksAll ? 'all' : fields,
  }
}

const plainColumns = {
  name: 'l.name',
  company: 'l.company',
  title: 'l.title',
  industry: 'l.industry',
  region: 'l.region',
  size: 'l.size',
  stage: 'l.stage',
  desk: 'l.desk',
  owner: 'l.owner',
  marketing: 'l.marketing',
  recycleCount: 'l.recycle_count AS "recycleCount"',
  createdAt: 'l.created_at AS "createdAt"',
  updatedAt: 'l.updated_at AS "updatedAt"',
  stageAt: 'l.stage_at AS "stageAt"',
  coolUntil: 'l.cool_until AS "coolUntil"',
}
const alwaysRead = new Set(['region', 'stage', 'desk', 'marketing', 'coolUntil'])
const groupColumns = {
  'source.': 'l.first_source AS first, l.last_source AS last',
  'attributes.': 'l.attributes',
  'score.': 'coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit',
}

/** Reading and parsing what nobody asks for costs more than all the rest of it. */
function leadStatement(asked: Asked): string {
  const names = [...(asked === 'all' ? [] : asked)]
  const plain = Object.entries(plainColumns).filter(
    ([name]) => asked === 'all' || alwaysRead.has(name) || asked.has(name),
  )
  const groups = Object.entries(groupColumns).filter(
    ([prefix]) => asked === 'all' || names.some((name) => name.startsWith(prefix)),
  )
  return `
  SELECT l.id, ${[...plain, ...groups].map(([, column]) => column).join(', ')}, l.attributes -> 'timeZone' AS "timeZone", l.automation, l.merged_into IS NOT NULL AS merged,
    coalesce(q.claimed_by IS NOT NULL AND q.claimed_until > $2, false) AS claimed,
    (SELECT max(v.at) FROM verdicts v WHERE v.lead_id = l.id AND v.state <> 'undone') AS "judgedAt"
  FROM leads l LEFT JOIN scores s ON s.lead_id = l.id LEFT JOIN review_queue q ON q.lead_id = l.id WHERE l.id = ANY($1)`
}

const family = `WITH RECURSIVE family AS (
    SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
    UNION ALL SELECT f.root, l.id, f.hops + 1 FROM family f JOIN leads l ON l.merged_into = f.id WHERE f.hops < 32)`

const tagStatement = `${family}
  SELECT family.root, jsonb_agg(DISTINCT jsonb_build_object('group', g.name, 'name', t.name)) AS tags
  FROM family JOIN lead_tags lt ON lt.lead_id = family.id JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id GROUP BY family.root`

const eventStatement = `${family}
  SELECT family.root, e.kind, jsonb_agg(floor(extract(epoch FROM e.at) * 1000) ORDER BY e.at) AS times
  FROM family JOIN timeline e ON e.lead_id = family.id AND e.kind = ANY($2) AND ($3::timestamptz IS NULL OR e.at >= $3) GROUP BY family.root, e.kind`
