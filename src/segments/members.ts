import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { markSegmentChanges } from '../journeys/marks.ts'
import { memberOf, type Within } from '../leads/list.ts'
import { countMembers, holdMembers } from './evaluate.ts'
import type { Segment } from './library.ts'

/** Ids of a segment's leads, newest first, one page. Whoever was merged since is there as the one who speaks for him. */
export function listMembers(
  sql: Sql,
  { id, kind }: Pick<Segment, 'id' | 'kind'>,
  { within, after, limit }: { within: Within; after: string | null; limit: number },
): Promise<{ id: string }[]> {
  const scope = within(4)
  return sql.query(
    `SELECT l.id FROM leads l WHERE l.merged_into IS NULL AND ${memberOf({ kind }, '$1')} AND ($2::uuid IS NULL OR l.id < $2) AND ${scope.sql} ORDER BY l.id DESC LIMIT $3`,
    [id, after, limit, ...scope.values],
  )
}

/**
 * Puts leads into a static segment and takes them out.
 * @throws Refused 409 for a live one, whose members follow its condition
 */
export async function changeMembers(
  house: House,
  segment: Pick<Segment, 'id' | 'kind'>,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<{ added: number; removed: number }> {
  return house.db.transaction(async (tx) => {
    const added = await addMembers(tx, house, segment, add)
    // Taking somebody out takes out everybody he speaks for.
    const gone = await tx.query<{ leadId: string }>(
      `DELETE FROM segment_members WHERE segment = $1 AND lead_id IN (SELECT lead_family(id) FROM unnest($2::uuid[]) AS id) RETURNING lead_id AS "leadId"`,
      [segment.id, remove],
    )
    await tellChanged(tx, house, segment.id, gone, 'left')
    return { added, removed: gone.length }
  })
}

/**
 * Puts leads into a static segment, in the caller's transaction.
 * @returns how many were not in it
 * @throws Refused 409 for a live one
 */
export async function addMembers(
  tx: Transaction,
  house: House,
  { id, kind }: Pick<Segment, 'id' | 'kind'>,
  leadIds: readonly string[],
): Promise<number> {
  if (kind === 'live') throw new Refused(409, 'segment_live', '动态人群的成员由条件决定，请改条件')
  await holdMembers(tx)
  const came = await tx.query<{ leadId: string }>(
    `INSERT INTO segment_members (segment, lead_id, since) SELECT $1, id, $3 FROM leads WHERE id = ANY($2::uuid[]) ORDER BY id
     ON CONFLICT DO NOTHING RETURNING lead_id AS "leadId"`,
    [id, leadIds, house.clock.now()],
  )
  await tellChanged(tx, house, id, came, 'entered')
  return came.length
}

async function tellChanged(
  tx: Transaction,
  house: House,
  segment: string,
  rows: readonly { leadId: string }[],
  change: 'entered' | 'left',
): Promise<void> {
  await countMembers(
    tx,
    segment,
    rows.map(() => ({ entered: change === 'entered' })),
  )
  await markSegmentChanges(
    tx,
    house,
    rows.map(({ leadId }) => ({ leadId, segment, change })),
  )
}

/** How long the oldest change nobody has decided about waits, in milliseconds; 0: every live segment is up to date. */
export async function lagOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ ms: number }>(
    `SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT at FROM segment_marks ORDER BY id LIMIT 1)) * 1000, 0)::float8 AS ms`,
  )
  return Math.max(0, Math.round(row?.ms ?? 0))
}
