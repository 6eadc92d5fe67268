import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { arrivalsSql } from './arrivals.ts'
import { type Asked, aliases, type Bound, binding, rootOf, rounded, wayOf } from './ask.ts'
import { type Cell, type Lift, liftOf } from './proportions.ts'

/** What a lead did with a piece. */
export const deeds = ['sent', 'opened', 'read', 'forwarded'] as const
export type Deed = (typeof deeds)[number]

export interface PieceEffect {
  contentId: string
  title: string
  stages: string[]
  /** Leads, each once. */
  sent: number
  opened: number
  read: number
  forwarded: number
  /** Got it so late that it is too early to say. */
  pending: number
  lift: Lift
}

export interface ContentAsk extends Asked {
  /** Who comes to a later stage within so long after he got it was moved. */
  horizonDays: number
}

const day = 86_400_000
/** Of more leads than these a part is looked at, chosen by nothing but chance. */
const mostOthers = 60_000
const mostPerPiece = 3_000

/** Leads who did something with pieces in the period: columns content_id, lead_id, deed. */
export function deedsSql(asked: Asked, bound: Bound, only: { content: string; deed: Deed } | null = null): string {
  const [from, to] = [bound.bind(asked.from), bound.bind(asked.to)]
  const piece = only ? bound.bind(only.content) : null
  const of = (alias: string) => (piece ? `AND ${alias}.content_id = ${piece}` : '')
  const visit = (deed: Deed, lead: string, when: string) =>
    `SELECT DISTINCT v.content_id, ${rootOf(`v.${lead}`)} AS lead_id, '${deed}' AS deed FROM visits v LEFT JOIN ${aliases} ON a.id = v.${lead}
     WHERE v.${lead} IS NOT NULL AND v.opened_at >= ${from} AND v.opened_at < ${to} ${of('v')} ${when}`
  const all: Record<Deed, string> = {
    sent: `SELECT DISTINCT m.content_id, ${rootOf('m.lead_id')} AS lead_id, 'sent' AS deed FROM messages m LEFT JOIN ${aliases} ON a.id = m.lead_id
     WHERE m.state = 'sent' AND m.content_id IS NOT NULL AND m.sent_at >= ${from} AND m.sent_at < ${to} ${of('m')}`,
    opened: visit('opened', 'lead_id', ''),
    read: visit('read', 'lead_id', 'AND v.read_at IS NOT NULL'),
    forwarded: visit(
      'forwarded',
      'from_lead',
      'AND v.visitor_id IS NOT NULL AND v.from_lead IS DISTINCT FROM v.lead_id',
    ),
  }
  return (only ? [all[only.deed]] : deeds.map((deed) => all[deed])).join(' UNION ALL ')
}

/** What became of each piece, and whether those who got it went on more often than leads who were alike and did not. */
export async function readContentEffect(house: House, asked: ContentAsk): Promise<PieceEffect[]> {
  const bound = binding()
  const done = deedsSql(asked, bound)
  const counts = await house.db.query<Omit<PieceEffect, 'lift' | 'pending'>>(
    `SELECT c.id AS "contentId", c.title, c.stages, ${deeds.map((deed) => `count(*) FILTER (WHERE d.deed = '${deed}') AS ${deed}`).join(', ')}
     FROM (${done}) d JOIN leads l ON l.id = d.lead_id JOIN content c ON c.id = d.content_id AND c.current
     WHERE c.kind <> 'words' AND ${bound.within(asked.within)} GROUP BY 1, 2, 3 ORDER BY sent DESC, opened DESC, 1`,
    bound.values,
  )
  const lifts = await readLifts(
    house,
    asked,
    counts.filter(({ sent }) => sent > 0).map(({ contentId }) => contentId),
  )
  return counts.map((piece) => {
    const lift = lifts.get(piece.contentId) ?? { ...liftOf([]), pending: 0 }
    return { ...piece, pending: lift.pending, lift: shown(lift) }
  })
}

const shown = ({ matched, unmatched, controls, rate, controlRate, lift, interval, verdict }: Lift): Lift => ({
  ...{
    matched,
    unmatched,
    controls,
    verdict,
    rate: rounded(rate),
    controlRate: rounded(controlRate),
    lift: rounded(lift),
  },
  interval: interval && { low: rounded(interval.low) ?? -1, high: rounded(interval.high) ?? 1 },
})

interface CellRow {
  contentId: string
  tk: number
  tn: number
  ck: number
  cn: number
}

/**
 * Alike means: the same stage when it was sent, the same rung of fit, the same rung of what was done in the half-life before, the
 * same kind of first source, the same week. The others are leads who did not get the piece until the time to move was over; they are
 * looked at in the middle of the week. Nothing that the columns do not say is matched: a rep who chooses whom to send to may
 * know more.
 */
