import { createHmac, randomBytes } from 'node:crypto'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { authorizeUrl, qrLoginUrl, whoIs } from '../wecom/oauth.ts'
import { isSame } from './health.ts'
import { findPerson, isSecure, type Room } from './sessions.ts'
import { letIn, mustBeOurs, redeem, wecomSignInPath } from './sign-in.ts'
import { readSignInLink } from './sign-in-links.ts'

const paths: Record<Room, string> = { console: wecomSignInPath, sidebar: '/sidebar/sign-in' }
/** Time a member has between leaving for WeCom and coming back. */
const awaySeconds = 300

/** Addresses a browser is sent to on its way in: a one-time link, to WeCom, and back. Each ends in its room. */
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
  for (const room of ['console', 'sidebar'] as const) {
    const path = paths[room]
    router.get(path, (ctx) => sendToWecom(ctx, house, room, ctx.query.to))
    router.get(`${path}/back`, async (ctx) => {
      try {
        const to = checkState(ctx, house, room)
        await letIn(ctx, house, await recognise(house, ctx.query.code), room)
        goTo(ctx, to)
      } catch (error) {
        // A page in a frame tells it itself, in its own place.
        if (room !== 'sidebar' || !(error instanceof Refused)) throw error
        goTo(ctx, `/sidebar?fault=${error.id}`)
      }
    })
  }
}

/** Sends a browser to WeCom, from where it comes back with who it is, to the place it wanted. */
export function sendToWecom(ctx: Context, house: House, room: Room, wanted: unknown): void {
  const state = `${randomBytes(16).toString('hex')}${Math.floor(house.clock.now().getTime() / 1000)}`
  const to = Buffer.from(placeIn(room, wanted)).toString('base64url')
  writeState(ctx, house, room, `${state}.${to}.${sign(house, `${state}.${to}`)}`)
  const { wecom, publicUrl, sandbox } = house.config
  const way = { redirect: `${publicUrl}${paths[room]}/back`, state }
  // Outside WeCom nobody is known yet: he shows who he is by scanning with his phone. The sandbox's client has no name of its own.
  const isInside = /wxwork|MicroMessenger/i.test(ctx.get('User-Agent')) || (sandbox && room === 'sidebar')
  goTo(
    ctx,
    isInside || wecom.loginUrl === undefined ? authorizeUrl(wecom, way) : qrLoginUrl(wecom, wecom.loginUrl, way),
  )
}

/** The member whom WeCom names. @throws Refused 400 without a code, 403 when he is not one of ours */
async function recognise(house: House, code: unknown) {
  if (typeof code !== 'string' || code === '') throw new Refused(400, 'malformed', '企业微信没有带回 code')
  const { userid } = await whoIs(house.wecom, code)
  // A customer is recognised too; only a member has a userid.
  const person = mustBeOurs(userid === undefined ? null : await findPerson(house, userid))
  await house.db.query(
    `INSERT INTO staff (userid, created_at, updated_at) VALUES ($1, $2, $2) ON CONFLICT (lower(userid)) DO NOTHING`,
    [person.userid, house.clock.now()],
  )
  return person
}

/** Where somebody wanted to go, when it is a place in this room; else its front door. */
function placeIn(room: Room, wanted: unknown): string {
  const place = typeof wanted === 'string' && wanted.length <= 500 ? wanted : ''
  const plain = new RegExp(`^/${room}(/[\\w/-]*)?(\\?[\\w.~%=&-]*)?$`)
  return plain.test(place) && !place.startsWith(`/${room}/sign-in`) ? place : `/${room}`
}

function goTo(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.set('Location', address)
  ctx.body = ''
}

/** The state came from this browser, not long ago, and is good once. Answers where to go on. @throws Refused 403 */
function checkState(ctx: Context, house: House, room: Room): string {
  const [state = '', to = '', signature = ''] = (ctx.cookies.get(stateCookie(house, room)) ?? '').split('.')
  writeState(ctx, house, room, null)
  const age = house.clock.now().getTime() / 1000 - Number(state.slice(32))
  const given = typeof ctx.query.state === 'string' ? ctx.query.state : ''
  const good =
    isSame(signature, sign(house, `${state}.${to}`)) && isSame(given, state) && age >= -1 && age <= awaySeconds
  if (!good || state === '') throw new Refused(403, 'bad_state', '登录没有从这个浏览器开始，或已超时，请重新登录')
  return placeIn(room, Buffer.from(to, 'base64url').toString())
}

const stateCookie = (house: House, room: Room): string => `${isSecure(house) ? '__Host-' : ''}state-${room}`

function writeState(ctx: Context, house: House, room: Room, value: string | null): void {
  const age = value === null ? 0 : awaySeconds
  const secure = isSecure(house) ? '; Secure' : ''
  ctx.append(
    'Set-Cookie',
    `${stateCookie(house, room)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`,
  )
}

const sign = (house: House, state: string): string =>
  createHmac('sha256', house.config.sessionSecret).update('state\0').update(state).digest('base64url')
