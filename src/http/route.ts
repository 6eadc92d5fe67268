import type { Context } from 'koa'
import type { z } from 'zod'
import type { Actor } from '../actor.ts'
import type { House } from '../house.ts'
import type { Cursors } from './cursor.ts'
import { readValue } from './errors.ts'
import { actorOf, type Principal, type Role } from './principal.ts'
import { findLead } from './scope.ts'

/** What a handler is given: everything has been read by its schema, and whoever asks may do so. */
export interface Ask<Params, Query, Body> {
  house: House
  principal: Principal
  actor: Actor
  params: Params
  query: Query
  body: Body
  /** With scope `lead`: the lead that speaks for `params.id`. */
  leadId: string
  cursors: Cursors
  /** For what only HTTP knows: an upload's stream, a header. */
  ctx: Context
}

export interface Answer {
  status: number
  body?: unknown
  /** It is the first answer, given again. */
  replayed?: boolean
}

export interface Asked {
  house: House
  principal: Principal
  cursors: Cursors
  params: unknown
  query: unknown
  body: unknown
  ctx: Context
}

interface Definition<Params, Query, Body> {
  method: 'get' | 'post' | 'put' | 'delete'
  /** As the router spells it: `/api/leads/:id`. */
  path: string
  /** The heading it stands under in the docs. */
  group: string
  summary: string
  /** Those who may use it. Nobody else may, whatever else is true. */
  who: readonly Role[] | 'everyone'
  /** `lead`: `:id` is a lead, which must be within reach. `rows`: the handler keeps to what is within reach. `house`: not about anybody's leads. */
  scope: 'lead' | 'rows' | 'house'
  params?: z.ZodType<Params>
  query?: z.ZodType<Query>
  body?: z.ZodType<Body>
  /** The body is a file, which the handler reads as a stream; its content types. */
  upload?: readonly string[]
  /** By status: what it looks like, or null for no body. */
  answers: Readonly<Record<number, z.ZodType | null>>
  /** False: too many and too small to write down one by one; each leaves its own trace. */
  audited?: boolean
  handle(ask: Ask<Params, Query, Body>): Promise<Answer>
}

/** One call of the API, as server, docs and tests see it. */
export type Route = Omit<Definition<unknown, unknown, unknown>, 'handle'> & {
  /** Reads params, query and body by their schemas, keeps to the scope, and handles. @throws Refused */
  run(asked: Asked): Promise<Answer>
}

/** The word routes are written in. */
export function route<Params = unknown, Query = unknown, Body = unknown>(
  definition: Definition<Params, Query, Body>,
): Route {
  const { handle, ...rest } = definition
  return {
    ...rest,
    async run({ house, principal, cursors, ctx, ...raw }) {
      const params = readPart(definition.params, raw.params)
      const leadId = definition.scope === 'lead' ? await findLead(house.db, principal, idOf(raw.params)) : ''
      const query = readPart(definition.query, raw.query)
      const body = readPart(definition.body, raw.body)
      return handle({ house, principal, actor: actorOf(principal), params, query, body, leadId, cursors, ctx })
    },
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const accepted = (body: unknown): Answer => ({ status: 202, body })

const readPart = <T>(schema: z.ZodType<T> | undefined, value: unknown): T =>
  schema ? readValue(schema, value) : (undefined as T)

const idOf = (params: unknown): string => String((params as { id?: unknown }).id ?? '')