async function readLifts(
  house: House,
  asked: ContentAsk,
  pieces: readonly string[],
): Promise<Map<string, Lift & { pending: number }>> {
  if (pieces.length === 0) return new Map()
  const { playbook } = await house.playbook.current()
  const { grades } = playbook.score
  const horizon = `${asked.horizonDays} days`
  const over = new Date(Math.min(asked.to.getTime(), house.clock.now().getTime() - asked.horizonDays * day))
  const [total] = await house.db.query<{ n: number }>(
    "SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class WHERE oid = 'leads'::regclass",
  )
  const share = Math.min(1, mostOthers / Math.max(1, total?.n ?? 1))
  // Nobody's time to move is over yet: there is nothing to compare.
  if (over <= asked.from) return readPending(house, asked, pieces)
  const bound = binding()
  const { bind } = bound
  const at = {
    ...{
      from: bind(asked.from),
      to: bind(asked.to),
      over: bind(over),
      pieces: bind(pieces),
      way: bind(wayOf(playbook)),
    },
    ...{ horizon: bind(horizon), share: bind(Math.ceil(share * 1024)), zone: bind(house.config.timeZone) },
    ...{
      fit: bind(rungs(grades.fit)),
      intent: bind(rungs(grades.intent)),
      before: bind(Math.max(1, Math.round(milliseconds(playbook.score.halfLife) / day))),
    },
  }
  const later = (place: string, than: string) =>
    `array_position(${at.way}::text[], ${place}) > array_position(${at.way}::text[], ${than})`
  const like = 'stage, fit, did, source, week'
  const rows = await house.db.query<CellRow & { pending: number; appearances: number }>(
    `WITH got AS MATERIALIZED (
       SELECT m.content_id, ${rootOf('m.lead_id')} AS lead_id, min(m.sent_at) AS at FROM messages m LEFT JOIN ${aliases} ON a.id = m.lead_id
       WHERE m.state = 'sent' AND m.content_id = ANY(${at.pieces}::text[]) AND m.sent_at < ${at.to} GROUP BY 1, 2
     ), mine AS (
       SELECT g.*, coalesce(l.first_source ->> 'kind', '') AS source, row_number() OVER (PARTITION BY g.content_id ORDER BY hashtextextended(g.lead_id::text, 7)) AS n
       FROM got g JOIN leads l ON l.id = g.lead_id WHERE g.at >= ${at.from} AND g.at < ${at.over} AND ${bound.within(asked.within)}
     ), treated AS (
       SELECT m.content_id, was.to_stage AS stage, ${fitOf(at.fit)} AS fit, ${didOf(at.intent, 'm.lead_id', dayOf('m.at', at.zone), at.before)} AS did,
         m.source, date_trunc('week', m.at AT TIME ZONE ${at.zone}) AS week,
         EXISTS (SELECT FROM stage_changes c WHERE c.lead_id = m.lead_id AND c.seq > was.seq AND c.at <= m.at + ${at.horizon}::interval
           AND ${later('c.to_stage', 'was.to_stage')}) AS moved
       FROM mine m LEFT JOIN scores s ON s.lead_id = m.lead_id
       CROSS JOIN LATERAL (SELECT c.to_stage, c.seq FROM stage_changes c WHERE c.lead_id = m.lead_id AND c.at <= m.at ORDER BY c.seq DESC LIMIT 1) was
       WHERE m.n <= ${mostPerPiece}
     ), weeks AS (
       SELECT DISTINCT week, (week + interval '84 hours') AT TIME ZONE ${at.zone} AS at, (week + interval '3 days')::date AS day FROM treated
     ), others AS MATERIALIZED (
       SELECT l.id, ${fitOf(at.fit)} AS fit, coalesce(l.first_source ->> 'kind', '') AS source FROM leads l LEFT JOIN scores s ON s.lead_id = l.id
       WHERE l.merged_into IS NULL AND (hashtextextended(l.id::text, 11) & 1023) < ${at.share} AND ${bound.within(asked.within)}
     ), spans AS (
       SELECT a.lead_id, a.stage, a.at, lead(a.at) OVER (PARTITION BY a.lead_id ORDER BY a.seq) AS until, a.onward_at AS up
       FROM (${arrivalsSql(wayOf(playbook), bound)}) a JOIN others o ON o.id = a.lead_id
     ), busy AS (
       SELECT d.lead_id, w.week, sum(d.weight) AS points FROM score_days d JOIN others o ON o.id = d.lead_id JOIN weeks w ON d.day < w.day AND d.day >= w.day - ${at.before}::int GROUP BY 1, 2
     ), standing AS MATERIALIZED (
       SELECT o.id AS lead_id, w.at, s.stage, o.fit, ${rungOf(at.intent, 'coalesce(b.points, 0)')} AS did, o.source, w.week, coalesce(s.up <= w.at + ${at.horizon}::interval, false) AS moved
       FROM spans s JOIN weeks w ON s.at <= w.at AND (s.until IS NULL OR s.until > w.at) AND w.at < ${at.over}
       JOIN others o ON o.id = s.lead_id LEFT JOIN busy b ON b.lead_id = o.id AND b.week = w.week
     ), pool AS (SELECT ${like}, count(*) AS n, count(*) FILTER (WHERE moved) AS k FROM standing GROUP BY ${like}),
     less AS (
       SELECT g.content_id, ${like}, count(*) AS n, count(*) FILTER (WHERE moved) AS k FROM standing s JOIN got g ON g.lead_id = s.lead_id AND g.at <= s.at + ${at.horizon}::interval
       GROUP BY g.content_id, ${like}
     ), kinds AS (SELECT content_id, ${like}, count(*) AS n, count(*) FILTER (WHERE moved) AS k FROM treated GROUP BY content_id, ${like})
     SELECT k.content_id AS "contentId", k.k AS tk, k.n AS tn, greatest(0, coalesce(p.k, 0) - coalesce(x.k, 0)) AS ck, greatest(0, coalesce(p.n, 0) - coalesce(x.n, 0)) AS cn, 0 AS pending,
       (SELECT count(*)::float8 / greatest(1, count(DISTINCT lead_id)) FROM standing) AS appearances
     FROM kinds k LEFT JOIN pool p ON ${same('p', 'k')} LEFT JOIN less x ON x.content_id = k.content_id AND ${same('x', 'k')}
     UNION ALL SELECT g.content_id, 0, 0, 0, 0, count(*), 1 FROM got g JOIN leads l ON l.id = g.lead_id
       WHERE g.at >= greatest(${at.from}::timestamptz, ${at.over}::timestamptz) AND ${bound.within(asked.within)} GROUP BY 1`,
    bound.values,
  )
  return new Map(
    pieces.map((piece) => {
      const mine = rows.filter(({ contentId }) => contentId === piece)
      const cells: Cell[] = mine.map(({ tk, tn, ck, cn }) => ({ treated: { k: tk, n: tn }, control: { k: ck, n: cn } }))
      const appearances = Math.max(1, ...mine.map((row) => row.appearances))
      const pending = mine.reduce((sum, row) => sum + row.pending, 0)
      return [piece, { ...liftOf(cells, { questions: pieces.length, appearances }), pending }]
    }),
  )
}

