import type { IncomingMessage } from 'node:http'
import { Refused } from '../failures.ts'

/** The most a request may carry, uploads apart. */
export const bodyLimit = 1024 * 1024
/** What is read and thrown away of a body that is too large, so that its sender lives to read the refusal. */
const drainLimit = 32 * 1024 * 1024
const deepest = 32

const tooLarge = () => new Refused(413, 'too_large', '内容太大，上限 1 MiB')

/**
 * Reads a whole body, never holding more than `limit` bytes.
 * @throws Refused 413 when there is more, whether or not the sender said so beforehand; 400 when the sender stopped half-way
 */
export function readBody(request: IncomingMessage, limit = bodyLimit): Promise<Buffer> {
  return new Promise((done, fail) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        chunks = []
        if (size > limit + drainLimit) {
          request.pause()
          fail(tooLarge())
        }
      }
    })
    request.once('end', () => {
      if (size > limit) fail(tooLarge())
      else done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    })
    const stopped = () => {
      if (!request.complete) fail(new Refused(400, 'incomplete', '请求内容没有传完'))
    }
    request.once('error', stopped)
    request.once('close', stopped)
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws Refused 400 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Refused(400, 'malformed', '内容不是 UTF-8 编码')
  }
}

/**
 * Reads JSON that nobody can hurt us with: UTF-8, at most 32 levels deep, no `__proto__` key.
 * @throws Refused 400
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = decodeText(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refused(400, 'malformed', '内容不是有效的 JSON')
  }
  checkShape(value, 0)
  return value
}

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= deepest) throw new Refused(400, 'malformed', `JSON 嵌套超过 ${deepest} 层`)
  if (Array.isArray(value)) for (const item of value) checkShape(item, depth + 1)
  else
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') throw new Refused(400, 'malformed', 'JSON 里有不允许的键')
      checkShape(item, depth + 1)
    }
}
