import { keepAdds } from '../codes/adds.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import { begin, type Ending, end, type FollowState, type Standing } from './follow-states.ts'
import { askReconcile } from './missed.ts'
import { registered } from './staff.ts'
import { wishStage } from './wishes.ts'

export interface FollowStart {
  leadId: string
  userid: string
  externalUserId: string
  /** The customer added the member, who has not added back. */
  half: boolean
  state?: string | undefined
  at: Date
}

export interface FollowEnd {
  userid: string
  externalUserId: string
  how: Ending
  at: Date
}

export interface FollowMark {
  userid: string
  externalUserId: string
}

interface FollowRow extends Standing {
  userid: string
  externalUserId: string
  leadId: string
  wayState: string | null
}

/** How long after a deletion WeCom is asked whether it holds: an add that overtook it must not be lost. */
const verifyEndMs = 30_000

const spell = (row: { userid: string; externalUserId: string }): string => `${row.externalUserId}\0${row.userid}`

/** Relations began: a customer added one of our people. Each is fetched when it has been quiet for 2 s. */
export async function startFollows(tx: Transaction, house: House, rows: readonly FollowStart[]): Promise<void> {
  if (rows.length === 0) return
  const named = await withRegistered(tx, house, rows)
  const held = await lockRows(tx, named)
  const next = new Map<string, FollowRow & { anew: boolean; changed: boolean }>()
  for (const row of inTime(named)) {
    const before = next.get(spell(row)) ?? held.get(spell(row))
    const now = begin(before ?? null, row)
    next.set(spell(row), {
      ...now,
      userid: row.userid,
      externalUserId: row.externalUserId,
      leadId: before?.leadId ?? row.leadId,
      wayState: wayOf(before ?? null, row, now.anew),
      anew: now.anew || (next.get(spell(row))?.anew ?? false),
      changed: before?.state !== now.state || now.anew || (next.get(spell(row))?.changed ?? false),
    })
  }
  const now = house.clock.now()
  const all = [...next.values()].sort(bySpelling)
  const anew = all.filter((row) => row.anew)
  await tx.query(
    `DELETE FROM follow_tags ft USING unnest($1::text[], $2::text[]) AS t(ext, userid) WHERE ft.external_userid = t.ext AND ft.userid = t.userid`,
    [anew.map((row) => row.externalUserId), anew.map((row) => row.userid)],
  )
  // What a relation wears that began anew was put on in its former life.
  await tx.query(
    `INSERT INTO follows AS f (external_userid, userid, lead_id, state, way_state, started_at, ended_at, stale_since, tags_known, marks)
     SELECT ext, userid, lead, state, way, started, ended, $8, NOT anew, anew::int
     FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $9::boolean[])
       AS t(ext, userid, lead, state, way, started, ended, anew)
     ON CONFLICT (external_userid, userid) DO UPDATE SET state = excluded.state, way_state = excluded.way_state, started_at = excluded.started_at,
       ended_at = excluded.ended_at, stale_since = excluded.stale_since, tags_known = f.tags_known AND excluded.tags_known,
       stage_worn = CASE WHEN excluded.tags_known THEN f.stage_worn END, marks = f.marks + excluded.marks`,
    [
      all.map((row) => row.externalUserId),
      all.map((row) => row.userid),
      all.map((row) => row.leadId),
      all.map((row) => row.state),
      all.map((row) => row.wayState),
      all.map((row) => row.startedAt),
      all.map((row) => row.endedAt),
      now,
      all.map((row) => row.anew),
    ],
  )
  const changed = all.filter((row) => row.changed)
  await wishStage(tx, [...new Set(changed.filter((row) => row.state === 'full').map((row) => row.leadId))], now)
  await record(
    tx,
    changed.map((row) => ({
      leadId: row.leadId,
      at: row.startedAt,
      kind: 'follow',
      actor: row.userid,
      key: `${spell(row)}\0${row.state}\0${row.startedAt.toISOString()}`,
      data: { userid: row.userid, state: row.state },
    })),
  )
  const known = (row: FollowRow) => held.has(spell(row))
  await keepAdds(
    tx,
    house,
    all.filter((row) => row.anew || !known(row)).map((row) => ({ ...row, state: row.wayState, at: row.startedAt })),
  )
  tx.afterCommit(() => house.wake.up('mark-tags'))
}

/** The state of the last add that had one; an add that is told late does not change what came after it. */
function wayOf(before: FollowRow | null, { state = null, at }: { state?: string | null; at: Date }, anew: boolean) {
  if (!before || anew) return state
  return at < before.startedAt ? (before.wayState ?? state) : (state ?? before.wayState)
}

