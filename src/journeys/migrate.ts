import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import { findJourney, readVersions, versionKey } from './library.ts'
import { kindOf, matchSteps } from './match-steps.ts'
import { stepAt } from './path.ts'
import type { Journey } from './schema.ts'

interface Standing {
  version: number
  step: string
  name: string | null
  kind: string
  /** People who stand there now. */
  count: number
}

export interface Migration {
  /** The version in force, where people are taken to. */
  version: number
  /** Where people of older versions stand, and where they go on. */
  moves: (Standing & { to: { step: string; name: string | null } })[]
  /** Who stands at a step that the version in force does not have: he finishes on his own. */
  left: Standing[]
}

/**
 * Who would land on which step of the version in force, or of one that is not yet. Changes nothing.
 * @throws Refused 404 journey_unknown
 */
export async function previewMigration(
  sql: Sql,
  house: Pick<House, 'db'>,
  journey: string,
  next?: Journey,
): Promise<Migration> {
  const now = await findJourney(sql, journey)
  const [version, body] = next ? [now.version + 1, next] : [now.version, now.body]
  const standing = await sql.query<{ version: number; step: string; count: number }>(
    `SELECT version, step, count(*) AS count FROM enrolments WHERE journey = $1 AND version <> $2 AND ended_at IS NULL
     GROUP BY version, step ORDER BY version, step`,
    [journey, version],
  )
  const versions = await readVersions(
    sql,
    house,
    standing.map((row) => ({ journey, version: row.version })),
  )
  const moves: Migration['moves'] = []
  const left: Migration['left'] = []
  for (const row of standing) {
    const own = versions.get(versionKey({ journey, version: row.version }))
    const step = own && stepAt(own, row.step)
    const place = { ...row, name: step?.name ?? null, kind: step ? kindOf(step) : '' }
    const to = own && matchSteps(own, body).get(row.step)
    if (to === undefined) left.push(place)
    else moves.push({ ...place, to: { step: to, name: stepAt(body, to)?.name ?? null } })
  }
  return { version, moves, left }
}

const atOnce = 2_000
const mostAtOnce = 20_000

/**
 * Takes people of older versions to the version in force: each goes on at the step that his own became. What he has done stays
 * done: steps that were matched are not done again, the others are kept as history. Those at a step that is gone are left.
 * @returns how many were taken, and whether there are more for another call
 * @throws Refused 404 journey_unknown
 */
export async function migrate(house: House, journey: string, by: string): Promise<{ moved: number; more: boolean }> {
  let moved = 0
  for (let count = atOnce; count === atOnce && moved < mostAtOnce; moved += count)
    count = await house.db.transaction((tx) => migrateSome(tx, house, journey, by))
  return { moved, more: moved >= mostAtOnce }
}

async function migrateSome(tx: Transaction, house: House, journey: string, by: string): Promise<number> {
  // The lock of whoever enrols or pauses: the version in force stays in force meanwhile.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('journey:' || $1, 0))`, [journey])
  const { version, body } = await findJourney(tx, journey)
  const { moves } = await previewMigration(tx, house, journey)
  const held = await tx.query<{ id: string; leadId: string; version: number; step: string }>(
    `SELECT e.id, e.lead_id AS "leadId", e.version, e.step FROM enrolments e
     WHERE e.journey = $1 AND e.ended_at IS NULL AND (e.version, e.step) IN (SELECT * FROM unnest($2::int[], $3::text[]))
     ORDER BY e.id LIMIT ${atOnce} FOR UPDATE`,
    [journey, moves.map((move) => move.version), moves.map(({ step }) => step)],
  )
  if (held.length === 0) return 0
  const now = house.clock.now()
  const target = new Map(moves.map((move) => [`${move.version}\0${move.step}`, move.to.step]))
  const lines = await takeTrail(
    tx,
    held.map(({ id }) => id),
  )
  // A wait counts from when it began, by its new length; what was put off stays put off.
  await tx.query(
    `UPDATE enrolments e SET version = $1, step = t.step, acts = false, awaits = NULL, attempts = 0,
       due_at = CASE WHEN e.since IS NULL THEN e.due_at ELSE $2 END
     FROM unnest($3::uuid[], $4::text[]) AS t(id, step) WHERE e.id = t.id`,
    [version, now, held.map(({ id }) => id), held.map((row) => target.get(`${row.version}\0${row.step}`))],
  )
  await layTrail(tx, house, { journey, body }, held, lines)
  await record(
    tx,
    held.map(({ id, leadId, version: before }) => ({
      leadId,
      at: now,
      kind: 'journey',
      actor: by,
      key: `${id}\0migrated\0${version}`,
      data: { enrolment: id, journey, version, before, state: 'migrated' },
    })),
  )
  tx.afterCommit(() => house.wake.up('advance-journeys'))
  return held.length
}

interface Line {
  enrolment: string
  step: string
  outcome: string
  messageId: string | null
  at: Date
  playbookVersion: number
}

/** Takes away what the steps did, while it still counts for the version under which it was done. */
const takeTrail = (tx: Transaction, ids: readonly string[]): Promise<Line[]> =>
  tx.query<Line>(
    `DELETE FROM enrolment_steps WHERE enrolment = ANY($1) AND step NOT LIKE '%/%' RETURNING enrolment, step, outcome, message_id AS "messageId", at, playbook_version AS "playbookVersion"`,
    [ids],
  )

/** Steps that were done, under the places they have now: what a place of an older version did is told as `1/3.then.0`. */
async function layTrail(
  tx: Transaction,
  house: House,
  { journey, body }: { journey: string; body: Journey },
  held: readonly { id: string; version: number }[],
  lines: readonly Line[],
): Promise<void> {
  const versions = await readVersions(
    tx,
    house,
    held.map(({ version }) => ({ journey, version })),
  )
  const places = new Map([...versions].map(([key, own]) => [key, matchSteps(own, body)]))
  const own = new Map(held.map(({ id, version }) => [id, version]))
  const placeOf = ({ enrolment, step }: Line): string => {
    const version = own.get(enrolment) ?? 0
    return places.get(versionKey({ journey, version }))?.get(step) ?? `${version}/${step}`
  }
  await tx.query(
    `INSERT INTO enrolment_steps (enrolment, step, outcome, message_id, at, playbook_version)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[], $6::int[])`,
    [
      lines.map(({ enrolment }) => enrolment),
      lines.map(placeOf),
      lines.map(({ outcome }) => outcome),
      lines.map(({ messageId }) => messageId),
      lines.map(({ at }) => at),
      lines.map(({ playbookVersion }) => playbookVersion),
    ],
  )
}
