import { createHmac, randomBytes } from 'node:crypto'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { authorizeUrl, whoIs } from '../wecom/oauth.ts'
import { isSame } from './health.ts'
import { findPerson, isSecure } from './sessions.ts'
import { letIn, mustBeOurs, redeem, wecomSignInPath } from './sign-in.ts'
import { readSignInLink } from './sign-in-links.ts'

const backPath = `${wecomSignInPath}/back`
/** Time a member has between leaving for WeCom and coming back. */
const awaySeconds = 300

/** Addresses a browser is sent to on its way in: a one-time link, to WeCom, and back. Each ends at the console. */
export function addSignInDoors(router: Router, house: House): void {
  router.get('/console/sign-in', async (ctx, next) => {
    const { code } = ctx.query
    if (typeof code !== 'string') return next()
    // A link in one person's name needs no page; the first admin's asks who he is.
    const link = await readSignInLink(house, code).catch((error: unknown) => {
      if (error instanceof Refused) return null
      throw error
    })
    if (!link || link.userid === null) return next()
    await letIn(ctx, house, await redeem(house, code))
    goTo(ctx, '/console')
  })
  router.get(wecomSignInPath, (ctx) => {
    const state = `${randomBytes(16).toString('hex')}${Math.floor(house.clock.now().getTime() / 1000)}`
    writeState(ctx, house, `${state}.${sign(house, state)}`)
    goTo(ctx, authorizeUrl(house.config.wecom, { redirect: `${house.config.publicUrl}${backPath}`, state }))
  })
  router.get(backPath, async (ctx) => {
    checkState(ctx, house)
    const { code } = ctx.query
    if (typeof code !== 'string' || code === '') throw new Refused(400, 'malformed', '企业微信没有带回 code')
    const { userid } = await whoIs(house.wecom, code)
    // A customer is recognised too; only a member has a userid.
    const person = mustBeOurs(userid === undefined ? null : await findPerson(house, userid))
    await house.db.query(
      `INSERT INTO staff (userid, created_at, updated_at) VALUES ($1, $2, $2) ON CONFLICT (lower(userid)) DO NOTHING`,
      [person.userid, house.clock.now()],
    )
    await letIn(ctx, house, person)
    goTo(ctx, '/console')
  })
}

function goTo(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.set('Location', address)
  ctx.body = ''
}

/** The state came from this browser, not long ago, and is good once. @throws Refused 403 */
function checkState(ctx: Context, house: House): void {
  const [state = '', signature = ''] = (ctx.cookies.get(stateCookie(house)) ?? '').split('.')
  writeState(ctx, house, null)
  const age = house.clock.now().getTime() / 1000 - Number(state.slice(32))
  const given = typeof ctx.query.state === 'string' ? ctx.query.state : ''
  const good = isSame(signature, sign(house, state)) && isSame(given, state) && age >= -1 && age <= awaySeconds
  if (!good || state === '') throw new Refused(403, 'bad_state', '登录没有从这个浏览器开始，或已超时，请重新登录')
}

const stateCookie = (house: House): string => (isSecure(house) ? '__Host-state' : 'state')

function writeState(ctx: Context, house: House, value: string | null): void {
  const age = value === null ? 0 : awaySeconds
  const secure = isSecure(house) ? '; Secure' : ''
  ctx.append(
    'Set-Cookie',
    `${stateCookie(house)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`,
  )
}

const sign = (house: House, state: string): string =>
  createHmac('sha256', house.config.sessionSecret).update('state\0').update(state).digest('base64url')
