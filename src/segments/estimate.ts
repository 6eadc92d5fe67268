import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import type { Within } from '../leads/list.ts'
import type { Condition } from '../playbook/condition.ts'
import { momentOf } from './evaluate.ts'
import { toSql } from './sql.ts'

export interface Estimate {
  count: number
  /** False: reckoned from a sample; then the number lies between `low` and `high`, nineteen times of twenty. */
  exact: boolean
  low: number
  high: number
  /** Some of them, newest first. */
  leads: string[]
}

/** Up to here everybody is counted, unless it takes longer than people wait. */
const countable = 20_000
const countMs = 60
const newest = 300
/** Leads in one portion of the sample, and how many portions are taken while there is time. */
const portion = 400
const portions = 3
const sampleMs = 25

/**
 * How many leads fit a condition, at once, whatever their number: counted where there are few; else the share of a random sample
 * of the table's pages, with what such a share may be off by (Wilson's interval). The sample is taken in portions: where the first
 * took long, it is all there is, and the interval is wider.
 */
export async function estimate(house: House, condition: Condition, within: Within): Promise<Estimate> {
  const at = await momentOf(house)
  // A table that was never looked at tells nothing of itself but its length.
  const [size] = await house.db.query<{ leads: number }>(
    `SELECT (CASE WHEN reltuples > 0 THEN reltuples ELSE pg_relation_size(oid) / 400 END)::float8 AS leads FROM pg_class WHERE oid = 'leads'::regclass`,
  )
  const total = size?.leads ?? 0
  const { joins, where, values } = toSql(condition, at, 1)
  const scope = within(values.length + 1)
  const looking = house.db.query<{ id: string }>(
    `SELECT l.id FROM (SELECT * FROM leads WHERE merged_into IS NULL ORDER BY created_at DESC, id DESC LIMIT ${newest}) l ${joins}
     WHERE (${where}) AND ${scope.sql} ORDER BY l.created_at DESC, l.id DESC LIMIT 5`,
    [...values, ...scope.values],
  )
  const known = async () => (await looking).map(({ id }) => id)
  if (total <= countable) {
    const count = await counted(house, joins, where, values)
    if (count !== null) return { count, exact: true, low: count, high: count, leads: await known() }
  }
  const percent = Math.min(100, (portion / Math.max(total, 1)) * 100)
  const rows: { id: string; fits: boolean; seen: boolean }[] = []
  const until = performance.now() + sampleMs
  for (let seed = 1; seed <= portions && (seed === 1 || performance.now() < until); seed++)
    rows.push(
      ...(await house.db.query<{ id: string; fits: boolean; seen: boolean }>(
        `SELECT l.id, (${where}) AS fits, (${scope.sql}) AS seen FROM leads l TABLESAMPLE SYSTEM (${percent.toFixed(6)}) REPEATABLE (${seed}) ${joins} WHERE l.merged_into IS NULL`,
        [...values, ...scope.values],
      )),
    )
  const found = rows.filter(({ fits }) => fits)
  const { share, low, high } = wilson(found.length, rows.length)
  const more = found.filter(({ seen }) => seen).map(({ id }) => id)
  return {
    count: Math.round(share * total),
    exact: false,
    low: Math.max(found.length, Math.floor(low * total)),
    high: Math.ceil(high * total),
    leads: [...new Set([...(await known()), ...more.sort().reverse()])].slice(0, 5),
  }
}

async function counted(house: House, joins: string, where: string, values: unknown[]): Promise<number | null> {
  try {
    return await house.db.transaction(async (tx: Sql) => {
      await tx.query(`SET LOCAL statement_timeout = ${countMs}`)
      const [row] = await tx.query<{ count: number }>(
        `SELECT count(*) AS count FROM leads l ${joins} WHERE l.merged_into IS NULL AND (${where})`,
        values,
      )
      return row?.count ?? 0
    })
  } catch (error) {
    if ((error as { code?: string }).code === '57014') return null
    throw error
  }
}

/** A share seen in a sample, and between what the true one lies (95 %). */
function wilson(found: number, of: number): { share: number; low: number; high: number } {
  if (of === 0) return { share: 0, low: 0, high: 1 }
  const z = 1.96
  const share = found / of
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
