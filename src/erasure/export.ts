import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { bound, readPerson } from './person.ts'
import { places } from './places.ts'

/** More rows of one table than this are cut, and the file says so. */
const most = 50_000

/** One kind of thing we keep of a person. */
interface Part {
  name: string
  table: string
  rows: Record<string, unknown>[]
  cut: boolean
}

/** Everything we keep of a person, in the words of his rows: what is sealed is opened, what is empty is left out. */
export async function exportPerson(
  sql: Sql,
  house: Pick<House, 'seal' | 'clock'>,
  leadId: string,
): Promise<{ leadId: string; at: string; parts: Part[] }> {
  const family = await sql.query<{ id: string }>('SELECT lead_family($1) AS id', [leadId])
  const person = await readPerson(
    sql,
    family.map(({ id }) => id),
  )
  const parts: Part[] = []
  for (const { table, where: condition, say } of places) {
    if (say === undefined) continue
    const { where, values } = bound(person, condition)
    const rows = await sql.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) AS row FROM (SELECT * FROM ${table} WHERE ${where} LIMIT ${most + 1}) t`,
      values,
    )
    if (rows.length === 0) continue
    const shown = rows.slice(0, most).map(({ row }) => open(row, house))
    parts.push({ name: say, table, rows: shown, cut: rows.length > most })
  }
  return { leadId, at: house.clock.now().toISOString(), parts }
}

/** A row without what is empty; a sealed value is said in the open: it is his. */
function open({ sealed, ...row }: Record<string, unknown>, { seal }: Pick<House, 'seal'>): Record<string, unknown> {
  const plain = typeof sealed === 'string' ? { ...row, key: seal.open(sealed) } : row
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null && value !== ''))
}
