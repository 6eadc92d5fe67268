import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { type IdentityValue, normalIdentity } from './identities.ts'

/** The stone of one identity, as it is stored: by its kind and its key. */
export const tombstoneOf = ({ seal }: Pick<House, 'seal'>, { kind, key }: { kind: string; key: string }): string =>
  seal.index('tombstone', `${kind}\0${key}`)

/**
 * Who of these asked to be forgotten, by place: whoever is known by one of his identities. He who came back by himself since,
 * and so has it again, is none of them.
 */
export async function forgotten(
  sql: Sql,
  house: Pick<House, 'seal'>,
  people: readonly (readonly IdentityValue[])[],
): Promise<Set<number>> {
  const [any] = await sql.query('SELECT 1 FROM tombstones LIMIT 1')
  if (!any) return new Set()
  const asked = people.flatMap((identities, place) =>
    identities.flatMap((identity) => {
      const value = normalIdentity(identity)
      if (value === null) return []
      const { kind } = identity
      const isBlind = kind === 'mobile' || kind === 'email'
      const key = isBlind ? house.seal.index(kind, value) : value
      return [{ place, kind, key, stone: tombstoneOf(house, { kind, key }) }]
    }),
  )
  const laid = await sql.query<{ place: number }>(
    `SELECT a.place FROM unnest($1::int[], $2::text[], $3::text[], $4::text[]) AS a(place, kind, key, stone) JOIN tombstones t ON t.key = a.stone
     WHERE NOT EXISTS (SELECT FROM identities i WHERE i.kind = a.kind AND i.key = a.key)`,
    [
      asked.map(({ place }) => place),
      asked.map(({ kind }) => kind),
      asked.map(({ key }) => key),
      asked.map(({ stone }) => stone),
    ],
  )
  return new Set(laid.map(({ place }) => place))
}
