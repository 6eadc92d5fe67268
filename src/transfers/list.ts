import { milliseconds } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { type TransferRow, type TransferState, transferColumns } from './row.ts'

export type ListedTransfer = TransferRow & { leadName: string | null; company: string | null; order: string }

export interface TransferFilter {
  id?: string | undefined
  state?: string | undefined
  reason?: string | undefined
  leadId?: string | undefined
  /** Whoever gave or took. */
  userid?: string | undefined
  handover?: string | undefined
  states?: readonly TransferState[] | undefined
  /** A team's manager sees what his people gave or took. */
  team?: { name: string; manager: string } | undefined
}

/** Transfers, newest first, a page. */
export function listTransfers(
  sql: Sql,
  filter: TransferFilter,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ListedTransfer[]> {
  const { where, values, bind } = conditionOf(filter)
  if (after) where.push(`(t.asked_at, t.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`)
  return sql.query<ListedTransfer>(
    `SELECT ${transferColumns('t')}, l.name AS "leadName", l.company, t.asked_at::text AS order
     FROM transfers t LEFT JOIN leads l ON l.id = lead_root(t.lead_id)
     WHERE ${where.join(' AND ')} ORDER BY t.asked_at DESC, t.id DESC LIMIT ${bind(limit)}`,
    values,
  )
}

function conditionOf(filter: TransferFilter): { where: string[]; values: unknown[]; bind(value: unknown): string } {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['true']
  if (filter.id) where.push(`t.id = ${bind(filter.id)}`)
  if (filter.state) where.push(`t.state = ${bind(filter.state)}`)
  if (filter.states) where.push(`t.state = ANY(${bind(filter.states)})`)
  if (filter.reason) where.push(`t.reason = ${bind(filter.reason)}`)
  if (filter.leadId) where.push(`t.lead_id IN (SELECT lead_family(${bind(filter.leadId)}::uuid))`)
  if (filter.handover) where.push(`lower(t.handover) = lower(${bind(filter.handover)})`)
  if (filter.userid) {
    const me = bind(filter.userid)
    where.push(`(lower(t.handover) = lower(${me}) OR lower(t.takeover) = lower(${me}))`)
  }
  if (filter.team) {
    const people = `(SELECT userid FROM staff WHERE team = ${bind(filter.team.name)} OR ${bind(filter.team.manager.toLowerCase())} IN (lower(manager), lower(userid)))`
    where.push(`(t.handover IN ${people} OR t.takeover IN ${people})`)
  }
  return { where, values, bind }
}

export interface TransferCounts {
  states: Partial<Record<TransferState, number>>
  /** Customers who cannot be handed over again for now. */
  usedUp: number
  max: number
  within: string
}

const lately = 90 * 86_400_000

/** How many stand where: all that go on, and what ended lately; and how many customers have used up what WeCom allows. */
export async function countTransfers(
  sql: Sql,
  { clock, playbook }: Pick<House, 'clock' | 'playbook'>,
  filter: TransferFilter,
): Promise<TransferCounts> {
  const { max, within } = (await playbook.current()).playbook.transfer
  const now = clock.now().getTime()
  const { where, values, bind } = conditionOf(filter)
  const since = bind(new Date(now - lately))
  // What is looked at again goes on.
  const counted = await sql.query<{ state: TransferState; count: number }>(
    `SELECT t.state, count(*)::int AS count FROM transfers t WHERE ${where.join(' AND ')} AND (t.asked_at > ${since} OR t.look_at IS NOT NULL) GROUP BY t.state`,
    values,
  )
  const spent = conditionOf(filter)
  const [used] = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (SELECT 1 FROM transfers t WHERE ${spent.where.join(' AND ')} AND t.way = 'present'
       AND t.asked_at > ${spent.bind(new Date(now - milliseconds(within)))} AND (t.state IN ('wanted', 'asked', 'done') OR t.fault_id = 'wecom_40128')
     GROUP BY t.external_userid HAVING count(*) FILTER (WHERE t.state <> 'failed') >= ${spent.bind(max)} OR bool_or(t.fault_id = 'wecom_40128')) u`,
    spent.values,
  )
  return {
    states: Object.fromEntries(counted.map(({ state, count }) => [state, count])),
    usedUp: used?.count ?? 0,
    max,
    within,
  }
}

/** Of each member who is gone: how far his customers are. */
export interface LeaverCount {
  userid: string
  name: string
  leftAt: Date | null
  unplaced: number
  running: number
  done: number
  refused: number
  failed: number
}

/** The latest hundred members whose customers were or are given to others because they are gone. */
export function countLeavers(sql: Sql, filter: TransferFilter = {}): Promise<LeaverCount[]> {
  const { where, values } = conditionOf(filter)
  return sql.query<LeaverCount>(
    `SELECT t.handover AS userid, coalesce(nullif(s.name, ''), t.handover) AS name, max(t.left_at) AS "leftAt",
       count(*) FILTER (WHERE t.state = 'unplaced')::int AS unplaced, count(*) FILTER (WHERE t.state IN ('wanted', 'asked'))::int AS running,
       count(*) FILTER (WHERE t.state = 'done')::int AS done, count(*) FILTER (WHERE t.state = 'refused')::int AS refused,
       count(*) FILTER (WHERE t.state = 'failed')::int AS failed
     FROM transfers t LEFT JOIN staff s ON s.userid = t.handover WHERE t.reason IN ('left', 'resigned') AND ${where.join(' AND ')}
     GROUP BY t.handover, s.name ORDER BY max(t.asked_at) DESC LIMIT 100`,
    values,
  )
}
