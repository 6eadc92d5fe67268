import type { Sql } from '../db.ts'
import type { Fate } from './lane.ts'

/** A lead that is placed otherwise under the changed rules. */
export interface Affected {
  leadId: string
  stay: string
  outcome: 'other-rep' | 'only-current-placed' | 'only-changed-placed'
  why: string
}

type Standing = Pick<Fate, 'rep' | 'fate'>

/** The next leads whose placing ends with somebody else, or with nobody, on one of the two sides. */
export async function readAffected(
  sql: Sql,
  jobId: string,
  after: Pick<Affected, 'leadId' | 'stay'> | null,
  limit: number,
): Promise<Affected[]> {
  const rows = await sql.query<{ leadId: string; stay: string; current: Standing; changed: Standing }>(
    `SELECT c.lead_id AS "leadId", c.stay, jsonb_build_object('rep', n.name, 'fate', c.fate) AS current, jsonb_build_object('rep', m.name, 'fate', h.fate) AS changed
     FROM simulated_arrivals c JOIN simulated_arrivals h ON h.job_id = c.job_id AND h.lead_id = c.lead_id AND h.stay = c.stay AND h.side = 'changed'
     LEFT JOIN LATERAL (SELECT coalesce(nullif(name, ''), userid) AS name FROM staff WHERE userid = c.rep) n ON true
     LEFT JOIN LATERAL (SELECT coalesce(nullif(name, ''), userid) AS name FROM staff WHERE userid = h.rep) m ON true
     WHERE c.job_id = $1 AND c.side = 'current' AND c.rep IS DISTINCT FROM h.rep AND ($2::uuid IS NULL OR (c.lead_id, c.stay) > ($2, $3::text))
     ORDER BY c.lead_id, c.stay LIMIT $4`,
    [jobId, after?.leadId ?? null, after?.stay ?? null, limit],
  )
  return rows.map(({ leadId, stay, current, changed }) => ({
    leadId,
    stay,
    outcome: current.rep && changed.rep ? 'other-rep' : current.rep ? 'only-current-placed' : 'only-changed-placed',
    why: `现行：${say(current)}。改后：${say(changed)}。`,
  }))
}

function say({ rep, fate }: Standing): string {
  if (fate === 'unplaced') return '没有人能接'
  if (!rep) return '已在别人手上'
  return fate === 'open' ? `派给 ${rep}，还没答复` : `${rep} 接下`
}
