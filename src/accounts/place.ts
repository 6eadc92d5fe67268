import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { familyOf } from '../leads/family.ts'
import { beginningsOf, companyKey, domainKey, isTelling } from './name.ts'

interface Person {
  id: string
  company: string | null
  account: string | null
  how: 'name' | 'domain' | 'hand' | null
  key: string | null
  activeOn: string | null
}

interface Place {
  kind: 'name' | 'domain'
  key: string
  /** What the account is called when it begins with him. */
  name: string
}

/**
 * Puts leads where their company's name, or else their e-mail's domain, says they belong; accounts that are missing begin.
 * Whom a person put somewhere stays there. The same leads in any order, told any number of times, end in the same places.
 * The caller holds the accounts' lock.
 * @returns the accounts that gained, lost or heard of somebody
 */
export async function placeLeads(tx: Transaction, house: House, leadIds: readonly string[]): Promise<Set<string>> {
  const touched = new Set<string>()
  let next = [...new Set(leadIds)]
  // A domain that turns out to be one company's, or several companies', places whoever has nothing else anew.
  for (let round = 0; next.length > 0 && round < 4; round++) next = await placeOnce(tx, house, next, touched)
  return touched
}

async function placeOnce(
  tx: Transaction,
  house: House,
  leadIds: readonly string[],
  touched: Set<string>,
): Promise<string[]> {
  const left = await tx.query<{ account: string }>(
    'SELECT DISTINCT account_id AS account FROM account_people WHERE lead_id = ANY($1) AND account_id IS NOT NULL',
    [leadIds],
  )
  for (const { account } of left) touched.add(account)
  const people = await readPeople(tx, leadIds)
  if (people.length === 0) return []
  const domains = await domainsOf(tx, people)
  const pairs = people.flatMap(({ id, company }) => {
    const name = companyKey(company)
    return name ? (domains.get(id) ?? []).map((domain) => ({ domain, name })) : []
  })
  const changed = await learnPairs(tx, pairs)
  const places = await decide(tx, people, domains)
  const accounts = await findOrBegin(tx, house, [...places.values()])
  await suggestNeighbours(tx, house, pairs)
  const moves = people.flatMap((person) => {
    const place = places.get(person.id)
    const hand = person.how === 'hand'
    const account = hand ? person.account : ((place && accounts.get(spell(place))) ?? null)
    for (const one of [person.account, account]) if (one) touched.add(one)
    if (!account && !hand) return person.how ? [{ person, account, place }] : []
    return [{ person, account, place }]
  })
  await write(tx, house, moves)
  return changed
}

const spell = ({ kind, key }: { kind: string; key: string }): string => `${kind}\0${key}`

async function readPeople(tx: Transaction, leadIds: readonly string[]): Promise<Person[]> {
  const people = await tx.query<Omit<Person, 'activeOn'>>(
    `WITH roots AS (SELECT DISTINCT CASE WHEN l.merged_into IS NULL THEN l.id ELSE lead_root(l.id) END AS id FROM leads l WHERE l.id = ANY($1))
     SELECT l.id, l.company, p.account_id AS account, p.how, p.key FROM roots JOIN leads l USING (id) LEFT JOIN account_people p ON p.lead_id = l.id
     ORDER BY l.id`,
    [leadIds],
  )
  const family = await familyOf(
    tx,
    people.map(({ id }) => id),
  )
  const days = await tx.query<{ root: string; day: string }>(
    `SELECT f.root, to_char(max(d.day), 'YYYY-MM-DD') AS day FROM unnest($1::uuid[], $2::uuid[]) AS f(root, id)
       JOIN score_days d ON d.lead_id = f.id WHERE d.weight > 0 GROUP BY f.root`,
    [family.map(({ root }) => root), family.map(({ id }) => id)],
  )
  const last = new Map(days.map(({ root, day }) => [root, day]))
  return people.map((person) => ({ ...person, activeOn: last.get(person.id) ?? null }))
}

/** Company domains of everybody, in order. The hint of an e-mail keeps its domain. */
async function domainsOf(tx: Transaction, people: readonly Person[]): Promise<Map<string, string[]>> {
  const family = await familyOf(
    tx,
    people.map(({ id }) => id),
  )
  const rows = await tx.query<{ root: string; hint: string }>(
    `SELECT f.root, i.hint FROM unnest($1::uuid[], $2::uuid[]) AS f(root, id) JOIN identities i ON i.lead_id = f.id WHERE i.kind = 'email'`,
    [family.map(({ root }) => root), family.map(({ id }) => id)],
  )
  const found = new Map<string, string[]>()
  for (const { root, hint } of rows) {
    const domain = domainKey(hint)
    if (domain) found.set(root, [...new Set([...(found.get(root) ?? []), domain])].sort())
  }
  return found
}

