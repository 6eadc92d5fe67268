import type { House } from '../house.ts'
import { type Bound, wayOf } from './ask.ts'

/** Leads folded by one transaction. */
const atOnce = 5_000

/**
 * Every coming to a stage, as the history itself says it: columns lead_id, seq, stage, at, before_at, onward_at, actor.
 * @param whose a condition on `c.lead_id`
 * @param way the stages in their order, as bound; what stands later in it is onward
 */
const toldSql = (whose: string, way: string): string =>
  `SELECT c.lead_id, c.seq, c.to_stage AS stage, c.at, lag(c.at) OVER (PARTITION BY c.lead_id, c.to_stage ORDER BY c.seq) AS before_at,
     (SELECT min(n.at) FROM stage_changes n WHERE n.lead_id = c.lead_id AND n.seq > c.seq
       AND array_position(${way}::text[], n.to_stage) > array_position(${way}::text[], c.to_stage)) AS onward_at, c.actor
   FROM stage_changes c WHERE c.to_stage IS DISTINCT FROM c.from_stage AND ${whose}`

/**
 * Every coming to a stage, each lead's either as it was folded or, where something has happened since, from the history: whoever
 * reads this in one statement reads the truth of that moment, however far the fold has come. Columns as of the table `arrivals`.
 */
export function arrivalsSql(way: readonly string[], { bind }: Bound): string {
  const on = bind(way)
  const isFolded = `(SELECT way = ${on}::text[] FROM arrival_way)`
  return `SELECT lead_id, seq, stage, at, before_at, onward_at, actor FROM arrivals f
     WHERE ${isFolded} AND ${noneOf('SELECT lead_id FROM arrival_marks', 'f.lead_id')}
   UNION ALL ${toldSql(`${isFolded} AND c.lead_id IN (SELECT lead_id FROM arrival_marks)`, on)}
   UNION ALL ${toldSql(`${isFolded} IS NOT TRUE`, on)}`
}

/**
 * A condition: `lead` is none of those. Through an array, whose length the planner does not believe it knows: of a set whose size
 * changes faster than its statistics it would make a loop in a loop.
 */
export const noneOf = (leads: string, lead: string): string =>
  `NOT EXISTS (SELECT FROM unnest(ARRAY(${leads})) AS o(id) WHERE o.id = ${lead})`

/**
 * Folds the histories of some leads that have changed. One at a time: two who fold the same lead could leave the older truth.
 * A playbook that orders its stages anew has all of them folded again.
 * @returns true when there is more to do at once
 */
export async function foldArrivals(house: House): Promise<boolean> {
  const way = wayOf((await house.playbook.current()).playbook)
  return house.db.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended('fold-arrivals', 0)) AS mine",
    )
    if (!lock?.mine) return false
    const changed = await tx.query(
      `INSERT INTO arrival_way (way) VALUES ($1) ON CONFLICT (id) DO UPDATE SET way = excluded.way WHERE arrival_way.way <> excluded.way RETURNING 1`,
      [way],
    )
    if (changed.length > 0) await tx.query('INSERT INTO arrival_marks (lead_id) SELECT id FROM leads')
    const taken = await tx.query<{ lead: string }>(
      `DELETE FROM arrival_marks WHERE id IN (SELECT id FROM arrival_marks ORDER BY id LIMIT ${atOnce}) RETURNING lead_id AS lead`,
    )
    if (taken.length === 0) return false
    const leads = [...new Set(taken.map(({ lead }) => lead))]
    await tx.query('DELETE FROM arrivals WHERE lead_id = ANY($1)', [leads])
    await tx.query(
      `INSERT INTO arrivals (lead_id, seq, stage, at, before_at, onward_at, actor) ${toldSql('c.lead_id = ANY($1)', '$2')}`,
      [leads, way],
    )
    return taken.length === atOnce
  })
}
