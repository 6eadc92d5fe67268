import { z } from 'zod'
import { GiveUp, OutcomeUnknown, Refused, RetryLater } from '../failures.ts'

/** What every error looks like outside. */
export interface ErrorBody {
  error: { id: string; message: string; details?: unknown }
}

export interface ErrorAnswer {
  status: number
  body: ErrorBody
  /** A bug or a broken part of ours: worth a log line with its stack. */
  unexpected: boolean
  /** Seconds for `Retry-After`. */
  retryAfter?: number
}

/** The one table from what was thrown to what the caller reads. Nothing of an unexpected error leaves the house. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof Refused) {
    const retryAfter = error.status === 429 || error.status === 503 ? 1 : undefined
    return { ...answer(error.status, error.id, error.message, error.details), retryAfter }
  }
  if (error instanceof RetryLater) {
    const retryAfter = Math.max(1, Math.ceil(error.afterMs / 1000))
    return { ...answer(503, 'retry_later', `暂时无法完成，请稍后重试：${error.message}`), retryAfter }
  }
  if (error instanceof GiveUp) return answer(409, error.reason, error.message)
  if (error instanceof OutcomeUnknown) {
    return answer(503, 'outcome_unknown', '已发往企业微信但没有等到回音，结果未知，请核对后再决定是否重试')
  }
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code === 'string') {
    if (storeIsDown.test(code)) {
      return { ...answer(503, 'store_down', '数据库暂时不可用，请稍后重试'), unexpected: true, retryAfter: 2 }
    }
    if (conflict.has(code))
      return { ...answer(503, 'busy', '有人正在修改同一条记录，请稍后重试'), unexpected: true, retryAfter: 1 }
    if (/^22[0-9A-Z]{3}$/.test(code)) return answer(400, 'not_storable', '内容里有无法保存的字符或数值')
  }
  const status = (error as { status?: unknown; expose?: unknown } | null)?.status
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const [id, message] = plain[status] ?? ['bad_request', '请求有误']
    return answer(status, id, message)
  }
  return { ...answer(500, 'internal', '系统出错了，已记录下来'), unexpected: true }
}

/** Reads a value by its schema. @throws Refused 422 naming each field and what is wrong with it, in Chinese */
export function readValue<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { error: chinese })
  if (parsed.success) return parsed.data
  throw new Refused(422, 'invalid', '有字段不符合要求', fieldFaults(parsed.error))
}

/** Each fault by the field it stands in: `staff[0]`, `source.channel`; `(整体)` is the value itself. */
export function fieldFaults(error: z.ZodError): { field: string; message: string }[] {
  return error.issues.map((issue) => ({ field: fieldName(issue.path), message: issue.message }))
}

function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return name === '' ? '(整体)' : name.replace(/^\./, '')
}

const locale = z.locales.zhCN().localeError
const chinese: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return '必填'
  if (issue.code === 'unrecognized_keys') return `不认识的字段：${issue.keys.join('、')}`
  return locale(issue)
}

const conflict = new Set(['40001', '40P01', '55P03'])
const storeIsDown = /^(08|57P0|53)|^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EPIPE)$/

const plain: Record<number, [id: string, message: string]> = {
  400: ['malformed', '请求格式不对'],
  401: ['unauthenticated', '请先登录'],
  403: ['forbidden', '没有权限'],
  404: ['not_found', '没有这个地址或对象'],
  405: ['method_not_allowed', '这个地址不支持该方法'],
  413: ['too_large', '内容太大'],
  415: ['unsupported_media_type', '不支持这种内容类型'],
  429: ['too_many_requests', '请求太频繁，请稍后再试'],
}

function answer(status: number, id: string, message: string, details?: unknown): ErrorAnswer {
  return { status, body: { error: { id, message, ...(details === undefined ? {} : { details }) } }, unexpected: false }
}
