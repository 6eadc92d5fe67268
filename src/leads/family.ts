import type { Sql } from '../db.ts'

/** A lead among those that speak through `root`: itself, or one that was merged into it. */
export interface FamilyMember {
  root: string
  id: string
}

/**
 * The leads given and everybody merged into them. Ask for it first and use the list: what the planner thinks of a family
 * inside a larger statement can make it read whole tables.
 */
export function familyOf(sql: Sql, roots: readonly string[]): Promise<FamilyMember[]> {
  return sql.query<FamilyMember>(
    `WITH RECURSIVE family AS (
       SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
       UNION ALL SELECT f.root, l.id, f.hops + 1 FROM family f JOIN leads l ON l.merged_into = f.id WHERE f.hops < 32)
     SELECT root, id FROM family`,
    [[...new Set(roots)]],
  )
}
