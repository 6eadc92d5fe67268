import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isId, newId } from '../ids.ts'
import type { Condition } from '../playbook/condition.ts'
import { checkWanted } from '../segments/library.ts'

/** A list somebody comes back to. */
export interface View {
  id: string
  name: string
  by: string
  shared: boolean
  filter: Record<string, string>
  condition: Condition | null
  columns: string[]
  updatedAt: Date
}

export interface ViewInput {
  name: string
  shared: boolean
  filter: Record<string, string>
  condition?: Condition | null | undefined
  columns: readonly string[]
}

/** Who saves a view, and whether he may do so for everybody. */
export interface Keeper {
  id: string
  mayShare: boolean
}

const most = 100
const columns = 'id, name, by, shared, filter, condition, columns, updated_at AS "updatedAt"'

/** One's own and those that are shared, one's own first. */
export const listViews = (sql: Sql, by: string): Promise<View[]> =>
  sql.query(`SELECT ${columns} FROM lead_views WHERE by = $1 OR shared ORDER BY by <> $1, created_at LIMIT 300`, [by])

/** @throws Refused 403 not_allowed, 409 name_taken | too_many_views, 422 */
export async function createView(house: House, input: ViewInput, keeper: Keeper): Promise<View> {
  await check(house, input, keeper)
  const [{ count } = { count: 0 }] = await house.db.query<{ count: number }>(
    'SELECT count(*) AS count FROM lead_views WHERE by = $1',
    [keeper.id],
  )
  if (count >= most) throw new Refused(409, 'too_many_views', `每人最多 ${most} 个视图，请先删除不用的`)
  const [row] = await house.db.query<View>(
    `INSERT INTO lead_views (id, name, by, shared, filter, condition, columns, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [newId(house.clock), input.name, keeper.id, ...written(input), house.clock.now()],
  )
  if (!row) throw nameTaken(input.name)
  return row
}

/** @throws Refused 404, 403 not_yours | not_allowed, 409 name_taken, 422 */
export async function changeView(house: House, id: string, input: ViewInput, keeper: Keeper): Promise<View> {
  const view = await findOwn(house.db, id, keeper)
  // Whom it belongs to may keep it shared though he may not share another.
  await check(house, input, { ...keeper, mayShare: keeper.mayShare || view.shared })
  const [row] = await house.db.query<View>(
    `UPDATE lead_views v SET name = $2, shared = $3, filter = $4, condition = $5, columns = $6, updated_at = $7
     WHERE id = $1 AND NOT EXISTS (SELECT FROM lead_views o WHERE o.by = v.by AND lower(o.name) = lower($2) AND o.id <> v.id) RETURNING ${columns}`,
    [id, input.name, ...written(input), house.clock.now()],
  )
  if (!row) throw nameTaken(input.name)
  return row
}

/** @throws Refused 404, 403 not_yours */
export async function removeView(sql: Sql, id: string, keeper: Keeper): Promise<void> {
  const view = await findOwn(sql, id, keeper)
  await sql.query('DELETE FROM lead_views WHERE id = $1', [view.id])
}

/** One's own, or a shared one for those who may share. What is another's own does not exist for anybody else. */
async function findOwn(sql: Sql, id: string, { id: by, mayShare }: Keeper): Promise<View> {
  const [view] = isId(id)
    ? await sql.query<View>(`SELECT ${columns} FROM lead_views WHERE id = $1 AND (by = $2 OR shared)`, [id, by])
    : []
  if (!view) throw new Refused(404, 'view_unknown', '没有这个视图')
  if (view.by !== by && !mayShare) throw new Refused(403, 'not_yours', '这是同事共享的视图，可以另存为自己的')
  return view
}

async function check(house: House, { shared, condition }: ViewInput, { mayShare }: Keeper): Promise<void> {
  if (shared && !mayShare) throw new Refused(403, 'not_allowed', '您的角色不能共享视图，可以存为自己的')
  if (condition) await checkWanted(house, condition)
}

const written = ({ shared, filter, condition, columns }: ViewInput) => [
  shared,
  JSON.stringify(filter),
  condition ? JSON.stringify(condition) : null,
  columns,
]

const nameTaken = (name: string) => new Refused(409, 'name_taken', `已有叫「${name}」的视图，请换个名字`)
