import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { reachOf } from '../leads/reach.ts'
import type { Principal, Role } from './principal.ts'
import { findPerson, findSession, type Person, readSessionCookie } from './sessions.ts'

/**
 * Who asks: the machine API by its token, a person by his session, or the machine in a person's name by `Act-As`.
 * @returns null when there is no credential at all
 * @throws Refused 401 for a credential that is not good, 403 for an `Act-As` that names nobody of ours
 */
export async function authenticate(ctx: Context, house: House): Promise<Principal | null> {
  const authorization = ctx.get('Authorization')
  if (authorization !== '') {
    if (!isToken(authorization, house.config.apiToken)) throw new Refused(401, 'bad_token', '令牌不对')
    const userid = ctx.get('Act-As').trim()
    if (userid === '') {
      return { id: 'api', userid: null, roles: ['admin'], reach: 'all', team: null, cookie: false }
    }
    const person = await findPerson(house, userid)
    if (!person) throw new Refused(403, 'act_as_unknown', 'Act-As 指定的成员不存在或已停用')
    return { ...principalOf(person), id: 'api', actAs: person.userid, cookie: false }
  }
  const token = readSessionCookie(ctx, house)
  if (!token) return null
  const person = await findSession(house, token)
  if (!person) throw new Refused(401, 'session_over', '登录已失效，请重新登录')
  if (ctx.get('Act-As') !== '') throw new Refused(403, 'act_as_forbidden', '只有机器接口可以使用 Act-As')
  return principalOf(person)
}

/** Deny by default: a route names those who may use it. @throws Refused 401, 403 */
export function authorize(
  who: readonly Role[] | 'everyone',
  principal: Principal | null,
): asserts principal is Principal {
  if (!principal) throw new Refused(401, 'unauthenticated', '请先登录')
  if (who === 'everyone' || principal.roles.some((role) => who.includes(role))) return
  throw new Refused(403, 'forbidden', '您的角色不能做这件事')
}

/**
 * A browser sends our cookie along with whatever another site makes it send; what changes something must come from our pages.
 * Old WebViews lack `Sec-Fetch-Site`; they send `Origin`.
 * @throws Refused 403
 */
export function refuseOtherSites(ctx: Context, house: House): void {
  const site = ctx.get('Sec-Fetch-Site')
  const mine = site === '' ? isOurOrigin(ctx, house) : site === 'same-origin' || site === 'none'
  if (!mine) throw new Refused(403, 'other_site', '请求不是从本系统的页面发出的')
}

/** Whether the `Origin` is this server's, by the configuration or by the name it was asked under. */
export function isOurOrigin(ctx: Context, house: House): boolean {
  const origin = ctx.get('Origin')
  if (origin === '') return false
  try {
    const { host, origin: whole } = new URL(origin)
    return whole === new URL(house.config.publicUrl).origin || host === ctx.get('Host')
  } catch {
    return false
  }
}

function principalOf(person: Person): Principal {
  const { userid, roles, team } = person
  return { id: userid, userid, roles, team, reach: reachOf(roles), cookie: true }
}

/** Hashed first, so that neither content nor length shows in the time taken. */
function isToken(authorization: string, token: string | undefined): boolean {
  const match = /^Bearer +(\S+)$/i.exec(authorization)
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(match?.[1] ?? ''), hash(token ?? '')) && token !== undefined && match !== null
}
