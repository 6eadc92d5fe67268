import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import type { Condition } from '../../playbook/condition.ts'
import { momentOf } from '../../segments/evaluate.ts'
import { checkWanted, findSegment } from '../../segments/library.ts'
import { listMembers } from '../../segments/members.ts'
import { toSql } from '../../segments/sql.ts'
import type { Principal } from '../principal.ts'
import { leadsWithin } from '../scope.ts'

/** A segment by its id, or by the condition it would have. */
export type SegmentAsked = string | Condition

/** The leads that speak for those that are named, as far as whoever asks may work on them. */
export async function namedLeads(
  house: House,
  principal: Principal,
  leadIds: readonly string[],
): Promise<{ mine: string[]; others: string[] }> {
  const reach = leadsWithin(principal, 2)
  const rows = await house.db.query<{ asked: string; id: string }>(
    `SELECT a.id AS asked, l.id FROM unnest($1::uuid[]) AS a(id) JOIN leads l ON l.id = lead_root(a.id) WHERE ${reach.sql}`,
    [leadIds, ...reach.values],
  )
  const found = new Set(rows.map(({ asked }) => asked))
  return {
    mine: [...new Set(rows.map(({ id }) => id))],
    others: [...new Set(leadIds)].filter((id) => !found.has(id.toLowerCase())),
  }
}

/**
 * The leads of a segment that whoever asks may work on, newest first, at most `limit`.
 * @throws Refused 404 segment_unknown, 422 where the condition cannot be asked
 */
export async function segmentLeads(
  house: House,
  principal: Principal,
  asked: SegmentAsked,
  limit: number,
): Promise<string[]> {
  const within = (first: number) => leadsWithin(principal, first)
  if (typeof asked === 'string') {
    const segment = await findSegment(house.db, asked)
    const rows = await listMembers(house.db, segment, { within, after: null, limit })
    return rows.map(({ id }) => id)
  }
  await checkWanted(house, asked)
  const { joins, where, values } = toSql(asked, await momentOf(house), 1)
  const scope = within(values.length + 1)
  const rows = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l ${joins} WHERE l.merged_into IS NULL AND (${where}) AND ${scope.sql} ORDER BY l.id DESC LIMIT ${Math.trunc(limit)}`,
    [...values, ...scope.values],
  )
  return rows.map(({ id }) => id)
}

const mostOfSegment = 20_000

/** All of a segment's leads. @throws Refused 422 where there are more than one request takes, besides what `segmentLeads` throws */
export async function wholeSegment(house: House, principal: Principal, asked: SegmentAsked): Promise<string[]> {
  const leads = await segmentLeads(house, principal, asked, mostOfSegment + 1)
  if (leads.length <= mostOfSegment) return leads
  const message = `人群超过 ${mostOfSegment} 人，请加上条件分成几批`
  throw new Refused(422, 'segment_too_large', message, [{ field: 'segment', message }])
}
