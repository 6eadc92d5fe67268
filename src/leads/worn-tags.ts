import type { Sql } from '../db.ts'
import type { FamilyMember } from './family.ts'

/** The tags leads wear, by lead: of an exclusive group the lead's own before those of its aliases, the later before the earlier. */
export async function readWornTags(
  sql: Sql,
  family: readonly FamilyMember[],
): Promise<Map<string, { group: string; name: string }[]>> {
  const rows = await sql.query<{ root: string; group: string; name: string }>(
    `SELECT root, "group", name FROM (
       SELECT f.root, gg.name AS "group", g.name, row_number() OVER (
         PARTITION BY f.root, CASE WHEN gg.exclusive THEN gg.id ELSE g.id END ORDER BY lt.lead_id = f.root DESC, lt.at DESC, g.id) AS rank
       FROM unnest($1::uuid[], $2::uuid[]) AS f(root, id) JOIN lead_tags lt ON lt.lead_id = f.id
       JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id) worn
     WHERE rank = 1 ORDER BY root, "group", name`,
    [family.map(({ root }) => root), family.map(({ id }) => id)],
  )
  const worn = new Map<string, { group: string; name: string }[]>()
  for (const { root, ...tag } of rows) worn.set(root, [...(worn.get(root) ?? []), tag])
  return worn
}
