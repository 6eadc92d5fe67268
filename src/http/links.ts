import { createHmac, randomBytes } from 'node:crypto'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import type { House } from '../house.ts'
import { findLink } from '../tracking/pieces.ts'
import { knowVisitor, type Visitor } from '../tracking/visitors.ts'
import { authorizeUrl, whoIs } from '../wecom/oauth.ts'
import { sendGone } from './customer-page.ts'
import { isSame } from './health.ts'
import { createRate } from './rate.ts'
import {
  isInWechat,
  isOnSandboxPhone,
  isProgram,
  readVisitor,
  stateCookieName,
  writeCookie,
  writeVisitor,
} from './reader.ts'

/** Time a reader has between leaving for WeCom and coming back. */
const awayS = 300
/** So long a reader whom WeCom did not name is not sent there again. */
const notAgainS = 120
const mostWhoPerMinute = 120

export const isCode = (text: unknown): text is string => typeof text === 'string' && /^[0-9A-Za-z]{12}$/.test(text)

/** The tracked link, and the way by WeCom that says who opened it. A link by itself says nothing and counts nothing. */
export function addLinks(router: Router, house: House): void {
  const rate = createRate(house, mostWhoPerMinute)
  router.get('/s/:code', async (ctx) => {
    const { code = '' } = ctx.params as { code?: string }
    const link = isCode(code) ? await findLink(house.db, code) : null
    if (!link) return sendGone(ctx, house)
    const { f } = ctx.query
    const asked = { code, from: isCode(f) ? f : null }
    if (!isProgram(ctx) && isInWechat(ctx, house)) {
      const visitor = isOnSandboxPhone(ctx, house) ? null : await readVisitor(ctx, house)
      if (!visitor) return askWecom(ctx, house, asked)
    }
    goTo(ctx, pageAddress(asked))
  })
  router.get('/c/who', async (ctx) => {
    const { state } = ctx.query
    const asked = readState(state)
    if (!asked) return sendGone(ctx, house)
    // WeCom comes back to the trusted domain, which may be another than that of the pages; the cookies are with the pages.
    const pages = new URL(house.config.contentUrl)
    const trusted = new URL(house.config.publicUrl)
    if (pages.host !== trusted.host && ctx.get('Host') === trusted.host)
      return goTo(ctx, `${house.config.contentUrl}/c/who${ctx.search}`)
    const { code } = ctx.query
    const mine = isOurState(ctx, house, String(state))
    const visitor = mine && typeof code === 'string' && rate.allows(ctx.ip) ? await askWho(house, code) : null
    if (!visitor) return goTo(ctx, pageAddress(asked, { w: String(seconds(house)) }))
    writeVisitor(ctx, house, visitor)
    goTo(ctx, pageAddress(asked))
  })
}

/** What an address of ours led to. */
export interface Asked {
  code: string
  /** Code of the visitor who forwarded it. */
  from: string | null
}

/** Whether to send a reader to WeCom so that it says who he is; never twice in a row. */
export const mayAskWecom = (ctx: Context, house: House): boolean =>
  isInWechat(ctx, house) && !(Math.abs(seconds(house) - Number(ctx.query.w)) < notAgainS)

/** Sends the reader to WeCom, which sends him back at once without his noticing. */
export function askWecom(ctx: Context, house: House, { code, from }: Asked): void {
  // ≤ 128 of [a-zA-Z0-9]: 32 of chance, 10 of time, where he was going, who sent him.
  const state = `${randomBytes(16).toString('hex')}${seconds(house)}${code}${from ?? ''}`
  writeCookie(ctx, house, stateCookieName(house), `${state}.${sign(house, state)}`, awayS)
  goTo(ctx, authorizeUrl(house.config.wecom, { redirect: `${house.config.publicUrl}/c/who`, state }))
}

export function goTo(ctx: Context, address: string): void {
  ctx.status = 302
  ctx.set('Location', address)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = ''
}

export const pageAddress = ({ code, from }: Asked, more: Record<string, string> = {}): string => {
  const query = new URLSearchParams({ ...(from ? { f: from } : {}), ...more })
  return `/c/p/${code}${query.size > 0 ? `?${query}` : ''}`
}

function readState(state: unknown): Asked | null {
  const match = typeof state === 'string' ? /^[0-9a-f]{32}\d{10}([0-9A-Za-z]{12})([0-9A-Za-z]{12})?$/.exec(state) : null
  return match?.[1] ? { code: match[1], from: match[2] ?? null } : null
}

/** It began in this browser, not long ago; it is good once. */
function isOurState(ctx: Context, house: House, given: string): boolean {
  const [state = '', signature = ''] = (ctx.cookies.get(stateCookieName(house)) ?? '').split('.')
  writeCookie(ctx, house, stateCookieName(house), null, 0)
  const age = seconds(house) - Number(state.slice(32, 42))
  return state !== '' && isSame(signature, sign(house, state)) && isSame(given, state) && age >= -1 && age <= awayS
}

/** Whatever keeps WeCom from saying who it is, the page opens. */
async function askWho(house: House, code: string): Promise<Visitor | null> {
  try {
    return await knowVisitor(house, await whoIs(house.wecom, code))
  } catch (error) {
    house.log.warn({ err: error }, 'WeCom did not say who opened a page')
    return null
  }
}

const seconds = (house: House): number => Math.floor(house.clock.now().getTime() / 1000)

const sign = (house: House, state: string): string =>
  createHmac('sha256', house.config.sessionSecret).update('way\0').update(state).digest('base64url')
