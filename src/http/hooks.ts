import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { openHook, receiveForm } from '../leads/hooks.ts'
import { decodeText, readBody, readJson } from './body.ts'

const mostFields = 100

/** Where web forms and ad platforms send people. The sender needs nothing but its token, and learns no more than whether the person is new. */
export function addHooks(router: Router, house: House): void {
  router.post('/hooks/:source', async (ctx) => {
    const { source = '' } = ctx.params as { source?: string }
    const bytes = await readBody(ctx.req)
    const hook = await openHook(house.db, source.replaceAll('\0', ''), tokenOf(ctx))
    const { created, joinUrl } = await receiveForm(house, hook, answersOf(ctx, bytes))
    ctx.status = created ? 201 : 200
    ctx.body = { ok: true, joinUrl }
  })
}

function tokenOf(ctx: Context): string {
  const bearer = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization'))?.[1]
  const query = ctx.query.token
  return bearer ?? (ctx.get('X-Hook-Token') || (typeof query === 'string' ? query : ''))
}

/** The fields of a form as flat text, whichever way they came. @throws Refused 400, 422 */
function answersOf(ctx: Context, bytes: Buffer): Record<string, string> {
  const pairs = ctx.is('urlencoded') ? [...new URLSearchParams(decodeText(bytes))] : flatten(jsonOf(ctx, bytes), '')
  if (pairs.length > mostFields) throw new Refused(422, 'invalid', `表单最多 ${mostFields} 个字段`)
  const answers: Record<string, string> = Object.create(null)
  for (const [name, value] of pairs) answers[name] = name in answers ? `${answers[name]}、${value}` : value
  return answers
}

function jsonOf(ctx: Context, bytes: Buffer): unknown {
  if (!ctx.is('json', '+json')) throw new Refused(400, 'not_json', '请发送 JSON 或普通表单（urlencoded）')
  const value = readJson(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refused(400, 'malformed', '表单要是一个 JSON 对象')
  }
  return value
}

/**
 * Platforms wrap their answers: `{data: {…}}`, or a list of `{name, value}`. What is inside counts under its own last name.
 */
function flatten(value: unknown, name: string): [string, string][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item) => flatten(item, name))
  if (typeof value !== 'object') return name === '' ? [] : [[name, String(value)]]
  const { name: label, label: title, value: said } = value as Record<string, unknown>
  const asked = typeof label === 'string' ? label : title
  const isAnswer = typeof asked === 'string' && said !== undefined && Object.keys(value).length <= 4
  if (isAnswer) return flatten(said, asked)
  return Object.entries(value).flatMap(([key, item]) => flatten(item, key))
}
