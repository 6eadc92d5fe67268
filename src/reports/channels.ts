import type { House } from '../house.ts'
import { type Asked, aliases, type Bound, binding, rootOf, rounded, wayOf, wonStages } from './ask.ts'
import { type Interval, wilson } from './proportions.ts'

/** To which of the touches before it something is credited. `linear`: to each alike. */
export const models = ['first', 'last', 'linear'] as const
export type Model = (typeof models)[number]

export interface Channel {
  /** Null: nobody knows how they came. */
  channel: string | null
  campaign: string | null
  /** Leads that began in the period. With `linear` parts of leads. */
  leads: number
  /** How far those have come since, in the order of the way. */
  reached: { stage: string; name: string; leads: number; rate: number | null; interval: Interval | null }[]
  /** Who became customers in the period, whenever they began. */
  customers: number
  /** Fen; null: nobody said. */
  cost: number | null
  costPerLead: number | null
  /** Cost ÷ customers, fen. */
  cac: number | null
}

export interface ChannelAsk extends Asked {
  model: Model
  byCampaign: boolean
}

/** Ways people reached us by themselves: being handed over or joined is a step of the way, no source. */
const noSource = "('handover', 'join')"

/**
 * Credits of people to the touches before a moment: columns part, lead_id, channel, campaign, share. Who was never seen coming is
 * credited to nothing known. `people`: part, lead_id, until.
 */
function creditedSql(people: string, model: Model): string {
  const share = {
    first: '(row_number() OVER earliest = 1)::int::float8',
    last: '(row_number() OVER latest = 1)::int::float8',
    linear: '1.0 / count(*) OVER (PARTITION BY p.part, p.lead_id)',
  }[model]
  return `WITH people AS (${people}), came AS (
      SELECT ${rootOf('t.lead_id')} AS lead_id, t.id, t.at, t.channel, t.campaign FROM touches t LEFT JOIN ${aliases} ON a.id = t.lead_id
      WHERE t.kind NOT IN ${noSource}
    ), credits AS (
      SELECT p.part, p.lead_id, t.channel, t.campaign, ${share} AS share
      FROM people p LEFT JOIN came t ON t.lead_id = p.lead_id AND t.at <= p.until
      WINDOW earliest AS (PARTITION BY p.part, p.lead_id ORDER BY t.at, t.id), latest AS (PARTITION BY p.part, p.lead_id ORDER BY t.at DESC, t.id DESC)
    )
    SELECT * FROM credits WHERE share > 0`
}

/** Those who began in the period, and those who became customers in it. */
export function channelPeople(asked: Asked, won: readonly string[], bound: Bound): string {
  const { bind } = bound
  const [from, to, knot] = [bind(asked.from), bind(asked.to), bind(won)]
  const within = bound.within(asked.within)
  return `SELECT 'began' AS part, l.id AS lead_id, ${to}::timestamptz AS until FROM leads l
      WHERE l.created_at >= ${from} AND l.created_at < ${to} AND l.merged_into IS NULL AND ${within}
    UNION ALL
    SELECT 'won', l.id, min(c.at) FROM stage_changes c JOIN leads l ON l.id = c.lead_id
      WHERE c.to_stage = ANY(${knot}::text[]) AND l.merged_into IS NULL AND ${within} GROUP BY l.id HAVING min(c.at) >= ${from} AND min(c.at) < ${to}`
}

export const creditsOf = (asked: ChannelAsk, won: readonly string[], bound: Bound): string =>
  creditedSql(channelPeople(asked, won, bound), asked.model)

/** What each channel brought and what that cost. */
export async function readChannels(house: House, asked: ChannelAsk): Promise<Channel[]> {
  const { playbook } = await house.playbook.current()
  const way = wayOf(playbook)
  const bound = binding()
  const credits = creditsOf(asked, wonStages(playbook), bound)
  const campaign = asked.byCampaign ? 'k.campaign' : 'NULL::text'
  const rows = await house.db.query<{
    part: string
    channel: string | null
    campaign: string | null
    far: number | null
    n: number
  }>(
    `WITH k AS MATERIALIZED (${credits}), f AS (
       SELECT c.lead_id, max(array_position(${bound.bind(way)}::text[], c.to_stage)) AS far FROM stage_changes c
       WHERE c.lead_id IN (SELECT lead_id FROM k WHERE part = 'began') GROUP BY 1)
     SELECT k.part, k.channel, ${campaign} AS campaign, f.far, sum(k.share)::float8 AS n FROM k
     LEFT JOIN f ON f.lead_id = k.lead_id AND k.part = 'began' GROUP BY 1, 2, 3, 4`,
    bound.values,
  )
  const costs = await readSpent(house, asked)
  const channels = new Map<string, Channel & { far: number[] }>()
  const at = (channel: string | null, campaignName: string | null) => {
    const key = JSON.stringify([channel, campaignName])
    const known = channels.get(key)
    if (known) return known
    const fresh = {
      ...{ channel, campaign: campaignName, leads: 0, reached: [], customers: 0 },
      ...{ cost: null, costPerLead: null, cac: null, far: way.map(() => 0) },
    }
    channels.set(key, fresh)
    return fresh
  }
  for (const { part, channel, campaign: of, far, n } of rows) {
    const one = at(channel, of)
    if (part === 'won') one.customers += n
    else {
      one.leads += n
      for (let stop = 0; stop < (far ?? 0); stop++) one.far[stop] = (one.far[stop] ?? 0) + n
    }
  }
  for (const { channel, campaign: of, amount } of costs) {
    const one = at(channel, asked.byCampaign ? of || null : null)
    one.cost = (one.cost ?? 0) + amount
  }
  return [...channels.values()]
    .map(({ far, ...one }) => ({
      ...one,
      leads: rounded(one.leads, 2) ?? 0,
      customers: rounded(one.customers, 2) ?? 0,
      reached: way.map((stage, place) => {
        const k = far[place] ?? 0
        const interval = one.leads > 0 ? wilson({ k, n: one.leads }) : null
        return {
          ...{ stage, name: playbook.stages[stage]?.name ?? stage, leads: rounded(k, 2) ?? 0 },
          rate: one.leads > 0 ? rounded(k / one.leads) : null,
          interval: interval && { low: rounded(interval.low) ?? 0, high: rounded(interval.high) ?? 1 },
        }
      }),
      costPerLead: one.cost !== null && one.leads > 0 ? Math.round(one.cost / one.leads) : null,
      cac: one.cost !== null && one.customers > 0 ? Math.round(one.cost / one.customers) : null,
    }))
    .sort(
      (a, b) => b.leads - a.leads || b.customers - a.customers || String(a.channel).localeCompare(String(b.channel)),
    )
}

/** What was spent in the period; of a month that is only partly in it, the part of its days. */
function readSpent(
  house: House,
  { from, to }: Asked,
): Promise<{ channel: string; campaign: string; amount: number }[]> {
  return house.db.query(
    `SELECT channel, campaign, sum(round(amount * extract(epoch FROM least(ends, $2::timestamptz AT TIME ZONE $3) - greatest(begins, $1::timestamptz AT TIME ZONE $3))
         / extract(epoch FROM ends - begins)))::bigint AS amount
     FROM (SELECT channel, campaign, amount, month::timestamp AS begins, (month + interval '1 month')::timestamp AS ends FROM costs) m
     WHERE begins < ($2::timestamptz AT TIME ZONE $3) AND ends > ($1::timestamptz AT TIME ZONE $3) GROUP BY 1, 2`,
    [from, to, house.config.timeZone],
  )
}
