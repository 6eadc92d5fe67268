import { createHmac, randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { isRole, type Role } from './principal.ts'

/** A session nobody used for this long is over; and none lives longer than the second, used or not. */
export const idleMs = 12 * 36e5
const absoluteMs = 7 * 864e5
/** How often a session's last use is written down. */
const touchMs = 60_000

/** A member of staff who may come in. */
export interface Person {
  userid: string
  name: string
  roles: Role[]
  team: string | null
}

/**
 * Who a userid is now: active, within the app's visible range, or an admin by configuration. Compared without case.
 * @returns null for anybody else; leavers are nobody at once
 */
export async function findPerson(house: Pick<House, 'db' | 'config'>, userid: string): Promise<Person | null> {
  const [row] = await house.db.query<StaffRow>(`SELECT ${staffColumns} FROM staff WHERE lower(userid) = lower($1)`, [
    userid,
  ])
  return personOf(house, userid, row)
}

/** Opens a session for someone who has just proved who he is; its token goes into the cookie and nowhere else. */
export async function openSession(house: House, userid: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = house.clock.now()
  await house.db.query(
    'INSERT INTO sessions (id_hash, userid, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)',
    [hashOf(house, token), userid, now, new Date(now.getTime() + absoluteMs)],
  )
  return token
}

/** Who a session's token belongs to, while the session lives and its person is still one of us. */
export async function findSession(house: House, token: string): Promise<Person | null> {
  const now = house.clock.now()
  const id = hashOf(house, token)
  const [row] = await house.db.query<StaffRow & { sessionOf: string; seenAt: Date }>(
    `SELECT s.userid AS "sessionOf", s.seen_at AS "seenAt", st.userid, st.name, st.roles, st.team, st.active, st.in_scope AS "inScope"
     FROM sessions s LEFT JOIN staff st ON lower(st.userid) = lower(s.userid)
     WHERE s.id_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3`,
    [id, now, new Date(now.getTime() - idleMs)],
  )
  if (!row) return null
  if (now.getTime() - row.seenAt.getTime() > touchMs) {
    await house.db.query('UPDATE sessions SET seen_at = greatest(seen_at, $2) WHERE id_hash = $1', [id, now])
  }
  return personOf(house, row.sessionOf, row.userid === null ? undefined : row)
}

export async function endSession(house: House, token: string): Promise<void> {
  await house.db.query('DELETE FROM sessions WHERE id_hash = $1', [hashOf(house, token)])
}

/** Ends every session of a person. Answers how many there were. */
export async function endSessionsOf(sql: Sql, userid: string): Promise<number> {
  const ended = await sql.query('DELETE FROM sessions WHERE lower(userid) = lower($1) RETURNING 1', [userid])
  return ended.length
}

/** Browsers accept the `__Host-` prefix only over https; on http the app is for one's own machine. */
export const isSecure = (house: Pick<House, 'config'>): boolean => house.config.publicUrl.startsWith('https:')

/**
 * A browser holds one session for each. WeCom's client knows who its member is, whoever sits at the console beside it; in the
 * sandbox both are the same browser. Calls of the sidebar say so by the header `X-Room: sidebar`.
 */
export type Room = 'console' | 'sidebar'

const cookieNames: Record<Room, string> = { console: 'sid', sidebar: 'sidebar-sid' }
const cookieName = (house: House, room: Room): string => `${isSecure(house) ? '__Host-' : ''}${cookieNames[room]}`

const roomOf = (ctx: Context): Room => (ctx.get('X-Room') === 'sidebar' ? 'sidebar' : 'console')

export const readSessionCookie = (ctx: Context, house: House, room: Room = roomOf(ctx)): string | undefined =>
  ctx.cookies.get(cookieName(house, room))

/** `token` null takes the cookie away. */
export function writeSessionCookie(ctx: Context, house: House, token: string | null, room: Room = roomOf(ctx)): void {
  const attributes = [
    `${cookieName(house, room)}=${token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    token === null ? 'Max-Age=0' : `Max-Age=${absoluteMs / 1000}`,
    ...(isSecure(house) ? ['Secure'] : []),
  ]
  ctx.append('Set-Cookie', attributes.join('; '))
}

interface StaffRow {
  userid: string
  name: string
  roles: string[]
  team: string | null
  active: boolean
  inScope: boolean
}

const staffColumns = 'userid, name, roles, team, active, in_scope AS "inScope"'

function personOf(house: Pick<House, 'config'>, userid: string, row: StaffRow | undefined): Person | null {
  const isAdmin = house.config.admins.some((admin) => admin.toLowerCase() === userid.toLowerCase())
  if (!row) return isAdmin ? { userid, name: userid, roles: ['admin'], team: null } : null
  if (!row.active || !row.inScope) return null
  const held = row.roles.filter(isRole)
  if (isAdmin && !held.includes('admin')) held.push('admin')
  return { userid: row.userid, name: row.name || row.userid, roles: held, team: row.team }
}

/** Keyed with SESSION_SECRET: a copy of the table opens no session, and a new secret ends them all. */
const hashOf = (house: House, token: string): Buffer =>
  createHmac('sha256', house.config.sessionSecret).update('session\0').update(token).digest()
