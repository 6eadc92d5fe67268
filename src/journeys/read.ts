import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'

/** What is counted of journeys: what is summed up, and what is not yet. */
const sums = `(SELECT journey, version, kind, step, word, n FROM journey_counts UNION ALL SELECT journey, version, kind, step, word, n FROM journey_ticks)`

/** How many are where in a journey, all versions together: read from the sums, whatever the number of people. */
export async function countStates(sql: Sql, journeys: readonly string[]): Promise<Map<string, Record<string, number>>> {
  const rows = await sql.query<{ journey: string; counts: Record<string, number> }>(
    `SELECT journey, jsonb_object_agg(state, n) AS counts FROM (
       SELECT c.journey, CASE WHEN c.kind = 'ended' THEN split_part(c.word, ':', 1) WHEN p.paused THEN 'paused' ELSE 'waiting' END AS state, sum(c.n) AS n
       FROM ${sums} c
       LEFT JOIN journey_states p ON p.journey = c.journey
       WHERE c.journey = ANY($1) AND c.kind IN ('waiting', 'ended') GROUP BY 1, 2 HAVING sum(c.n) <> 0) s GROUP BY journey`,
    [journeys],
  )
  return new Map(rows.map(({ journey, counts }) => [journey, counts]))
}

/** What the steps of a journey's newest version did so far: by place and outcome. */
export async function countSteps(
  sql: Sql,
  journey: string,
  version: number,
): Promise<{ step: string; outcome: string; count: number }[]> {
  return sql.query(
    `SELECT step, word AS outcome, sum(n)::int AS count FROM ${sums} c
     WHERE journey = $1 AND version = $2 AND kind = 'did' GROUP BY step, word HAVING sum(n) <> 0 ORDER BY step, word`,
    [journey, version],
  )
}

export interface VersionRow {
  version: number
  current: boolean
  origin: 'file' | 'database'
  by: string
  at: Date
  /** How many are on their way in it. */
  live: number
  body: Record<string, unknown>
}

/** The versions of a journey, newest first. */
export const listVersions = (sql: Sql, journey: string): Promise<VersionRow[]> =>
  sql.query(
    `SELECT j.version, j.current, j.origin, j.by, j.at, j.body, coalesce(e.live, 0) AS live FROM journeys j
     LEFT JOIN (SELECT version, sum(n)::int AS live FROM ${sums} c WHERE journey = $1 AND kind = 'waiting' GROUP BY version) e USING (version)
     WHERE j.id = $1 ORDER BY j.version DESC LIMIT 100`,
    [journey],
  )

export interface EnrolmentRow {
  id: string
  journey: string
  version: number
  leadId: string
  state: string
  step: string | null
  dueAt: Date | null
  enteredAt: Date
  enteredBy: string
  endedAt: Date | null
  why: string | null
  lead: { name: string; company: string | null; stage: string; desk: string }
  trail: { step: string; outcome: string; messageId: string | null; at: string }[]
  /** The database's own spelling of the entry, for where the next page begins. */
  exact: string
}

/** Who is or was in a journey, newest first, with what each step did. `within` is a condition on leads `l`, its values from $8 on. */
export async function listEnrolments(
  sql: Sql,
  journey: string,
  {
    state,
    leadId,
    version,
    step,
    after,
    limit,
    within,
  }: {
    state?: string | undefined
    leadId?: string | undefined
    version?: number | undefined
    /** Who stands there now. */
    step?: string | undefined
    after: readonly [string, string] | null
    limit: number
    within: { sql: string; values: readonly unknown[] }
  },
): Promise<EnrolmentRow[]> {
  return sql.query<EnrolmentRow>(
    `SELECT e.id, e.journey, e.version, e.lead_id AS "leadId", e.state, e.step, CASE WHEN e.ended_at IS NULL THEN e.due_at END AS "dueAt",
       e.entered_at AS "enteredAt", e.entered_at::text AS exact, e.entered_by AS "enteredBy", e.ended_at AS "endedAt", e.why,
       jsonb_build_object('name', r.name, 'company', r.company, 'stage', r.stage, 'desk', r.desk) AS lead,
       coalesce((SELECT jsonb_agg(jsonb_build_object('step', s.step, 'outcome', s.outcome, 'messageId', s.message_id, 'at', s.at, 'playbookVersion', s.playbook_version) ORDER BY s.at, s.step)
         FROM enrolment_steps s WHERE s.enrolment = e.id), '[]') AS trail
     FROM enrolments e JOIN leads l ON l.id = e.lead_id JOIN leads r ON r.id = lead_root(e.lead_id)
     WHERE e.journey = $1 AND ($2::text IS NULL OR e.state = $2) AND ($3::uuid IS NULL OR e.lead_id IN (SELECT lead_family(lead_root($3))))
       AND ($4::timestamptz IS NULL OR (e.entered_at, e.id) < ($4, $5::uuid))
       AND ($6::int IS NULL OR e.version = $6) AND ($7::text IS NULL OR e.step = $7) AND ${within.sql}
     ORDER BY e.entered_at DESC, e.id DESC LIMIT ${Math.trunc(limit)}`,
    [
      ...[
        journey,
        state ?? null,
        leadId ?? null,
        after?.[0] ?? null,
        after?.[1] ?? null,
        version ?? null,
        step ?? null,
      ],
      ...within.values,
    ],
  )
}

/**
 * Stops a journey, or lets it go on: while it is stopped nobody enters and nobody in it takes a step. What is planned already
 * goes its way; the plug is for that.
 */
export async function setPaused(house: House, journey: string, paused: boolean, by: string): Promise<void> {
  await house.db.transaction(async (tx: Transaction) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('journey:' || $1, 0))`, [journey])
    await tx.query(
      `INSERT INTO journey_states (journey, paused, by, at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (journey) DO UPDATE SET paused = excluded.paused, by = excluded.by, at = excluded.at`,
      [journey, paused, by, house.clock.now()],
    )
    await tx.query('UPDATE enrolments SET state = $2 WHERE journey = $1 AND state = $3', [
      journey,
      paused ? 'paused' : 'waiting',
      paused ? 'waiting' : 'paused',
    ])
    if (!paused) tx.afterCommit(() => house.wake.up('advance-journeys'))
  })
}
