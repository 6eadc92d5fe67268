import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { refit } from './fill-fields.ts'

/** What the winner of a merge learnt from the loser, by column. */
export type Took = Record<string, { from: unknown; to: unknown }>

interface Profile {
  id: string
  name: string
  company: string | null
  title: string | null
  industry: string | null
  region: string | null
  size: string | null
  attributes: Record<string, unknown>
  automation: boolean
  marketing: string
  first_source: { at: string } | null
  last_source: { at: string } | null
}

/** Fields a winner learns where he knows nothing himself. */
export const told = ['name', 'company', 'title', 'industry', 'region', 'size'] as const
const columns = [...told, 'attributes', 'automation', 'first_source', 'last_source'] as const
type Column = (typeof columns)[number]

/**
 * The winner of a merge learns what only the loser knows; the earliest and the latest source are those of both; whoever came
 * by an event wakes one who was only found; an opt-out of either holds. The caller holds both leads.
 * @returns what changed, so that a split can give it back
 */
export async function takeOver(tx: Transaction, house: House, winner: string, loser: string): Promise<Took> {
  const rows = await readProfiles(tx, [winner, loser])
  const [keep, alias] = [rows.get(winner), rows.get(loser)]
  if (!keep || !alias) throw new Error('a lead of a merge is gone')
  const next: Profile = {
    ...keep,
    ...Object.fromEntries(told.map((field) => [field, keep[field] || alias[field]])),
    attributes: { ...alias.attributes, ...keep.attributes },
    automation: keep.automation || alias.automation,
    marketing: alias.marketing === 'denied' ? 'denied' : keep.marketing,
    first_source: earlier(keep.first_source, alias.first_source),
    last_source: later(keep.last_source, alias.last_source),
  }
  await write(tx, house, next)
  return Object.fromEntries(
    columns
      .filter((column) => !same(keep[column], next[column]))
      .map((column) => [column, { from: keep[column], to: next[column] }]),
  )
}

/**
 * Takes back what a merge taught its winner, and whoever the winner became an alias of, where it still stands as it was taught.
 */
export async function giveBack(tx: Transaction, house: House, mergeId: string): Promise<void> {
  const merges = await tx.query<{ winner: string; took: Took }>(
    `WITH RECURSIVE up AS (
       SELECT id, winner, took, 0 AS hops FROM merges WHERE id = $1
       UNION ALL
       SELECT m.id, m.winner, m.took, up.hops + 1 FROM up JOIN merges m ON m.loser = up.winner AND m.undone_at IS NULL WHERE up.hops < 32)
     SELECT winner, took FROM up ORDER BY hops`,
    [mergeId],
  )
  const [first] = merges
  if (!first) return
  // What the first winner was not taught, nobody above him was taught by this merge.
  let lent = first.took
  for (const { winner, took } of merges) {
    const profile = (await readProfiles(tx, [winner])).get(winner)
    if (!profile) return
    const back = columns.filter((column) => {
      const [given, taught] = [lent[column], took[column]]
      return given && taught && same(given.to, taught.to) && same(profile[column], taught.to)
    })
    if (back.length > 0)
      await write(tx, house, {
        ...profile,
        ...Object.fromEntries(back.map((column) => [column, (took[column] as { from: unknown }).from])),
      })
    lent = Object.fromEntries(back.map((column) => [column, lent[column] as Took[string]]))
  }
}

async function readProfiles(tx: Transaction, ids: readonly string[]): Promise<Map<string, Profile>> {
  const rows = await tx.query<Profile>(
    `SELECT id, marketing, ${columns.join(', ')} FROM leads WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function write(tx: Transaction, house: House, profile: Profile): Promise<void> {
  const value = (column: Column) => {
    const raw = profile[column]
    return typeof raw === 'object' && raw !== null ? JSON.stringify(raw) : raw
  }
  await tx.query(
    `UPDATE leads SET updated_at = $2, version = version + 1, marketing = $3, ${columns.map((column, n) => `${column} = $${n + 4}`).join(', ')} WHERE id = $1`,
    [profile.id, house.clock.now(), profile.marketing, ...columns.map(value)],
  )
  await refit(tx, house, [profile as Parameters<typeof refit>[2][number]])
}

type Source = { at: string } | null
const earlier = (a: Source, b: Source): Source => (a && b ? (b.at < a.at ? b : a) : (a ?? b))
const later = (a: Source, b: Source): Source => (a && b ? (b.at > a.at ? b : a) : (a ?? b))

/** As values: the database may hand back an object's members in another order. */
const same = (a: unknown, b: unknown): boolean => plain(a) === plain(b)
const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value)
