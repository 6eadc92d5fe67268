import type { House } from '../house.ts'
import type { Playbook } from '../playbook/schema.ts'
import { type Asked, binding, rounded, wayOf } from './ask.ts'

export interface StageTime {
  stage: string
  name: string
  half: 'left' | 'knot' | 'right'
  closed: boolean
  /** Leads that stand there now. */
  now: number
  /** Times a lead left it in the period. */
  left: number
  /** How long those had been there; half of them no longer, nine in ten no longer. */
  medianDays: number | null
  slowDays: number | null
}

export interface ReasonCount {
  /** `lost`: the door was closed; `returned`: back to an earlier stage; `kept`: not yet. */
  kind: 'lost' | 'returned' | 'kept'
  fromStage: string
  reason: string
  name: string
  leads: number
}

export interface Flow {
  /** Null: leads that began. */
  from: string | null
  to: string
  moves: number
  leads: number
  /** Along the way, against it, or out of a closed door. */
  kind: 'begun' | 'onward' | 'back' | 'closed' | 'reopened'
}

/** How long leads stay where, and how many stand there now. */
export async function readStageTimes(house: House, asked: Asked): Promise<StageTime[]> {
  const { playbook } = await house.playbook.current()
  const bound = binding()
  const [from, to] = [bound.bind(asked.from), bound.bind(asked.to)]
  const left = await house.db.query<{ stage: string; left: number; median: number; slow: number }>(
    `WITH moved AS (SELECT DISTINCT lead_id FROM stage_changes WHERE at >= ${from} AND at < ${to} AND to_stage IS DISTINCT FROM from_stage),
     spans AS (
       SELECT c.lead_id, c.to_stage AS stage, c.at AS since, lead(c.at) OVER (PARTITION BY c.lead_id ORDER BY c.seq) AS until
       FROM stage_changes c JOIN moved USING (lead_id) WHERE c.to_stage IS DISTINCT FROM c.from_stage
     )
     SELECT s.stage, count(*) AS left,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.until - s.since) / 86400) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM s.until - s.since) / 86400) AS slow
     FROM spans s JOIN leads l ON l.id = s.lead_id WHERE s.until >= ${from} AND s.until < ${to} AND l.merged_into IS NULL AND ${bound.within(asked.within)} GROUP BY 1`,
    bound.values,
  )
  const here = binding()
  const now = await house.db.query<{ stage: string; now: number }>(
    `SELECT l.stage, count(*) AS now FROM leads l WHERE l.merged_into IS NULL AND ${here.within(asked.within)} GROUP BY 1`,
    here.values,
  )
  return Object.entries(playbook.stages).map(([stage, { name, half, closed }]) => {
    const gone = left.find((row) => row.stage === stage)
    return {
      stage,
      name,
      half,
      closed,
      now: now.find((row) => row.stage === stage)?.now ?? 0,
      left: gone?.left ?? 0,
      medianDays: rounded(gone?.median ?? null, 1),
      slowDays: rounded(gone?.slow ?? null, 1),
    }
  })
}

/** Why leads were closed, given back or kept waiting: the newest such word of each lead in the period, once per reason. */
export async function readReasons(house: House, asked: Asked): Promise<ReasonCount[]> {
  const { playbook } = await house.playbook.current()
  const bound = binding()
  const rows = await house.db.query<{ edge: string; from: string; to: string; reason: string; leads: number }>(
    `SELECT c.edge, c.from_stage AS "from", c.to_stage AS "to", c.reason, count(DISTINCT c.lead_id) AS leads FROM stage_changes c JOIN leads l ON l.id = c.lead_id
     WHERE c.at >= ${bound.bind(asked.from)} AND c.at < ${bound.bind(asked.to)} AND c.reason IS NOT NULL AND c.from_stage IS NOT NULL
       AND l.merged_into IS NULL AND ${bound.within(asked.within)} GROUP BY 1, 2, 3, 4`,
    bound.values,
  )
  const counts = new Map<string, ReasonCount>()
  for (const row of rows) {
    const kind = endOf(playbook, row.from, row.to)
    if (!kind) continue
    // By the edge's own list first: one id may stand in several. An edge of an older playbook may be gone.
    const list = playbook.edges.find(({ id }) => id === row.edge)?.reasons
    const lists = [...(list ? [playbook.reasons[list]] : []), ...Object.values(playbook.reasons)]
    const known = lists.flatMap((one) => one?.options ?? []).find(({ id }) => id === row.reason)?.name ?? row.reason
    const key = `${kind}\0${row.from}\0${row.reason}`
    const count = counts.get(key)
    if (count) count.leads += row.leads
    else counts.set(key, { kind, fromStage: row.from, reason: row.reason, name: known, leads: row.leads })
  }
  return [...counts.values()].sort((a, b) => b.leads - a.leads || (a.reason < b.reason ? -1 : 1))
}

/** What a move with a reason was; null: it went on. */
export function endOf(playbook: Playbook, from: string, to: string): ReasonCount['kind'] | null {
  const way = wayOf(playbook)
  if (playbook.stages[to]?.closed) return 'lost'
  if (way.indexOf(to) < way.indexOf(from)) return 'returned'
  return from === to ? 'kept' : null
}

/** How many went from where to where in the period; people go every way, not only forward. */
export async function readFlows(house: House, asked: Asked): Promise<Flow[]> {
  const { playbook } = await house.playbook.current()
  const way = wayOf(playbook)
  const bound = binding()
  const rows = await house.db.query<Omit<Flow, 'kind'>>(
    `SELECT c.from_stage AS "from", c.to_stage AS "to", count(*) AS moves, count(DISTINCT c.lead_id) AS leads FROM stage_changes c JOIN leads l ON l.id = c.lead_id
     WHERE c.at >= ${bound.bind(asked.from)} AND c.at < ${bound.bind(asked.to)} AND c.to_stage IS DISTINCT FROM c.from_stage
       AND l.merged_into IS NULL AND ${bound.within(asked.within)} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
    bound.values,
  )
  const kindOf = ({ from, to }: Pick<Flow, 'from' | 'to'>): Flow['kind'] => {
    if (from === null) return 'begun'
    if (playbook.stages[to]?.closed) return 'closed'
    if (playbook.stages[from]?.closed) return 'reopened'
    return way.indexOf(to) > way.indexOf(from) ? 'onward' : 'back'
  }
  return rows.map((row) => ({ ...row, kind: kindOf(row) }))
}
