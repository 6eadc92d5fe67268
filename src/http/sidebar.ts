import type { Middleware } from 'koa'
import type { House } from '../house.ts'
import { readSessionCookie } from './sessions.ts'
import { sidebarSignInPath } from './sign-in-doors.ts'
import { serveWebApp } from './web-app.ts'

/**
 * The rep's sidebar, which WeCom opens beside a chat. Whoever has no session there is sent to WeCom and comes back with one,
 * before anything of the page is loaded. In the sandbox the client around it is a page, and hands it the native half of the
 * JS-SDK, as WeCom's own client does to the pages it opens.
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
    prepare: (page) =>
      sandbox ? page.replace('<!-- client -->', `<script src="${sandbox}/page/bridge.js"></script>`) : page,
    instead(ctx) {
      if (ctx.query.fault !== undefined || readSessionCookie(ctx, house, 'sidebar') !== undefined) return false
      ctx.status = 303
      ctx.set('Location', `${sidebarSignInPath}?to=${encodeURIComponent(ctx.path + ctx.search)}`)
      ctx.body = ''
      return true
    },
  })
}
