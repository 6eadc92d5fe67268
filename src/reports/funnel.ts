import type { House } from '../house.ts'
import { arrivalsSql, noneOf } from './arrivals.ts'
import { type Asked, type Bound, binding, rounded, wayOf } from './ask.ts'

/** What the counts are broken down by. */
export const breakdowns = [
  'source',
  'channel',
  'campaign',
  'owner',
  'mdr',
  'actor',
  'period',
  'day',
  'week',
  'month',
] as const
export type Breakdown = (typeof breakdowns)[number]

export interface FunnelStage {
  stage: string
  name: string
  /** Leads that came to this stage in the period, each once. */
  entered: number
  /** Of those, how many have since come to a later stage. */
  converted: number
  rate: number | null
  /** Half of those that went on did so within this many hours. */
  medianHours: number | null
}

export interface FunnelGroup {
  /** What it is a breakdown by, or null: all together, or unknown. */
  key: string | null
  stages: FunnelStage[]
}

/** How a period of time is spelled, in PostgreSQL's words. */
const spelled = { day: 'YYYY-MM-DD', week: 'IYYY-"W"IW', month: 'YYYY-MM' } as const
const dayMs = 86_400_000

/** What a row is counted under. */
function keyOf(by: Breakdown, { from, to }: Asked, timeZone: string, { bind }: Bound): string {
  const days = (to.getTime() - from.getTime()) / dayMs
  const span = by === 'period' ? (days <= 31 ? 'day' : days <= 190 ? 'week' : 'month') : by
  if (span in spelled)
    return `to_char(e.at AT TIME ZONE ${bind(timeZone)}::text, '${spelled[span as keyof typeof spelled]}')`
  return {
    source: "l.first_source ->> 'kind'",
    channel: "l.first_source ->> 'channel'",
    campaign: "l.first_source ->> 'campaign'",
    owner: 'l.owner',
    actor: 'e.actor',
    mdr: 'judged.by',
  }[span as 'source']
}

/** Whoever judged a lead last. */
const judged = `LEFT JOIN (SELECT DISTINCT ON (lead_id) lead_id, by FROM verdicts WHERE state <> 'undone' ORDER BY lead_id, at DESC) judged ON judged.lead_id = l.id`
/** What these are is written with the lead. */
const ofLeads: readonly (Breakdown | null)[] = ['source', 'channel', 'campaign', 'owner', 'mdr']

/**
 * Leads that came to a stage in the period, the first time they did, and when they went on: columns lead_id, stage, key, at, onward_at.
 * Closed stages are where leads end, so coming there is no conversion.
 */
export function enteredSql(asked: Asked, way: readonly string[], timeZone: string, by: Breakdown | null, bound: Bound) {
  const { bind } = bound
  const [from, to] = [bind(asked.from), bind(asked.to)]
  const key = by === null ? 'NULL::text' : keyOf(by, asked, timeZone, bound)
  const within = bound.within(asked.within)
  // Leads are wide. Where nothing is asked of them but that they speak for themselves, the few that do not are left out.
  const leads =
    within === 'true' && !ofLeads.includes(by)
      ? `WHERE ${noneOf('SELECT id FROM leads WHERE merged_into IS NOT NULL', 'e.lead_id')}`
      : `JOIN leads l ON l.id = e.lead_id ${by === 'mdr' ? judged : ''} WHERE l.merged_into IS NULL AND ${within}`
  return `SELECT e.lead_id, e.stage, ${key} AS key, e.at, e.onward_at FROM (${arrivalsSql(way, bound)}) e ${leads}
    AND e.at >= ${from}::timestamptz AND e.at < ${to}::timestamptz AND (e.before_at IS NULL OR e.before_at < ${from}::timestamptz)`
}

