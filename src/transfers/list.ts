import type { Sql } from '../db.ts'
import { type TransferRow, transferColumns } from './row.ts'

export type ListedTransfer = TransferRow & { leadName: string | null; company: string | null; order: string }

export interface TransferFilter {
  id?: string | undefined
  state?: string | undefined
  reason?: string | undefined
  leadId?: string | undefined
  /** Whoever gave or took. */
  userid?: string | undefined
  handover?: string | undefined
  /** A team's manager sees what his people gave or took. */
  team?: string | undefined
}

/** Transfers, newest first, a page. */
export function listTransfers(
  sql: Sql,
  filter: TransferFilter,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ListedTransfer[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['true']
  if (filter.id) where.push(`t.id = ${bind(filter.id)}`)
  if (filter.state) where.push(`t.state = ${bind(filter.state)}`)
  if (filter.reason) where.push(`t.reason = ${bind(filter.reason)}`)
  if (filter.leadId) where.push(`t.lead_id IN (SELECT lead_family(${bind(filter.leadId)}::uuid))`)
  if (filter.handover) where.push(`lower(t.handover) = lower(${bind(filter.handover)})`)
  if (filter.userid) {
    const me = bind(filter.userid)
    where.push(`(lower(t.handover) = lower(${me}) OR lower(t.takeover) = lower(${me}))`)
  }
  if (filter.team) {
    const people = `(SELECT userid FROM staff WHERE team = ${bind(filter.team)})`
    where.push(`(t.handover IN ${people} OR t.takeover IN ${people})`)
  }
  if (after) where.push(`(t.asked_at, t.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`)
  return sql.query<ListedTransfer>(
    `SELECT ${transferColumns('t')}, l.name AS "leadName", l.company, t.asked_at::text AS order
     FROM transfers t LEFT JOIN leads l ON l.id = lead_root(t.lead_id)
     WHERE ${where.join(' AND ')} ORDER BY t.asked_at DESC, t.id DESC LIMIT ${bind(limit)}`,
    values,
  )
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
}

/** The latest hundred members whose customers were or are given to others because they are gone. */
export function countLeavers(sql: Sql): Promise<LeaverCount[]> {
  return sql.query<LeaverCount>(
    `SELECT t.handover AS userid, coalesce(nullif(s.name, ''), t.handover) AS name, max(t.left_at) AS "leftAt",
       count(*) FILTER (WHERE t.state = 'unplaced')::int AS unplaced, count(*) FILTER (WHERE t.state IN ('wanted', 'asked'))::int AS running,
       count(*) FILTER (WHERE t.state = 'done')::int AS done, count(*) FILTER (WHERE t.state IN ('refused', 'failed'))::int AS refused
     FROM transfers t LEFT JOIN staff s ON s.userid = t.handover WHERE t.reason IN ('left', 'resigned')
     GROUP BY t.handover, s.name ORDER BY max(t.asked_at) DESC LIMIT 100`,
  )
}
