import { randomBytes } from 'node:crypto'
import type { Call } from './api.ts'

/** No usable answer came. `sent`: the request may have reached WeCom; `hostFailed`: counts against the host. */
export class TransportError extends Error {
  constructor(
    message: string,
    readonly sent: boolean,
    readonly hostFailed: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'TransportError'
  }
}

/** The body of a POST: JSON, or one file as the multipart field `media` the way WeCom wants it. */
export function encodeBody({ body, file }: Call): { type: string; bytes: Buffer } {
  if (!file) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body ?? {}, sendable)) }
  const boundary = `bowtie${randomBytes(12).toString('hex')}`
  const name = file.name.replace(/[\r\n"\\]/g, '_')
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${name}"\r\nContent-Type: ${file.type}\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

/** JSON escapes control characters and half surrogates as `\uXXXX`, for which WeCom refuses the whole call (40033). */
function sendable(_: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/\p{Surrogate}/gu, '\ufffd')
}

/** WeCom's answer taken apart; a missing errcode means success. @throws TransportError */
export function readAnswer(status: number, text: string): { errcode: number; errmsg: string; answer: unknown } {
  // WeCom says 200 even when it refuses; anything else was said by something on the way.
  if (status >= 500) throw new TransportError(`HTTP ${status}`, true, true)
  if (status !== 200) throw new TransportError(`HTTP ${status}，请检查 WECOM_API_URL 与代理`, false, true)
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw new TransportError('答复不是 JSON，请检查 WECOM_API_URL 与代理', true, true)
  const { errcode = 0, errmsg = '' } = answer as { errcode?: unknown; errmsg?: unknown }
  if (!Number.isInteger(Number(errcode))) throw new TransportError('答复里的 errcode 不是数字', true, true)
  return { errcode: Number(errcode), errmsg: String(errmsg), answer }
}

/** Why no answer came, for people. */
export function whyNoAnswer(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return (
    reasons[code] ??
    (code.includes('CERT') || code.startsWith('ERR_TLS') ? `TLS 证书有问题（${code}）` : code || '网络错误')
  )
}

const reasons: Record<string, string> = {
  ECONNREFUSED: '连接被拒绝',
  ENOTFOUND: '域名无法解析',
  EAI_AGAIN: '域名暂时无法解析',
  ENETUNREACH: '网络不可达',
  EHOSTUNREACH: '主机不可达',
  ETIMEDOUT: '连接超时',
  UND_ERR_CONNECT_TIMEOUT: '连接超时',
  UND_ERR_HEADERS_TIMEOUT: '等待答复超时',
  UND_ERR_BODY_TIMEOUT: '接收答复超时',
  UND_ERR_SOCKET: '连接中断',
  ECONNRESET: '连接中断',
  EPIPE: '连接中断',
}
