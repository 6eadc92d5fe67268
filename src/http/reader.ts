import type { Context } from 'koa'
import type { House } from '../house.ts'
import { openToken, sealToken } from '../tracking/token.ts'
import { findVisitor, type Visitor } from '../tracking/visitors.ts'

/**
 * Programs that fetch a page to make a card of it, to index or to check it. What runs no script tells nothing anyway. Measured on
 * the 2,100 names of monperrus/crawler-user-agents: 88 % are known by these words; what is left poses as a browser.
 */
const programs = new RegExp(
  [
    // What calls itself so: DingTalkBot-LinkService, TelegramBot, 360Spider, YandexBot/3.0; CUBOT makes telephones.
    /(?<!cu)bots?(?:\b|[_-])|spider|crawl|scrap|slurp|preview|unfurl|url2png|link-?(?:check|service|expand)|scan(?:ner)?\b/,
    /archiver|fetcher|feed|validator|monitor|mediapartners|google-|googleother|lighthouse|pagespeed|embedly|facebookexternalhit/,
    // No browser leaves an address of its maker, nor says "compatible" without MSIE.
    /\+?https?:\/\/|compatible; (?!msie)/,
    /curl|wget|python|libwww|perl|php\/|guzzle|ruby|java\/|httpclient|http[_-]client|go-http|okhttp|axios|undici|postman|insomnia/,
    // Every browser begins like one of these; the last two are how WeChat and WeCom sign, whatever stands before.
    /^(?!mozilla|opera|ucweb|dalvik|nokia|.*micromessenger|.*wxwork)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** Headers a browser or an app sends when it looks ahead: nobody may ever see the page. */
const aheadOfTime = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz']

const purpose = (ctx: Context): string => aheadOfTime.map((name) => ctx.get(name)).join(' ')

/** It is no person who asks, or none yet. */
export const isProgram = (ctx: Context): boolean =>
  ctx.method === 'HEAD' || isAhead(ctx) || /preview/i.test(purpose(ctx)) || programs.test(ctx.get('User-Agent'))

/**
 * A person's browser looks ahead, and may show later what it gets now. The page comes back by itself when it is seen, with
 * `seen` in its address, so that an app which says so with every request is not sent round in circles.
 */
export const isAhead = (ctx: Context): boolean =>
  /prefetch|prerender/i.test(purpose(ctx)) &&
  !/preview/i.test(purpose(ctx)) &&
  !programs.test(ctx.get('User-Agent')) &&
  ctx.query.seen === undefined

/** WeChat or WeCom, whose silent authorization says who reads. */
export const isInWechat = (ctx: Context, house: House): boolean =>
  /MicroMessenger|wxwork/i.test(ctx.get('User-Agent')) || isOnSandboxPhone(ctx, house)

/** The sandbox's phone lies in a plain browser, which several people share. */
export function isOnSandboxPhone(ctx: Context, house: House): boolean {
  const { sandbox, sandboxUrl } = house.config
  return sandbox && sandboxUrl !== undefined && ctx.get('Referer').startsWith(`${new URL(sandboxUrl).origin}/`)
}

const lifeS = 30 * 86_400
const isSecure = (house: House): boolean => house.config.contentUrl.startsWith('https:')
const cookieName = (house: House): string => (isSecure(house) ? '__Host-visitor' : 'visitor')

/** Who reads, as WeCom said before; null: not asked yet, or nobody it knows. */
export async function readVisitor(ctx: Context, house: House): Promise<Visitor | null> {
  const code = openToken(house, 'visitor', ctx.cookies.get(cookieName(house)) ?? '')
  return typeof code === 'string' ? findVisitor(house.db, code) : null
}

export function writeVisitor(ctx: Context, house: House, visitor: Visitor): void {
  writeCookie(ctx, house, cookieName(house), sealToken(house, 'visitor', visitor.code), lifeS)
}

/** A cookie of the customers' pages. `value` null takes it away. */
export function writeCookie(ctx: Context, house: House, name: string, value: string | null, seconds: number): void {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', `Max-Age=${value === null ? 0 : seconds}`]
  ctx.append('Set-Cookie', [`${name}=${value ?? ''}`, ...attributes, ...(isSecure(house) ? ['Secure'] : [])].join('; '))
}

export const stateCookieName = (house: House): string => (isSecure(house) ? '__Host-way' : 'way')
