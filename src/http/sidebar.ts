import { setTimeout } from 'node:timers/promises'
import type { Context, Middleware } from 'koa'
import type { House } from '../house.ts'
import { reachOf } from '../leads/reach.ts'
import { signPageOfOurs } from './api/sidebar.ts'
import { escapeHtml } from './page.ts'
import { findSession, type Person, readSessionCookie } from './sessions.ts'
import { sendToWecom } from './sign-in-doors.ts'
import { serveWebApp } from './web-app.ts'

/**
 * The rep's sidebar, which WeCom opens beside a chat. Whoever has no session there is sent to WeCom and comes back with one,
 * before anything of the page is loaded. What the page would ask for first comes with it: on a phone each question costs as much
 * as the page. In the sandbox the client around it is a page, and hands it the native half of the JS-SDK, as WeCom's own client
 * does to the pages it opens.
 */
export function serveSidebar(house: House): Middleware {
  const sandbox = house.config.sandbox ? house.config.sandboxUrl : undefined
  return serveWebApp({
    name: 'sidebar',
    framed: true,
    policy: () => [
      "default-src 'none'",
      `script-src 'self'${sandbox ? ` ${sandbox}` : ''}`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${sandbox ?? 'https://*.work.weixin.qq.com'}`,
    ],
    async prepare(page, ctx) {
      const token = readSessionCookie(ctx, house, 'sidebar')
      const member = token === undefined ? null : await findSession(house, token)
      if (member === null && ctx.query.fault === undefined) {
        sendToWecom(ctx, house, 'sidebar', ctx.path + ctx.search)
        return null
      }
      const given = member ? escapeHtml(JSON.stringify(await givenTo(ctx, house, member))) : ''
      const told = page.replace('name="given" content=""', () => `name="given" content="${given}"`)
      return sandbox ? told.replace('<!-- client -->', `<script src="${sandbox}/page/bridge.js"></script>`) : told
    },
  })
}

/** Tickets are at hand for two hours at a time. */
const patienceMs = 300

/** What the page need not ask for: who looks, as `GET /api/me` says it, and the signatures for its address. */
async function givenTo(ctx: Context, house: House, { userid, roles, team }: Person) {
  const url = `${house.config.publicUrl}${ctx.originalUrl}`
  return {
    me: { userid, roles, reach: reachOf(roles), team },
    // Where WeCom gives no ticket, or takes its time, the page asks for itself, and says what is wrong.
    signed: await Promise.race([
      signPageOfOurs(house, url).catch(() => null),
      setTimeout(patienceMs, null, { ref: false }),
    ]),
    url,
  }
}
