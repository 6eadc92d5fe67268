import type { House } from '../house.ts'

/** What the counts are broken down by. */
export const breakdowns = ['source', 'channel', 'campaign', 'owner', 'actor', 'month'] as const
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
  /** What it is a breakdown by, or null: all together. */
  key: string | null
  stages: FunnelStage[]
}

const keys: Record<Breakdown, string> = {
  source: "l.first_source ->> 'kind'",
  channel: "l.first_source ->> 'channel'",
  campaign: "l.first_source ->> 'campaign'",
  owner: 'l.owner',
  actor: 'e.actor',
  month: "to_char(e.at AT TIME ZONE $4::text, 'YYYY-MM')",
}

/**
 * How leads went through the stages: from the history itself, in the playbook's order. Closed stages are where leads end, so
 * coming there is no conversion.
 */
export async function readFunnel(
  house: House,
  { from, to, by }: { from: Date; to: Date; by?: Breakdown | undefined },
): Promise<FunnelGroup[]> {
  const { playbook } = await house.playbook.current()
  const stages = Object.entries(playbook.stages)
  const way = stages.filter(([, stage]) => !stage.closed).map(([id]) => id)
  const rows = await house.db.query<{
    key: string | null
    stage: string
    entered: number
    converted: number
    medianHours: number | null
  }>(
    `WITH entered AS (
       SELECT DISTINCT ON (lead_id, to_stage) lead_id, to_stage, at, seq, actor FROM stage_changes
       WHERE at >= $1 AND at < $2 AND to_stage IS DISTINCT FROM from_stage ORDER BY lead_id, to_stage, seq
     )
     SELECT ${by ? keys[by] : 'NULL'} AS key, e.to_stage AS stage, count(*) AS entered, count(later.at) AS converted,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM later.at - e.at) / 3600) AS "medianHours"
     FROM entered e JOIN leads l ON l.id = e.lead_id
     LEFT JOIN LATERAL (
       SELECT c.at FROM stage_changes c WHERE c.lead_id = e.lead_id AND c.seq > e.seq
         AND array_position($3::text[], c.to_stage) > array_position($3::text[], e.to_stage) ORDER BY c.seq LIMIT 1
     ) later ON true
     WHERE l.merged_into IS NULL AND $4::text IS NOT NULL
     GROUP BY 1, 2 ORDER BY 1 NULLS LAST`,
    [from, to, way, house.config.timeZone],
  )
  const groups = new Map<string | null, Map<string, (typeof rows)[number]>>()
  if (!by) groups.set(null, new Map())
  for (const row of rows) groups.set(row.key, (groups.get(row.key) ?? new Map()).set(row.stage, row))
  return [...groups].map(([key, byStage]) => ({
    key,
    stages: stages.map(([stage, { name }]) => {
      const row = byStage.get(stage)
      const entered = row?.entered ?? 0
      const converted = row?.converted ?? 0
      return {
        stage,
        name,
        entered,
        converted,
        rate: entered > 0 ? Math.round((converted / entered) * 1000) / 1000 : null,
        medianHours: row?.medianHours == null ? null : Math.round(row.medianHours * 10) / 10,
      }
    }),
  }))
}
