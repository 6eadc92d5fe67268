import { createHash, randomBytes } from 'node:crypto'
import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'

export const linkMs = 24 * 36e5

export interface SignInLink {
  /** null: whoever opens it says who he is and becomes the first admin. */
  userid: string | null
}

/** Makes a link that signs one person in, once, within a day. `null` is for the first admin. */
export async function createSignInLink(house: House, userid: string | null): Promise<string> {
  const code = randomBytes(24).toString('base64url')
  const now = house.clock.now()
  await house.db.query(
    'INSERT INTO sign_in_links (code_hash, userid, created_at, expires_at) VALUES ($1, $2, $3, $4)',
    [hashOf(code), userid, now, new Date(now.getTime() + linkMs)],
  )
  return `${house.config.publicUrl}/console/sign-in?code=${code}`
}

/** Where the operator should go first: a choice of people in the sandbox, a one-time link while there is no admin. */
export async function firstConsoleUrl(house: House): Promise<string> {
  if (house.config.sandbox) return `${house.config.publicUrl}/console/sign-in`
  return (await hasAdmin(house.db, house.config.admins))
    ? `${house.config.publicUrl}/console`
    : createSignInLink(house, null)
}

/** Looks at a link without using it up. @throws Refused 403 */
export async function readSignInLink(house: House, code: string): Promise<SignInLink> {
  const [link] = await house.db.query<SignInLink>(
    'SELECT userid FROM sign_in_links WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2',
    [hashOf(code), house.clock.now()],
  )
  if (!link) throw over()
  return link
}

/** Uses a link up; of two who try, one. @throws Refused 403 */
export async function takeSignInLink(sql: Sql, house: Pick<House, 'clock'>, code: string): Promise<SignInLink> {
  const [link] = await sql.query<SignInLink>(
    'UPDATE sign_in_links SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING userid',
    [hashOf(code), house.clock.now()],
  )
  if (!link) throw over()
  return link
}

export async function hasAdmin(sql: Sql, admins: readonly string[]): Promise<boolean> {
  if (admins.length > 0) return true
  const rows = await sql.query(`SELECT 1 FROM staff WHERE 'admin' = ANY(roles) AND active LIMIT 1`)
  return rows.length > 0
}

const over = () => new Refused(403, 'link_over', '登录链接无效、已用过或已过期，请重新获取')
const hashOf = (code: string): Buffer => createHash('sha256').update('sign-in\0').update(code).digest()
