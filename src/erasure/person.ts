import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { tombstoneOf } from '../leads/tombstones.ts'
import type { Person } from './places.ts'

/** Everything the rows know these leads by. */
export async function readPerson(sql: Sql, leads: readonly string[]): Promise<Person> {
  const externals = await sql.query<{ id: string }>(
    `SELECT key AS id FROM identities WHERE lead_id = ANY($1) AND kind IN ('externalUserId', 'openid')
     UNION SELECT external_userid FROM follows WHERE lead_id = ANY($1)
     UNION SELECT external_userid FROM kf_sessions WHERE lead_id = ANY($1)
     UNION SELECT external_userid FROM visitors WHERE lead_id = ANY($1) AND external_userid IS NOT NULL`,
    [leads],
  )
  const visitors = await sql.query<{ id: string }>('SELECT id FROM visitors WHERE lead_id = ANY($1)', [leads])
  const deals = await sql.query<{ id: string }>(
    `SELECT o.id FROM opportunities o WHERE o.lead_id = ANY($1)
       AND NOT EXISTS (SELECT FROM opportunity_people p WHERE p.opportunity_id = o.id AND p.lead_id <> ALL($1))`,
    [leads],
  )
  const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)
  return { leads, externals: ids(externals), visitors: ids(visitors), deals: ids(deals) }
}

/** What a person was known by, so that he is known again when somebody brings him. */
export async function tombstonesOf(sql: Sql, house: Pick<House, 'seal'>, person: Person): Promise<string[]> {
  const identities = await sql.query<{ kind: string; key: string }>(
    'SELECT kind, key FROM identities WHERE lead_id = ANY($1)',
    [person.leads],
  )
  const known = [...identities, ...person.externals.map((key) => ({ kind: 'externalUserId', key }))]
  return [...new Set(known.map((identity) => tombstoneOf(house, identity)))].sort()
}

/** A condition of a place with only the values it asks for, bound from one on. */
export function bound(
  { leads, externals, visitors, deals }: Person,
  where: string,
): { where: string; values: unknown[] } {
  const all = [leads, externals, visitors, deals]
  const used = [1, 2, 3, 4].filter((place) => where.includes(`$${place}`))
  return {
    where: where.replace(/\$(\d)/g, (_, place: string) => `$${used.indexOf(Number(place)) + 1}`),
    values: used.map((place) => all[place - 1]),
  }
}
