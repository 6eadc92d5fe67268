import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { audit } from './audit.ts'
import { authenticate, authorize, refuseOtherSites } from './auth.ts'
import { readBody, readJson } from './body.ts'
import { type Cursors, createCursors } from './cursor.ts'
import { answerOnce } from './idempotency.ts'
import type { Principal } from './principal.ts'
import { stateOf } from './request.ts'
import type { Answer, Route } from './route.ts'

/** Hangs the API's calls into the router. `checkAnswers` (tests) makes an answer that is not what its schema says an error. */
export function addApi(
  router: Router,
  house: House,
  routes: readonly Route[],
  { checkAnswers = false }: { checkAnswers?: boolean } = {},
): void {
  const cursors = createCursors(house.config.sessionSecret)
  for (const route of routes) {
    router[route.method](route.path, async (ctx) => {
      const answer = await answerCall(ctx, house, route, cursors)
      if (checkAnswers && !answer.replayed) checkAnswer(route, answer)
      ctx.status = answer.status
      if (answer.replayed) ctx.set('Idempotency-Replayed', 'true')
      // A handler that streams has set its own body.
      if (answer.body !== undefined) {
        ctx.type = 'json'
        ctx.body = JSON.stringify(answer.body)
      }
    })
  }
}

/** Who → may he → is it from our pages → what does he want → once. In this order, so that strangers learn nothing. */
async function answerCall(ctx: Context, house: House, route: Route, cursors: Cursors): Promise<Answer> {
  const principal = await authenticate(ctx, house)
  if (principal) stateOf(ctx).principal = principal
  authorize(route.who, principal)
  const writes = route.method !== 'get'
  if (writes && principal.cookie) refuseOtherSites(ctx, house)
  const { params, query } = ctx as Context & { params: Record<string, string> }
  const bytes = writes && !route.upload ? await readBody(ctx.req) : Buffer.alloc(0)
  const asked = { house, principal, cursors, ctx, params, query: filled(query) }
  const run = async (): Promise<Answer> => {
    const body = route.body ? bodyOf(ctx, bytes) : undefined
    if (writes && route.audited !== false)
      await writeAudit(house, route, principal, params.id ?? params.userid ?? null, ctx)
    return route.run({ ...asked, body })
  }
  const key = ctx.get('Idempotency-Key')
  if (!writes || key === '') return run()
  const by = principal.actAs ? `${principal.id}:${principal.actAs}` : principal.id
  return answerOnce(
    house,
    { principal: by, key, request: [ctx.method, ctx.url, ctx.get('Content-Length'), bytes] },
    run,
  )
}

function bodyOf(ctx: Context, bytes: Buffer): unknown {
  if (bytes.length === 0) return {}
  if (!ctx.is('json', '+json')) throw new Refused(400, 'not_json', '请用 Content-Type: application/json 发送 JSON')
  return readJson(bytes)
}

/** `?stage=` asks for nothing. */
function filled(query: Context['query']): Record<string, string | string[]> {
  const given: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') given[name] = value
  return given
}

/** Before it is done, so that what was tried and refused is known too. Ids only. */
async function writeAudit(
  house: House,
  route: Route,
  principal: Principal,
  target: string | null,
  ctx: Context,
): Promise<void> {
  await audit(house.db, house, {
    by: principal.id,
    actAs: principal.actAs,
    action: `${route.method.toUpperCase()} ${route.path}`,
    target,
    data: { requestId: stateOf(ctx).requestId },
  })
}

function checkAnswer(route: Route, answer: Answer): void {
  const schema = route.answers[answer.status]
  if (schema === undefined)
    throw new Error(`${route.method} ${route.path} does not say that it answers ${answer.status}`)
  // As the caller sees it: dates are text by then.
  schema?.parse(JSON.parse(JSON.stringify(answer.body ?? null)))
}
