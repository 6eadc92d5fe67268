import type { Sql } from '../db.ts'

/** What a member is called; his userid where we know no name. */
export async function staffName(sql: Sql, userid: string): Promise<string> {
  const [member] = await sql.query<{ name: string }>('SELECT name FROM staff WHERE lower(userid) = lower($1)', [userid])
  return member?.name || userid
}
