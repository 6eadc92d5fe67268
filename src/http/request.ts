import type { Context, Middleware } from 'koa'
import type { House } from '../house.ts'
import { errorAnswer } from './errors.ts'
import { html, securityHeaders, sendPage } from './page.ts'
import type { Principal } from './principal.ts'
import { newRequestId } from './request-id.ts'

/** What a request carries from door to door. */
export interface RequestState {
  requestId: string
  /** What answers where no router is asked, for logs and counters; never the address itself. */
  route?: string
  principal?: Principal
}

export const stateOf = (ctx: Context): RequestState => ctx.state as RequestState

/** Around everything: an id, the headers every answer has, the error shape, one log line and one count. Ids only. */
export function aroundRequests(house: House): Middleware {
  const { log, metrics } = house
  return async (ctx, next) => {
    const started = performance.now()
    const state = stateOf(ctx)
    state.requestId = requestIdOf(ctx, house.config.trustProxy)
    ctx.set('X-Request-Id', state.requestId)
    // Pages count down by it: what is due is due by the house's clock.
    ctx.set('Date', house.clock.now().toUTCString())
    for (const [name, value] of securityHeaders) ctx.set(name, value)
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) ctx.throw(404)
    } catch (error) {
      const { status, body, unexpected, retryAfter } = errorAnswer(error)
      const route = state.route ?? matchedRoute(ctx)
      if (unexpected) log.error({ requestId: state.requestId, route, err: error }, 'request failed')
      ctx.status = status
      if (wantsPage(ctx))
        sendPage(ctx, { title: body.error.message, body: html`<h1>${body.error.message}</h1>` }, status)
      else ctx.body = body
      if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
      // Node reads what is left of a body and throws it away; of one without end it has read enough.
      if (status === 413) ctx.set('Connection', 'close')
    }
    const seconds = (performance.now() - started) / 1000
    const route = state.route ?? matchedRoute(ctx)
    metrics.http.observe({ method: ctx.method, route, status: ctx.status }, seconds)
    const level = ctx.status >= 500 ? 'warn' : route === 'none' || quiet.has(route) ? 'debug' : 'info'
    log[level](
      {
        requestId: state.requestId,
        method: ctx.method,
        route,
        status: ctx.status,
        ms: Math.round(seconds * 1e4) / 10,
        who: state.principal?.id,
        as: state.principal?.actAs,
      },
      'request',
    )
  }
}

/** The router leaves the pattern it found on the context. */
function matchedRoute(ctx: Context): string {
  const { _matchedRoute: pattern } = ctx as { _matchedRoute?: unknown }
  return typeof pattern === 'string' ? pattern : 'none'
}

/** Somebody looks at this in a browser's window. */
const wantsPage = (ctx: Context): boolean =>
  ctx.method === 'GET' && !ctx.path.startsWith('/api/') && ctx.accepts('json', 'html') === 'html'

/** Doors that are knocked at all day long. */
const quiet = new Set(['/healthz', '/readyz', '/metrics', '/c/t'])

function requestIdOf(ctx: Context, trusted: boolean): string {
  const given = trusted ? ctx.get('X-Request-Id') : ''
  return /^[\w-]{8,64}$/.test(given) ? given : newRequestId()
}
