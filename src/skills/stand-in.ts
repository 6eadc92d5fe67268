import type { House } from '../house.ts'

/** A colleague who looks after somebody's customers while he is away. */
export interface StandIn {
  userid: string
  name: string
}

/**
 * Whom words end with, by name or userid, of the colleagues who are at work, and what was said before it. The longest name counts:
 * 李小雷 is not 小雷. Several: they have the same name.
 */
export async function findStandIn(
  { db, clock }: Pick<House, 'db' | 'clock'>,
  me: string,
  words: string,
): Promise<{ before: string; people: StandIn[] }> {
  const ends = (column: string) => `(${column} <> '' AND right(lower($1), length(${column})) = lower(${column}))`
  const found = await db.query<StandIn & { length: number }>(
    `SELECT userid, coalesce(nullif(name, ''), userid) AS name, CASE WHEN ${ends('name')} THEN length(name) ELSE length(userid) END AS length
     FROM staff WHERE active AND in_scope AND (absent_until IS NULL OR absent_until <= $3) AND lower(userid) <> lower($2)
       AND (${ends('name')} OR ${ends('userid')}) ORDER BY length DESC, userid`,
    [words, me, clock.now()],
  )
  const longest = found[0]?.length ?? 0
  return {
    before: [...words].slice(0, [...words].length - longest).join(''),
    people: found.filter(({ length }) => length === longest).map(({ userid, name }) => ({ userid, name })),
  }
}
