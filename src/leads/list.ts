import type { House } from '../house.ts'
import { identityKey } from './identities.ts'

export interface LeadFilter {
  externalUserId?: string | undefined
  stage?: string | undefined
  desk?: string | undefined
  owner?: string | undefined
  /** `group:name`, or a name in whatever group. */
  tag?: string | undefined
  segment?: SegmentAsked | undefined
  /** Words of name, company or title; or a whole mobile or e-mail. */
  q?: string | undefined
}

/** A condition on alias `l` with its values bound from `$first` on; keeps a list to what somebody may see. */
export type Within = (first: number) => { sql: string; values: readonly unknown[] }

/** Where a page ended. `at` is the database's own spelling of a time, microseconds included. */
export interface After {
  at: string
  id: string
}

/**
 * Ids of leads, newest first, one page. Keyset, never an offset; nothing is counted.
 * An external_userid finds the lead that speaks for the person, whatever was merged.
 */
export async function listLeads(
  house: House,
  filter: LeadFilter,
  { within, after, limit }: { within: Within; after: After | null; limit: number },
): Promise<(After & { id: string })[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = leadsWhere(house, filter, bind)
  if (after) where.push(`(l.created_at, l.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`)
  const scope = within(values.length + 1)
  values.push(...scope.values)
  where.push(scope.sql)
  return house.db.query<After>(
    `SELECT l.id, l.created_at::text AS at FROM leads l WHERE ${where.join(' AND ')} ORDER BY l.created_at DESC, l.id DESC LIMIT ${bind(limit)}`,
    values,
  )
}

/** What a filter asks of leads `l`, with its values bound by `bind`; aliases are never on a list. */
export function leadsWhere(house: Pick<House, 'seal'>, filter: LeadFilter, bind: (value: unknown) => string): string[] {
  const where = ['l.merged_into IS NULL']
  const { externalUserId, stage, desk, owner, tag, segment, q } = filter
  if (externalUserId !== undefined) {
    where.push(
      `l.id = (SELECT lead_root(lead_id) FROM identities WHERE kind = 'externalUserId' AND key = ${bind(externalUserId)})`,
    )
  }
  if (stage !== undefined) where.push(`l.stage = ${bind(stage)}`)
  if (desk !== undefined) where.push(`l.desk = ${bind(desk)}`)
  if (owner !== undefined) {
    const given = bind(owner)
    where.push(`l.owner = coalesce((SELECT userid FROM staff WHERE lower(userid) = lower(${given})), ${given})`)
  }
  if (tag !== undefined) where.push(`l.id IN (${taggedWith(tag, bind)})`)
  if (segment !== undefined) where.push(memberOf(segment, bind(segment.id)))
  if (q !== undefined) where.push(`(${matching(house, q, bind)})`)
  return where
}

const rootOf = `CASE WHEN a.merged_into IS NULL THEN a.id ELSE lead_root(a.id) END`

function taggedWith(tag: string, bind: (value: unknown) => string): string {
  const [, group, name] = /^([^:：]+)[:：](.+)$/.exec(tag) ?? []
  const which = group && name ? `t.name = ${bind(name)} AND gg.name = ${bind(group)}` : `t.name = ${bind(tag)}`
  return `SELECT ${rootOf} FROM lead_tags lt JOIN leads a ON a.id = lt.lead_id JOIN tags t ON t.id = lt.tag_id
    JOIN tag_groups gg ON gg.id = t.group_id WHERE ${which}`
}

/** A segment as lists of leads see it. */
export interface SegmentAsked {
  id: string
  kind: 'live' | 'static'
}

/**
 * Whether `l` is in a segment. Members of a live one speak for themselves, those of a static one may have been merged since.
 * `id` is a parameter already bound.
 */
export const memberOf = ({ kind }: Pick<SegmentAsked, 'kind'>, id: string): string =>
  kind === 'live'
    ? `EXISTS (SELECT FROM segment_members m WHERE m.segment = ${id}::uuid AND m.lead_id = l.id)`
    : `l.id IN (SELECT ${rootOf} FROM segment_members m JOIN leads a ON a.id = m.lead_id WHERE m.segment = ${id}::uuid)`

/** A mobile or an e-mail, given whole, is looked for as such: by its blind index, and nowhere else. */
function matching(house: Pick<House, 'seal'>, q: string, bind: (value: unknown) => string): string {
  const keys = (['mobile', 'email'] as const).flatMap((kind) => identityKey(house.seal, { kind, value: q }) ?? [])
  if (keys.length === 0) {
    const words = bind(`%${q.replace(/[\\%_]/g, '\\$&')}%`)
    const found = ['name', 'company', 'title'].map((column) => `l.${column} ILIKE ${words}`).join(' OR ')
    return `string_to_array(lower(l.name || coalesce(l.company, '') || coalesce(l.title, '')), NULL) @> string_to_array(lower(${bind(q)}), NULL) AND (${found})`
  }
  return keys
    .map(
      ({ kind, key }) =>
        `l.id IN (SELECT ${rootOf} FROM identities i JOIN leads a ON a.id = i.lead_id WHERE i.kind = ${bind(kind)} AND i.key = ${bind(key)})`,
    )
    .join(' OR ')
}