/** How many got each piece so lately that it is too early to say. */
async function readPending(
  house: House,
  asked: ContentAsk,
  pieces: readonly string[],
): Promise<Map<string, Lift & { pending: number }>> {
  const bound = binding()
  const rows = await house.db.query<{ contentId: string; pending: number }>(
    `SELECT m.content_id AS "contentId", count(DISTINCT l.id) AS pending FROM messages m LEFT JOIN ${aliases} ON a.id = m.lead_id JOIN leads l ON l.id = ${rootOf('m.lead_id')}
     WHERE m.state = 'sent' AND m.content_id = ANY(${bound.bind(pieces)}::text[]) AND m.sent_at >= ${bound.bind(asked.from)} AND m.sent_at < ${bound.bind(asked.to)}
       AND ${bound.within(asked.within)} GROUP BY 1`,
    bound.values,
  )
  const pending = new Map(rows.map((row) => [row.contentId, row.pending]))
  return new Map(pieces.map((piece) => [piece, { ...liftOf([]), pending: pending.get(piece) ?? 0 }]))
}

const rungs = (ladder: readonly { from: number }[]): number[] => ladder.map(({ from }) => from).sort((a, b) => a - b)
const rungOf = (ladder: string, points: string): string => `width_bucket((${points})::float8, ${ladder}::float8[])`
const fitOf = (ladder: string): string => rungOf(ladder, 'coalesce(s.fit, 50)')
const dayOf = (at: string, zone: string): string => `(${at} AT TIME ZONE ${zone})::date`
const didOf = (ladder: string, lead: string, on: string, before: string): string =>
  rungOf(
    ladder,
    `coalesce((SELECT sum(d.weight) FROM score_days d WHERE d.lead_id = ${lead} AND d.day < ${on} AND d.day >= ${on} - ${before}::int), 0)`,
  )
const same = (a: string, b: string): string =>
  ['stage', 'fit', 'did', 'source', 'week'].map((column) => `${a}.${column} = ${b}.${column}`).join(' AND ')
