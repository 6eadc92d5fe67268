import type { Middleware } from 'koa'
import { serveWebApp } from './web-app.ts'

/**
 * The console, and the way to it from the bare address. Scripts come from our own files only. Ant Design writes its styles
 * while it runs, so styles need more than files: a nonce lets in its own and nobody else's; 'unsafe-inline' would let in
 * whatever was injected.
 */
export function serveConsole(): Middleware {
  const serve = serveWebApp({
    name: 'console',
    policy: (nonce) => [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "frame-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ],
  })
  return async (ctx, next) => {
    if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return serve(ctx, next)
    ctx.status = 302
    ctx.set('Location', '/console')
    ctx.body = ''
  }
}
