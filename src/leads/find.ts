import type { Sql } from '../db.ts'
import { isId } from '../ids.ts'
import { type IdentityValue, identityKey, normalIdentity } from './identities.ts'
import type { Seal } from './seal.ts'

/** A lead somebody names: by an identity, or by its own id. */
export type LeadName = IdentityValue | { kind: 'id'; value: string }

/** What a line somebody pasted names: a lead's id, a mobile, an e-mail, or else a customer of WeCom's. */
export function leadNameOf(text: string): LeadName {
  const value = text.trim()
  if (isId(value)) return { kind: 'id', value }
  const kinds = ['mobile', 'email'] as const
  return { kind: kinds.find((kind) => normalIdentity({ kind, value }) !== null) ?? 'externalUserId', value }
}

/** The leads that speak for what is named, in order; null where there is none. One statement each for ids and identities. */
export async function findLeads(sql: Sql, seal: Seal, names: readonly LeadName[]): Promise<(string | null)[]> {
  const keys = names.map((name) => (name.kind === 'id' ? null : identityKey(seal, name)))
  const known = new Map<string, string>()
  const wanted = keys.filter((key) => key !== null)
  if (wanted.length > 0) {
    const rows = await sql.query<{ kind: string; key: string; lead: string }>(
      `SELECT i.kind, i.key, CASE WHEN l.merged_into IS NULL THEN l.id ELSE lead_root(l.id) END AS lead
       FROM unnest($1::text[], $2::text[]) AS k(kind, key) JOIN identities i USING (kind, key) JOIN leads l ON l.id = i.lead_id`,
      [wanted.map(({ kind }) => kind), wanted.map(({ key }) => key)],
    )
    for (const { kind, key, lead } of rows) known.set(`${kind}\0${key}`, lead)
  }
  const ids = names.flatMap(({ kind, value }) => (kind === 'id' && isId(value) ? [value.toLowerCase()] : []))
  if (ids.length > 0) {
    const rows = await sql.query<{ id: string; lead: string | null }>(
      'SELECT id, lead_root(id) AS lead FROM unnest($1::uuid[]) AS id',
      [ids],
    )
    for (const { id, lead } of rows) if (lead) known.set(`id\0${id}`, lead)
  }
  return names.map((name, index) => {
    const key = keys[index]
    return known.get(key ? `${key.kind}\0${key.key}` : `id\0${name.value.toLowerCase()}`) ?? null
  })
}