/** How leads went through the stages: from the history itself, in the playbook's order. */
export async function readFunnel(house: House, asked: Asked, by: Breakdown | null): Promise<FunnelGroup[]> {
  const { playbook } = await house.playbook.current()
  const bound = binding()
  const entered = enteredSql(asked, wayOf(playbook), house.config.timeZone, by, bound)
  const rows = await house.db.query<{
    key: string | null
    stage: string
    entered: number
    converted: number
    medianHours: number | null
  }>(
    // One pass, shared among workers; how long each took is gathered on the way and put in order behind it.
    `WITH sums AS MATERIALIZED (
       SELECT key, stage, count(*) AS entered, count(onward_at) AS converted, array_agg(extract(epoch FROM onward_at - at)::float8) FILTER (WHERE onward_at IS NOT NULL) AS spans
       FROM (${entered}) f GROUP BY 1, 2)
     SELECT key, stage, entered, converted, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY span) / 3600 FROM unnest(spans) AS span) AS "medianHours"
     FROM sums ORDER BY 1 NULLS LAST`,
    bound.values,
  )
  const groups = new Map<string | null, Map<string, (typeof rows)[number]>>()
  if (by === null) groups.set(null, new Map())
  for (const row of rows) groups.set(row.key, (groups.get(row.key) ?? new Map()).set(row.stage, row))
  return [...groups].map(([key, byStage]) => ({
    key,
    stages: Object.entries(playbook.stages).map(([stage, { name }]) => {
      const { entered = 0, converted = 0, medianHours = null } = byStage.get(stage) ?? {}
      const rate = entered > 0 ? rounded(converted / entered) : null
      return { stage, name, entered, converted, rate, medianHours: rounded(medianHours, 1) }
    }),
  }))
}

export interface Cohort {
  /** When its leads began. */
  key: string
  leads: number
  /** In the order of the way: how many of them have come that far or farther. */
  reached: number[]
  /** How many had come to `stage` by the end of each period of their age; shorter for the young. */
  byAge: number[]
}

/** Leads that began in the period, and in which week or month: columns id, created_at, key. */
export const bornSql = (asked: Asked, timeZone: string, by: 'week' | 'month', bound: Bound): string =>
  `SELECT l.id, l.created_at, to_char(l.created_at AT TIME ZONE ${bound.bind(timeZone)}::text, '${spelled[by]}') AS key FROM leads l
   WHERE l.created_at >= ${bound.bind(asked.from)} AND l.created_at < ${bound.bind(asked.to)} AND l.merged_into IS NULL AND ${bound.within(asked.within)}`

/** Leads by when they began, and how far those have come; `stage`: the one whose arrival is followed by age. */
export async function readCohorts(
  house: House,
  asked: Asked,
  { by, stage }: { by: 'week' | 'month'; stage: string },
): Promise<{ way: string[]; cohorts: Cohort[] }> {
  const { playbook } = await house.playbook.current()
  const way = wayOf(playbook)
  const bound = binding()
  const { bind } = bound
  const on = bind(way)
  const place = bind(way.indexOf(stage) + 1)
  const ageDays = by === 'week' ? 7 : 30
  const rows = await house.db.query<{ key: string; far: number | null; age: number | null; n: number; oldest: number }>(
    `WITH born AS (${bornSql(asked, house.config.timeZone, by, bound)}), gone AS (
       SELECT b.id, b.key, b.created_at, max(array_position(${on}::text[], c.to_stage)) AS far,
         min(c.at) FILTER (WHERE array_position(${on}::text[], c.to_stage) >= ${place}::int) AS there
       FROM born b JOIN stage_changes c ON c.lead_id = b.id GROUP BY 1, 2, 3
     )
     SELECT key, far, floor(extract(epoch FROM there - created_at) / ${ageDays * 86_400})::int AS age, count(*) AS n,
       max(floor(extract(epoch FROM ${bind(house.clock.now())}::timestamptz - created_at) / ${ageDays * 86_400}))::int AS oldest
     FROM gone GROUP BY 1, 2, 3 ORDER BY 1`,
    bound.values,
  )
  const cohorts = new Map<string, Cohort & { oldest: number }>()
  for (const { key, far, age, n, oldest } of rows) {
    const cohort = cohorts.get(key) ?? { key, leads: 0, reached: way.map(() => 0), byAge: [], oldest: 0 }
    cohorts.set(key, cohort)
    cohort.leads += n
    cohort.oldest = Math.max(cohort.oldest, oldest)
    for (let stop = 0; stop < (far ?? 0); stop++) cohort.reached[stop] = (cohort.reached[stop] ?? 0) + n
    if (age !== null) cohort.byAge[age] = (cohort.byAge[age] ?? 0) + n
  }
  return {
    way,
    cohorts: [...cohorts.values()].map(({ oldest, byAge, ...cohort }) => {
      let sum = 0
      const ages = Math.min(oldest, mostAges - 1) + 1
      return { ...cohort, byAge: Array.from({ length: ages }, (_, age) => (sum += byAge[age] ?? 0)) }
    }),
  }
}

const mostAges = 26