/** Relations ended. An end nobody knew the beginning of is kept, so that an add that comes late does not revive it. */
export async function endFollows(tx: Transaction, house: House, rows: readonly FollowEnd[]): Promise<void> {
  if (rows.length === 0) return
  const named = await withRegistered(tx, house, rows)
  const held = await lockRows(tx, named)
  const leads = await leadsOf(
    tx,
    named.filter((row) => !held.has(spell(row))).map((row) => row.externalUserId),
  )
  const next = new Map<string, FollowRow>()
  for (const row of inTime(named)) {
    const before = next.get(spell(row)) ?? held.get(spell(row))
    const leadId = before?.leadId ?? leads.get(row.externalUserId)
    if (leadId === undefined) continue
    const from = before ?? { state: 'full' as const, startedAt: row.at, endedAt: null, wayState: null }
    const after = end(from, row.how, row.at)
    if (before && after === from) continue
    next.set(spell(row), { ...from, ...after, userid: row.userid, externalUserId: row.externalUserId, leadId })
  }
  const all = [...next.values()].sort(bySpelling)
  if (all.length === 0) return
  const verifyAt = new Date(house.clock.now().getTime() + verifyEndMs)
  await tx.query(
    `INSERT INTO follows AS f (external_userid, userid, lead_id, state, started_at, ended_at, stale_since)
     SELECT ext, userid, lead, state, started, ended, CASE WHEN state = 'deleted_by_us' THEN $7::timestamptz END
     FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS t(ext, userid, lead, state, started, ended)
     ON CONFLICT (external_userid, userid) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at,
       stale_since = coalesce(excluded.stale_since, f.stale_since), wish_at = NULL,
       stage_worn = CASE WHEN excluded.state = 'deleted_by_us' THEN NULL ELSE f.stage_worn END`,
    [
      all.map((row) => row.externalUserId),
      all.map((row) => row.userid),
      all.map((row) => row.leadId),
      all.map((row) => row.state),
      all.map((row) => row.startedAt),
      all.map((row) => row.endedAt),
      verifyAt,
    ],
  )
  const gone = all.filter((row) => row.state === 'deleted_by_us')
  await tx.query(
    `DELETE FROM follow_tags ft USING unnest($1::text[], $2::text[]) AS t(ext, userid) WHERE ft.external_userid = t.ext AND ft.userid = t.userid`,
    [gone.map((row) => row.externalUserId), gone.map((row) => row.userid)],
  )
  await record(
    tx,
    all
      .filter((row) => held.get(spell(row))?.state !== row.state)
      .map((row) => ({
        leadId: row.leadId,
        at: row.endedAt ?? row.startedAt,
        kind: 'follow',
        actor: row.userid,
        key: `${spell(row)}\0${row.state}\0${row.endedAt?.toISOString()}`,
        data: { userid: row.userid, state: row.state },
      })),
  )
}

/**
 * Something about these relations changed. They are only marked; whoever has been quiet for 2 s is fetched. A relation we do
 * not know means that its add was lost: the member's relations are compared with WeCom's, unless the first sync does that.
 */
export async function markStale(tx: Transaction, house: House, rows: readonly FollowMark[]): Promise<void> {
  if (rows.length === 0) return
  const named = await withRegistered(tx, house, rows)
  const now = house.clock.now()
  const known = await tx.query<{ externalUserId: string; userid: string }>(
    `UPDATE follows f SET stale_since = $3 FROM (
       SELECT f.external_userid, f.userid FROM follows f JOIN unnest($1::text[], $2::text[]) AS t(ext, userid) ON f.external_userid = t.ext AND f.userid = t.userid
       ORDER BY 1, 2 FOR UPDATE OF f) t
     WHERE f.external_userid = t.external_userid AND f.userid = t.userid RETURNING f.external_userid AS "externalUserId", f.userid`,
    [named.map((row) => row.externalUserId), named.map((row) => row.userid), now],
  )
  const met = new Set(known.map(spell))
  await askReconcile(
    tx,
    house,
    named.filter((row) => !met.has(spell(row))).map((row) => row.userid),
  )
}

async function withRegistered<Row extends { userid: string }>(tx: Transaction, house: House, rows: readonly Row[]) {
  const spelled = await registered(
    tx,
    house,
    rows.map((row) => row.userid),
  )
  return rows.map((row) => ({ ...row, userid: spelled(row.userid) }))
}

const inTime = <Row extends { at: Date }>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => a.at.getTime() - b.at.getTime())

const bySpelling = (a: FollowRow, b: FollowRow): number => (spell(a) < spell(b) ? -1 : 1)

async function lockRows(
  tx: Transaction,
  rows: readonly { userid: string; externalUserId: string }[],
): Promise<Map<string, FollowRow>> {
  const held = await tx.query<FollowRow & { state: FollowState }>(
    `SELECT f.external_userid AS "externalUserId", f.userid, f.lead_id AS "leadId", f.state, f.way_state AS "wayState",
       f.started_at AS "startedAt", f.ended_at AS "endedAt"
     FROM follows f WHERE (f.external_userid, f.userid) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY 1, 2 FOR UPDATE`,
    [rows.map((row) => row.externalUserId), rows.map((row) => row.userid)],
  )
  return new Map(held.map((row) => [spell(row), row]))
}

async function leadsOf(tx: Transaction, externalUserIds: readonly string[]): Promise<Map<string, string>> {
  if (externalUserIds.length === 0) return new Map()
  const rows = await tx.query<{ key: string; leadId: string }>(
    `SELECT key, lead_id AS "leadId" FROM identities WHERE kind = 'externalUserId' AND key = ANY($1)`,
    [externalUserIds],
  )
  return new Map(rows.map((row) => [row.key, row.leadId]))
}
