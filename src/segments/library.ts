import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { Condition } from '../playbook/condition.ts'
import { begin, fillKind } from './begin.ts'
import { checkCondition } from './check.ts'

export interface Segment {
  id: string
  name: string
  /** `live`: members follow the condition. `static`: chosen by hand, or by the condition once. */
  kind: 'live' | 'static'
  condition: Condition | null
  version: number
  state: 'filling' | 'ready'
  size: number
  /** While it fills: leads looked at, and about how many there are. */
  progress: { done: number; total: number } | null
  usedBy: { id: string; name: string }[]
  by: string
  createdAt: Date
  updatedAt: Date
}

export interface SegmentInput {
  name: string
  kind: 'live' | 'static'
  condition?: Condition | undefined
}

const select = `SELECT s.id, s.name, s.kind, s.condition, s.version, s.state, s.size, s.by, s.created_at AS "createdAt", s.updated_at AS "updatedAt",
  CASE WHEN s.state = 'filling' THEN jsonb_build_object('done', coalesce(j.done, 0), 'total', greatest(coalesce(j.done, 0), (SELECT reltuples FROM pg_class WHERE oid = 'leads'::regclass)::bigint)) END AS progress,
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name) ORDER BY o.id) FROM journeys o WHERE o.current AND (o.body -> 'trigger' ->> 'segment' = s.id::text OR (o.body -> 'exits')::jsonb @> jsonb_build_array(jsonb_build_object('leftSegment', s.id)))), '[]') AS "usedBy"
  FROM segments s LEFT JOIN jobs j ON j.id = s.job WHERE s.deleted_at IS NULL`

export const listSegments = (sql: Sql): Promise<Segment[]> =>
  sql.query(`${select} ORDER BY s.created_at DESC, s.id DESC LIMIT ${mostSegments}`)

/** @throws Refused 404 */
export async function findSegment(sql: Sql, id: string): Promise<Segment> {
  const [segment] = await sql.query<Segment>(`${select} AND s.id::text = lower($1)`, [id])
  if (!segment) throw new Refused(404, 'segment_unknown', '没有这个人群')
  return segment
}

const mostSegments = 500

/** @throws Refused 409 name_taken, 422 */
export async function createSegment(house: House, input: SegmentInput, by: string): Promise<Segment> {
  await check(house, input)
  const id = newId(house.clock)
  const now = house.clock.now()
  await house.db.transaction(async (tx) => {
    const [{ count } = { count: 0 }] = await tx.query<{ count: number }>(
      'SELECT count(*) AS count FROM segments WHERE deleted_at IS NULL',
    )
    if (count >= mostSegments)
      throw new Refused(409, 'too_many_segments', `最多 ${mostSegments} 个人群，请先删除不用的`)
    const written = await tx.query(
      `INSERT INTO segments (id, name, kind, condition, state, by, created_at, updated_at) VALUES ($1, $2, $3, $4, 'ready', $5, $6, $6)
       ON CONFLICT DO NOTHING RETURNING id`,
      [id, input.name, input.kind, input.condition ? JSON.stringify(input.condition) : null, by, now],
    )
    if (written.length === 0) throw nameTaken(input.name)
    if (input.condition) await begin(tx, house, id, by)
  })
  return findSegment(house.db, id)
}

/** A new name changes nothing else; a new condition is another version, and fills anew. @throws Refused 404, 409, 422 */
export async function changeSegment(house: House, id: string, input: SegmentInput, by: string): Promise<Segment> {
  const before = await findSegment(house.db, id)
  if (input.kind !== before.kind) throw new Refused(409, 'kind_fixed', '人群的类型不能改，请另建一个')
  await check(house, input)
  const condition = input.condition ?? null
  const same = JSON.stringify(condition) === JSON.stringify(before.condition)
  await house.db.transaction(async (tx) => {
    const taken = await tx.query(
      'SELECT 1 FROM segments WHERE lower(name) = lower($2) AND id <> $1 AND deleted_at IS NULL',
      [id, input.name],
    )
    if (taken.length > 0) throw nameTaken(input.name)
    await tx.query('UPDATE segments SET name = $2, condition = $3, updated_at = $4 WHERE id = $1', [
      id,
      input.name,
      condition && JSON.stringify(condition),
      house.clock.now(),
    ])
    if (!same && condition) await begin(tx, house, id, by)
  })
  return findSegment(house.db, id)
}

const nameTaken = (name: string) => new Refused(409, 'name_taken', `已有叫「${name}」的人群，请换个名字`)

/** @throws Refused 404, 409 in_use */
export async function removeSegment(house: House, id: string): Promise<void> {
  const { usedBy } = await findSegment(house.db, id)
  if (usedBy.length > 0) {
    const names = usedBy.map(({ name }) => `「${name}」`).join('、')
    throw new Refused(409, 'in_use', `旅程${names}在用这个人群，请先改旅程`, {
      journeys: usedBy.map((one) => one.id),
    })
  }
  await house.db.transaction(async (tx) => {
    // Its members go in pieces; until then it is being emptied.
    await tx.query("UPDATE segments SET deleted_at = $2, state = 'filling', version = version + 1 WHERE id = $1", [
      id,
      house.clock.now(),
    ])
    await tx.query('DELETE FROM segment_wants WHERE segment = $1', [id])
    await tx.query('DELETE FROM segment_sweeps WHERE segment = $1', [id])
    tx.afterCommit(() => house.wake.up(fillKind))
  })
}

async function check(house: House, { kind, condition }: SegmentInput): Promise<void> {
  if (!condition) {
    if (kind === 'live')
      throw new Refused(422, 'segment_invalid', '动态人群要写明条件', [{ field: 'condition', message: '请写条件' }])
    return
  }
  await checkWanted(house, condition)
}

/** @throws Refused 422 naming what is wrong with a condition */
export async function checkWanted(house: House, condition: Condition): Promise<void> {
  const { playbook } = await house.playbook.current()
  const ids = async (table: 'journeys' | 'content') =>
    new Set((await house.db.query<{ id: string }>(`SELECT id FROM ${table} WHERE current`)).map(({ id }) => id))
  const faults = checkCondition(condition, playbook, { journeys: await ids('journeys'), pieces: await ids('content') })
  if (faults.length > 0) throw new Refused(422, 'segment_invalid', faults[0]?.message ?? '条件不成立', faults)
}
