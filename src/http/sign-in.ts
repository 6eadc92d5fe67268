import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { audit } from './audit.ts'
import { isOurOrigin } from './auth.ts'
import { readBody, readJson } from './body.ts'
import { readValue } from './errors.ts'
import { roles } from './principal.ts'
import { stateOf } from './request.ts'
import {
  endSession,
  findPerson,
  openSession,
  type Person,
  type Room,
  readSessionCookie,
  writeSessionCookie,
} from './sessions.ts'
import { hasAdmin, readSignInLink, takeSignInLink } from './sign-in-links.ts'

const SignInSchema = z.strictObject({
  code: z.string().max(200).optional(),
  userid: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_@.-]{1,64}$/)
    .optional(),
})

/** What the sign-in page can offer. */
export interface SignInWays {
  /** People to choose from by one click: in the sandbox, or for a first admin's link. */
  people: { userid: string; name: string; roles: string[] }[]
  /** The link is the first admin's: who is chosen becomes admin, and may also be typed in. */
  firstAdmin: boolean
  /** Where a member goes to be recognised by WeCom; null in the sandbox page's own choice. */
  wecom: string
}

export const wecomSignInPath = '/console/sign-in/wecom'

/** The API behind the sign-in page, whichever page that is. Nobody is signed in yet, so these are not among the routes. */
export function addSignIn(router: Router, house: House): void {
  router.get('/api/sign-in', async (ctx) => {
    ctx.body = await readWays(house, ctx, typeof ctx.query.code === 'string' ? ctx.query.code : undefined)
  })
  router.post('/api/sign-in', async (ctx) => {
    refuseForeignSignIn(ctx, house)
    const asked = readValue(SignInSchema, readJson(await readBody(ctx.req, 4096)))
    const person =
      asked.code === undefined ? await choose(house, ctx, asked.userid) : await redeem(house, asked.code, asked.userid)
    await letIn(ctx, house, person)
    ctx.body = { userid: person.userid, name: person.name, roles: person.roles }
  })
  router.post('/api/sign-out', async (ctx) => {
    refuseForeignSignIn(ctx, house)
    const token = readSessionCookie(ctx, house)
    if (token) await endSession(house, token)
    writeSessionCookie(ctx, house, null)
    ctx.status = 204
  })
}

/** Opens a new session; the one the browser had, whoever's it was, ends. */
export async function letIn(ctx: Context, house: House, person: Person, room: Room = 'console'): Promise<void> {
  const before = readSessionCookie(ctx, house, room)
  if (before) await endSession(house, before)
  writeSessionCookie(ctx, house, await openSession(house, person.userid), room)
  await house.db.query('UPDATE staff SET last_sign_in = $2 WHERE lower(userid) = lower($1)', [
    person.userid,
    house.clock.now(),
  ])
  await audit(house.db, house, {
    by: person.userid,
    action: 'sign-in',
    data: { requestId: stateOf(ctx).requestId, room },
  })
}

/** Uses a link up and says who comes in by it. The first admin's makes an admin of whoever is named. @throws Refused 403, 422 */
export async function redeem(house: House, code: string, userid?: string): Promise<Person> {
  const named = await house.db.transaction(async (tx) => {
    const link = await takeSignInLink(tx, house, code)
    if (link.userid !== null) return link.userid
    if (userid === undefined) {
      throw new Refused(422, 'invalid', '有字段不符合要求', [{ field: 'userid', message: '请选择您是谁' }])
    }
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('first-admin', 0))")
    if (await hasAdmin(tx, house.config.admins)) throw new Refused(403, 'link_over', '已经有管理员了，请由管理员邀请')
    const now = house.clock.now()
    await tx.query(
      `INSERT INTO staff AS s (userid, roles, created_at, updated_at) VALUES ($1, '{admin}', $2, $2)
       ON CONFLICT (lower(userid)) DO UPDATE SET roles = array_append(s.roles, 'admin'), active = true, updated_at = $2`,
      [userid, now],
    )
    return userid
  })
  return mustBeOurs(await findPerson(house, named))
}

export async function readWays(house: House, ctx: Context, code?: string): Promise<SignInWays> {
  const link = code === undefined ? null : await readSignInLink(house, code)
  const firstAdmin = link !== null && link.userid === null
  const open = firstAdmin || (house.config.sandbox && isLocal(ctx, house))
  return { people: open ? await readPeople(house) : [], firstAdmin, wecom: wecomSignInPath }
}

/** The sandbox's one click. @throws Refused 403 anywhere else */
async function choose(house: House, ctx: Context, userid: string | undefined): Promise<Person> {
  if (!house.config.sandbox || !isLocal(ctx, house))
    throw new Refused(403, 'link_needed', '请用企业微信登录，或向管理员要登录链接')
  return mustBeOurs(userid === undefined ? null : await findPerson(house, userid))
}

export function mustBeOurs(person: Person | null): Person {
  if (!person) throw new Refused(403, 'not_ours', '您还没有开通使用权限，请联系管理员')
  return person
}

async function readPeople(house: House): Promise<SignInWays['people']> {
  const rows = await house.db.query<{ userid: string; name: string; roles: string[] }>(
    `SELECT userid, name, roles FROM staff WHERE active AND in_scope
     ORDER BY cardinality(roles) = 0, array_position($1::text[], roles[1]), lower(userid) LIMIT 200`,
    [roles],
  )
  return rows.map(({ userid, name, roles }) => ({ userid, name: name || userid, roles }))
}

/**
 * Other sites may neither sign the browser in nor out. What sends neither header is no browser.
 * @throws Refused 403
 */
function refuseForeignSignIn(ctx: Context, house: House): void {
  const site = ctx.get('Sec-Fetch-Site')
  const foreign =
    site === '' ? ctx.get('Origin') !== '' && !isOurOrigin(ctx, house) : site !== 'same-origin' && site !== 'none'
  if (foreign) throw new Refused(403, 'other_site', '请求不是从本系统的页面发出的')
}

/** A name that was made to point at this machine is not this machine. */
function isLocal(ctx: Context, house: House): boolean {
  const host = ctx.get('Host').replace(/:\d+$/, '')
  return ['127.0.0.1', 'localhost', '[::1]', new URL(house.config.publicUrl).hostname].includes(host)
}