/** @returns leads who are known by nothing but a domain that means another company since now */
async function learnPairs(tx: Transaction, pairs: readonly { domain: string; name: string }[]): Promise<string[]> {
  if (pairs.length === 0) return []
  const fresh = await tx.query<{ domain: string }>(
    `INSERT INTO account_domains (domain, name) SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING RETURNING domain`,
    [pairs.map(({ domain }) => domain), pairs.map(({ name }) => name)],
  )
  if (fresh.length === 0) return []
  const rows = await tx.query<{ id: string }>(
    `SELECT lead_id AS id FROM account_people WHERE how = 'domain' AND key = ANY($1)`,
    [fresh.map(({ domain }) => domain)],
  )
  return rows.map(({ id }) => id)
}

/** Where everybody belongs; missing: nobody can tell. */
async function decide(
  tx: Transaction,
  people: readonly Person[],
  domains: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, Place>> {
  const wanted = [...new Set([...domains.values()].flat())]
  const known = await tx.query<{ domain: string; name: string }>(
    `SELECT domain, min(name) AS name FROM account_domains WHERE domain = ANY($1) GROUP BY domain HAVING count(*) = 1`,
    [wanted],
  )
  const only = new Map(known.map(({ domain, name }) => [domain, name]))
  const places = new Map<string, Place>()
  for (const { id, company } of people) {
    const name = companyKey(company)
    const [domain] = domains.get(id) ?? []
    if (name) places.set(id, { kind: 'name', key: name, name: company?.trim() ?? name })
    else if (domain) {
      const of = only.get(domain)
      places.set(id, of ? { kind: 'name', key: of, name: of } : { kind: 'domain', key: domain, name: domain })
    }
  }
  // Somebody known by his domain alone is found again when that domain comes to mean another company.
  for (const person of people) {
    const place = places.get(person.id)
    if (place) person.key = companyKey(person.company) ? place.key : (domains.get(person.id)?.[0] ?? place.key)
  }
  return places
}

/** The accounts these names find, begun where there is none. */
async function findOrBegin(tx: Transaction, house: House, places: readonly Place[]): Promise<Map<string, string>> {
  const wanted = new Map(places.map((place) => [spell(place), place]))
  const keys = [...wanted.values()]
  const found = await tx.query<{ kind: string; key: string; account: string }>(
    `SELECT n.kind, n.key, n.account_id AS account FROM unnest($1::text[], $2::text[]) AS k(kind, key) JOIN account_names n USING (kind, key)`,
    [keys.map(({ kind }) => kind), keys.map(({ key }) => key)],
  )
  const accounts = new Map(found.map((row) => [spell(row), row.account]))
  const fresh = keys
    .filter((place) => !accounts.has(spell(place)))
    .map((place) => ({ ...place, id: newId(house.clock) }))
  if (fresh.length === 0) return accounts
  const now = house.clock.now()
  await tx.query(
    'INSERT INTO accounts (id, name, created_at, updated_at) SELECT id, name, $3, $3 FROM unnest($1::uuid[], $2::text[]) AS t(id, name)',
    [fresh.map(({ id }) => id), fresh.map(({ name }) => name), now],
  )
  await tx.query(
    'INSERT INTO account_names (kind, key, account_id) SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[])',
    [fresh.map(({ kind }) => kind), fresh.map(({ key }) => key), fresh.map(({ id }) => id)],
  )
  for (const place of fresh) accounts.set(spell(place), place.id)
  await suggestAlike(tx, house, fresh)
  return accounts
}

const mostAlike = 5

/** A name that begins with another, or is the beginning of one, may be the same company: a person judges. */
async function suggestAlike(
  tx: Transaction,
  house: House,
  fresh: readonly { id: string; kind: string; key: string }[],
): Promise<void> {
  const named = fresh.filter(({ kind, key }) => kind === 'name' && isTelling(key))
  if (named.length === 0) return
  const beginnings = named.flatMap(({ id, key }) => beginningsOf(key).map((beginning) => ({ id, beginning })))
  const rows = await tx.query<{ id: string; other: string; key: string }>(
    `SELECT f.id, n.account_id AS other, n.key FROM unnest($1::uuid[], $2::text[]) AS f(id, key) CROSS JOIN LATERAL (
       SELECT account_id, key FROM account_names WHERE kind = 'name' AND key LIKE f.key || '%' AND account_id <> f.id ORDER BY key LIMIT ${mostAlike}) n
     UNION ALL
     SELECT b.id, n.account_id, n.key FROM unnest($3::uuid[], $4::text[]) AS b(id, key) JOIN account_names n ON n.kind = 'name' AND n.key = b.key
     WHERE n.account_id <> b.id`,
    [
      named.map(({ id }) => id),
      // Letters and digits only: nothing in a key is a joker.
      named.map(({ key }) => key),
      beginnings.map(({ id }) => id),
      beginnings.map(({ beginning }) => beginning),
    ],
  )
  await suggest(
    tx,
    house,
    rows.map(({ id, other, key }) => ({ a: id, b: other, why: { kind: 'name', hint: key } })),
  )
}

/** Files what may be one company; what was judged before is not asked again. */
export async function suggest(
  tx: Transaction,
  house: House,
  pairs: readonly { a: string; b: string; why: { kind: string; hint: string } }[],
): Promise<void> {
  if (pairs.length === 0) return
  const sorted = pairs.map(({ a, b, why }) => ({ a: a < b ? a : b, b: a < b ? b : a, why }))
  await tx.query(
    `INSERT INTO account_suggestions (id, a, b, why, created_at) SELECT id, a, b, jsonb_build_array(why), $5 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[]) AS t(id, a, b, why)
     WHERE a <> b ON CONFLICT (a, b) DO NOTHING`,
    [
      sorted.map(() => newId(house.clock)),
      sorted.map(({ a }) => a),
      sorted.map(({ b }) => b),
      sorted.map(({ why }) => JSON.stringify(why)),
      house.clock.now(),
    ],
  )
}

/** Two companies' names that came with one domain. */
async function suggestNeighbours(tx: Transaction, house: House, pairs: readonly { domain: string }[]): Promise<void> {
  if (pairs.length === 0) return
  const rows = await tx.query<{ a: string; b: string; domain: string }>(
    `SELECT DISTINCT x.account_id AS a, y.account_id AS b, d.domain FROM unnest($1::text[]) AS asked(domain)
       JOIN account_domains d USING (domain) JOIN account_domains e ON e.domain = d.domain AND e.name > d.name
       JOIN account_names x ON x.kind = 'name' AND x.key = d.name JOIN account_names y ON y.kind = 'name' AND y.key = e.name
     WHERE (SELECT count(*) FROM account_domains c WHERE c.domain = d.domain) <= $2`,
    [[...new Set(pairs.map(({ domain }) => domain))], mostAlike],
  )
  await suggest(
    tx,
    house,
    rows.map(({ a, b, domain }) => ({ a, b, why: { kind: 'domain', hint: domain } })),
  )
}

async function write(
  tx: Transaction,
  house: House,
  moves: readonly { person: Person; account: string | null; place: Place | undefined }[],
): Promise<void> {
  const kept = moves.filter(({ account, person }) => account || person.how === 'hand')
  const gone = moves.filter((move) => !kept.includes(move))
  if (gone.length > 0)
    await tx.query('DELETE FROM account_people WHERE lead_id = ANY($1)', [gone.map(({ person }) => person.id)])
  if (kept.length > 0)
    await tx.query(
      `INSERT INTO account_people AS p (lead_id, account_id, how, key, by, at, active_on)
       SELECT id, account, how, key, 'system', $5, day FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $6::date[]) AS t(id, account, how, key, day)
       ON CONFLICT (lead_id) DO UPDATE SET active_on = excluded.active_on,
         account_id = CASE WHEN p.how = 'hand' THEN p.account_id ELSE excluded.account_id END,
         key = CASE WHEN p.how = 'hand' THEN p.key ELSE excluded.key END,
         at = CASE WHEN p.how = 'hand' OR p.account_id = excluded.account_id THEN p.at ELSE excluded.at END,
         how = CASE WHEN p.how = 'hand' THEN p.how ELSE excluded.how END`,
      [
        kept.map(({ person }) => person.id),
        kept.map(({ account }) => account),
        kept.map(({ person }) => (person.how === 'hand' ? 'hand' : companyKey(person.company) ? 'name' : 'domain')),
        kept.map(({ person }) => person.key),
        house.clock.now(),
        kept.map(({ person }) => person.activeOn),
      ],
    )
  // A deal that began before the company was known.
  await tx.query(
    `UPDATE opportunities o SET account_id = p.account_id FROM account_people p
     WHERE o.account_id IS NULL AND o.lead_id = p.lead_id AND p.account_id IS NOT NULL AND p.lead_id = ANY($1)`,
    [kept.map(({ person }) => person.id)],
  )
  await countAnew(
    tx,
    house,
    moves.filter(({ person, account }) => person.account !== account).map(({ person }) => person.id),
  )
}

const capsLookBackMs = 60 * 86_400_000

/** What was sent to people counts against the account they are in now. */
export async function countAnew(tx: Transaction, house: House, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return
  const family = await familyOf(tx, leadIds)
  await tx.query(
    `UPDATE messages m SET account = account_of_lead(l.id, l.company) FROM unnest($1::uuid[]) AS moved(id) JOIN leads l ON l.id = lead_root(moved.id)
     WHERE m.lead_id = moved.id AND m.purpose = 'marketing' AND m.created_at > $2`,
    [family.map(({ id }) => id), new Date(house.clock.now().getTime() - capsLookBackMs)],
  )
}
