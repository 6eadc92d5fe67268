import { createHash } from 'node:crypto'
import type { Sql, Transaction } from '../db.ts'
import { Refused, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { cancelOffers } from '../offers/cancel.ts'
import { bound, readPerson, tombstonesOf } from './person.ts'
import { type Person, type Place, places } from './places.ts'

/** What is left of an erased person: that it was done, by whom, and how much went. */
export interface Erasure {
  id: string
  leadId: string
  reason: string
  by: string
  at: Date
  /** Rows by table. */
  counts: Record<string, number>
  proof: string
}

/**
 * Erases everything we know of a person, in one transaction: rows that are his go, his lead speaks for nobody any more, history
 * keeps its ids. What he was known by is kept as hashes, so that no sync and no import brings him back. Erasing twice is once.
 * @throws Refused 404; RetryLater while something is just being sent to him
 */
export async function erase(
  tx: Transaction,
  house: House,
  wish: { leadId: string; reason: string; by: string },
): Promise<Erasure> {
  const [done] = await tx.query<Erasure>(`SELECT ${columns} FROM erasures WHERE lead_id = $1`, [wish.leadId])
  if (done) return done
  const lead = await lockLead(tx, wish.leadId)
  const family = await tx.query<{ id: string }>('SELECT lead_family($1) AS id', [lead.id])
  const person = await readPerson(
    tx,
    family.map(({ id }) => id),
  )
  const [leaving] = await tx.query("SELECT 1 FROM messages WHERE lead_id = ANY($1) AND state = 'sending'", [
    person.leads,
  ])
  if (leaving) throw new RetryLater(5_000, 'something is just being sent to this person')
  await cancelOffers(tx, house, lead.id, wish.by)
  const stones = await tombstonesOf(tx, house, person)
  const counts = await empty(tx, person, ({ erase }) => erase)
  const left = await remaining(tx, person)
  if (left.length > 0) throw new Error(`erasing ${lead.id} left rows in ${left.join(', ')}`)
  const at = house.clock.now()
  const erasure = { id: newId(house.clock), leadId: lead.id, reason: wish.reason, by: wish.by, at, counts }
  const proof = proofOf(erasure, stones)
  await tx.query(
    'INSERT INTO erasures (id, lead_id, reason, by, at, counts, proof) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [erasure.id, lead.id, wish.reason, wish.by, at, JSON.stringify(counts), proof],
  )
  await layStones(tx, stones, erasure.id, at)
  return { ...erasure, proof }
}

/** Keeps what somebody was known by, as hashes. */
export async function layStones(sql: Sql, stones: readonly string[], erasure: string | null, at: Date): Promise<void> {
  await sql.query(
    'INSERT INTO tombstones (key, erasure, at) SELECT key, $2, $3 FROM unnest($1::text[]) AS key ON CONFLICT (key) DO UPDATE SET erasure = excluded.erasure, at = excluded.at',
    [stones, erasure, at],
  )
}

/** Does in each place what is to be done there, in their order. Answers how many rows it touched, by table. */
export async function empty(
  tx: Transaction,
  person: Person,
  what: (place: Place) => Place['erase'],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const place of places) {
    const erase = what(place)
    if (erase === 'keep') continue
    const { where, values } = bound(person, place.where)
    const act =
      erase === 'delete'
        ? `DELETE FROM ${place.table} WHERE ${where}`
        : `UPDATE ${place.table} SET ${erase.set} WHERE ${where}`
    const [row] = await tx.query<{ count: number }>(
      `WITH gone AS (${act} RETURNING 1) SELECT count(*) FROM gone`,
      values,
    )
    if (row && row.count > 0) counts[place.table] = (counts[place.table] ?? 0) + row.count
  }
  return counts
}

/** Places that were to be empty and are not. */
async function remaining(tx: Transaction, person: Person): Promise<string[]> {
  const left: string[] = []
  for (const { table, where: condition, erase } of places) {
    if (erase !== 'delete' || table === 'segment_marks') continue
    const { where, values } = bound(person, condition)
    const [row] = await tx.query(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`, values)
    if (row) left.push(table)
  }
  return left
}

/** The same for the same erasure, whoever computes it: its fields in this order, counts and stones sorted. */
function proofOf(erasure: Omit<Erasure, 'proof'>, stones: readonly string[]): string {
  const counts = Object.entries(erasure.counts).sort(([a], [b]) => (a < b ? -1 : 1))
  const { id, leadId, reason, by, at } = erasure
  const text = JSON.stringify([id, leadId, reason, by, at.toISOString(), counts, [...stones].sort()])
  return createHash('sha256').update(text).digest('hex')
}

const columns = `id, lead_id AS "leadId", reason, by, at, counts, proof`

/** Erasures, the latest first, one page. */
export function listErasures(
  sql: Sql,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(Erasure & { exact: string })[]> {
  return sql.query(
    `SELECT ${columns}, at::text AS exact FROM erasures WHERE $1::timestamptz IS NULL OR (at, id) < ($1, $2::uuid) ORDER BY at DESC, id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit],
  )
}

/** An erasure with what shows that it still holds: its proof computed anew, and that nothing of his is there. @throws Refused 404 */
export async function checkErasure(sql: Sql, id: string): Promise<Erasure & { matches: boolean; back: string[] }> {
  const [erasure] = await sql.query<Erasure>(`SELECT ${columns} FROM erasures WHERE id = $1`, [id])
  if (!erasure) throw new Refused(404, 'erasure_unknown', '没有这次删除')
  const stones = await sql.query<{ key: string }>('SELECT key FROM tombstones WHERE erasure = $1', [id])
  const back: string[] = []
  for (const { table, where, erase } of places) {
    // By what it is called here; by what it was called outside nobody can ask any more.
    if (erase !== 'delete' || /\$[234]/.test(where) || table === 'segment_marks') continue
    const [row] = await sql.query(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`, [[erasure.leadId]])
    if (row) back.push(table)
  }
  const proof = proofOf(
    erasure,
    stones.map(({ key }) => key),
  )
  return { ...erasure, matches: proof === erasure.proof, back }
}
