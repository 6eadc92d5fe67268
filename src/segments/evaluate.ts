import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { markSegmentChanges } from '../journeys/marks.ts'
import type { Condition } from '../playbook/condition.ts'
import { type Moment, toSql } from './sql.ts'
import { sweep } from './sweep.ts'

const atOnce = 2_000

/** A live segment as whoever decides about its members sees it. */
export interface Live {
  id: string
  condition: Condition
  state: 'filling' | 'ready'
  filledTo: string | null
}

/**
 * Decides what became of leads that changed, a batch in one transaction: only those that were marked, only in the live segments
 * that depend on what changed. The marks go with the decision, so that each entry and each exit is told once.
 * @returns true when there is more to do at once
 */
export async function evaluateMarked(house: House): Promise<boolean> {
  await sweep(house)
  const [waiting] = await house.db.query('SELECT 1 FROM segment_marks LIMIT 1')
  if (!waiting) return false
  const count = await house.db.transaction(async (tx) => {
    await holdMembers(tx)
    const taken = await tx.query<{ lead: string; root: string | null; want: string }>(
      `WITH taken AS (DELETE FROM segment_marks WHERE id IN (SELECT id FROM segment_marks ORDER BY id LIMIT $1) RETURNING lead_id, want)
       SELECT t.lead_id AS lead, CASE WHEN l.merged_into IS NULL THEN l.id ELSE lead_root(l.id) END AS root, t.want
       FROM (SELECT lead_id, want FROM taken GROUP BY 1, 2) t LEFT JOIN leads l ON l.id = t.lead_id`,
      [atOnce],
    )
    if (taken.length === 0) return 0
    const touched = new Map<string, Set<string>>()
    for (const { lead, root, want } of taken) {
      const leads = touched.get(want) ?? new Set()
      leads.add(lead)
      if (root !== null) leads.add(root)
      touched.set(want, leads)
    }
    const at = await momentOf(house)
    for (const { wants, ...live } of await readLive(tx, [...touched.keys()])) {
      const leads = new Set(wants.flatMap((want) => [...(touched.get(want) ?? [])]))
      await decide(tx, house, live, [...leads], at)
    }
    return taken.length
  })
  return count > 0
}

/** Whoever writes members of live segments does so alone: the later look at a lead is the later word. */
export const holdMembers = (tx: Transaction) =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('segment-members', 0))`)

export async function momentOf(house: Pick<House, 'playbook' | 'clock'>): Promise<Moment> {
  const { playbook, calendar } = await house.playbook.current()
  return { now: house.clock.now(), playbook, calendar }
}

const readLive = (tx: Transaction, wants: readonly string[]) =>
  tx.query<Live & { wants: string[] }>(
    `SELECT s.id, s.condition, s.state, s.filled_to AS "filledTo", w.wants FROM segments s
     JOIN (SELECT segment, array_agg(want) AS wants FROM segment_wants WHERE want = ANY($1) GROUP BY segment) w ON w.segment = s.id
     WHERE s.kind = 'live' AND s.deleted_at IS NULL ORDER BY s.id`,
    [wants],
  )

/**
 * Makes the members among these leads right, in one statement. Whoever was known before and is otherwise now has entered or
 * left; of those a filling segment has not come to yet nothing was known.
 */
export async function decide(
  tx: Transaction,
  house: House,
  segment: Live,
  leads: readonly string[],
  at: Moment,
  { tell = true }: { tell?: boolean } = {},
): Promise<void> {
  const { joins, where, values } = toSql(segment.condition, at, 4)
  const changed = await tx.query<{ leadId: string; entered: boolean }>(
    `WITH fit AS MATERIALIZED (SELECT l.id FROM leads l ${joins} WHERE l.id = ANY($2::uuid[]) AND l.merged_into IS NULL AND (${where})),
     gone AS (DELETE FROM segment_members WHERE segment = $1 AND lead_id = ANY($2::uuid[]) AND lead_id NOT IN (SELECT id FROM fit) RETURNING lead_id),
     came AS (INSERT INTO segment_members (segment, lead_id, since) SELECT $1, id, $3 FROM fit ORDER BY id ON CONFLICT DO NOTHING RETURNING lead_id)
     SELECT lead_id AS "leadId", true AS entered FROM came UNION ALL SELECT lead_id, false FROM gone`,
    [segment.id, leads, at.now, ...values],
  )
  if (changed.length === 0) return
  await countMembers(tx, segment.id, changed)
  if (!tell) return
  const isKnown = ({ leadId }: { leadId: string }) =>
    segment.state === 'ready' || (segment.filledTo !== null && leadId <= segment.filledTo)
  await markSegmentChanges(
    tx,
    house,
    changed
      .filter(isKnown)
      .map(({ leadId, entered }) => ({ leadId, segment: segment.id, change: entered ? 'entered' : 'left' })),
  )
}

/** Keeps the number of members beside them, so that nobody has to count. */
export async function countMembers(
  tx: Transaction,
  segment: string,
  changed: readonly { entered: boolean }[],
): Promise<void> {
  const more = changed.reduce((sum, { entered }) => sum + (entered ? 1 : -1), 0)
  if (more !== 0) await tx.query('UPDATE segments SET size = size + $2 WHERE id = $1', [segment, more])
}
