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

interface Source {
  kind?: string | null
  channel?: string | null
  campaign?: string | null
}

interface Row {
  id: string
  name: string
  company: string | null
  title: string | null
  industry: string | null
  region: string | null
  size: string | null
  attributes: Record<string, unknown>
  stage: string
  desk: string
  owner: string | null
  first: Source | null
  last: Source | null
  marketing: string
  automation: boolean
  recycleCount: number
  createdAt: Date
  updatedAt: Date
  stageAt: Date
  coolUntil: Date | null
  merged: boolean
  claimed: boolean
  judgedAt: Date | null
  s: number
  fit: number
}

/**
 * Everything these journeys ask of these leads, in at most three statements whatever their number. What no condition asks for
 * is not read: tags, other events, and those older than any condition looks back; `enteredAt` is the oldest entry, from which goals count. Unknown leads are missing from the answer.
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
  const rows = await sql.query<Row>(leadStatement, [ids, now])
  const { types, since, asksTags } = wantedBy(journeys, enteredAt, now)
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
      let fields: Record<string, unknown> | undefined
      const readIntent = () => intentAt(row.s, now, playbook.score, calendar)
      const facts: LeadNow = {
        // Most steps ask for none of them, and a hundred thousand newcomers are as many objects with fifty names.
        get fields() {
          fields ??= fieldsOf(row, readIntent, playbook)
          return fields
        },
        // Read only by waits that go by the clock.
        get timeZone() {
          return timeZoneOf({ timeZone: row.attributes.timeZone, region: row.region }, playbook.timeZones)
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

function fieldsOf(row: Row, readIntent: () => number, playbook: Playbook): Record<string, unknown> {
  const { name, company, title, industry, region, size, stage, desk, owner, marketing } = row
  const { recycleCount, createdAt, updatedAt, stageAt, coolUntil } = row
  const plain = { name, company, title, industry, region, size, stage, desk, owner, marketing }
  const counted = { recycleCount, createdAt, updatedAt, stageAt, coolUntil }
  const { fit } = row
  // What is left of an interest today takes counting business days; most conditions do not ask.
  let known: number | undefined
  const intent = () => {
    known ??= readIntent()
    return known
  }
  return {
    ...plain,
    ...counted,
    'score.fit': fit,
    get 'score.intent'() {
      return shownIntent(intent())
    },
    get 'score.total'() {
      return totalOf(fit, intent())
    },
    get 'score.grade'() {
      return gradeOf(fit, intent(), playbook)
    },
    ...prefixed('source', { ...(row.last ?? row.first ?? {}) }),
    ...prefixed('source.first', { ...(row.first ?? {}) }),
    ...prefixed('source.last', { ...(row.last ?? {}) }),
    ...prefixed('attributes', row.attributes),
  }
}

const prefixed = (prefix: string, values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))

/** Which events must be read, and since when (null: all of them), and whether tags must be. */
function wantedBy(
  journeys: readonly Journey[],
  enteredAt: Date,
  now: Date,
): { types: string[]; since: Date | null; asksTags: boolean } {
  const types = new Set<string>()
  let asksTags = false
  let since: number | null = enteredAt.getTime()
  for (const journey of journeys) {
    const { events, withins, tags } = asksOf(journey)
    asksTags ||= tags
    for (const type of events) types.add(type)
    for (const within of withins) {
      if (within === null) since = null
      else if (since !== null) since = Math.min(since, now.getTime() - milliseconds(within))
    }
  }
  return { types: [...types], since: since === null ? null : new Date(since), asksTags }
}

const leadStatement = `
  SELECT l.id, l.name, l.company, l.title, l.industry, l.region, l.size, l.attributes, l.stage, l.desk, l.owner, l.first_source AS first, l.last_source AS last,
    l.marketing, l.automation, l.recycle_count AS "recycleCount", l.created_at AS "createdAt", l.updated_at AS "updatedAt", l.stage_at AS "stageAt",
    l.cool_until AS "coolUntil", l.merged_into IS NOT NULL AS merged, coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit,
    coalesce(q.claimed_by IS NOT NULL AND q.claimed_until > $2, false) AS claimed,
    (SELECT max(v.at) FROM verdicts v WHERE v.lead_id = l.id AND v.state <> 'undone') AS "judgedAt"
  FROM leads l LEFT JOIN scores s ON s.lead_id = l.id LEFT JOIN review_queue q ON q.lead_id = l.id WHERE l.id = ANY($1)`

const family = `WITH RECURSIVE family AS (
    SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
    UNION ALL SELECT f.root, l.id, f.hops + 1 FROM family f JOIN leads l ON l.merged_into = f.id WHERE f.hops < 32)`

const tagStatement = `${family}
  SELECT family.root, jsonb_agg(DISTINCT jsonb_build_object('group', g.name, 'name', t.name)) AS tags
  FROM family JOIN lead_tags lt ON lt.lead_id = family.id JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id GROUP BY family.root`

const eventStatement = `${family}
  SELECT family.root, e.kind, jsonb_agg(floor(extract(epoch FROM e.at) * 1000) ORDER BY e.at) AS times
  FROM family JOIN timeline e ON e.lead_id = family.id AND e.kind = ANY($2) AND ($3::timestamptz IS NULL OR e.at >= $3) GROUP BY family.root, e.kind`
