import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refused } from '../failures.ts'

type Position = readonly (string | number | boolean | null)[]

/** Where a list goes on: opaque outside, signed so that only what we gave out comes back in. */
export interface Cursors {
  /** `list` names the list and its order; a cursor of another list is refused. */
  seal(list: string, position: Position): string
  /** @throws Refused 400 */
  open(list: string, cursor: string): Position
}

/** Sixteen bytes of HMAC-SHA-256 before the position. */
const signatureBytes = 16

export function createCursors(secret: string): Cursors {
  const sign = (list: string, body: Buffer) =>
    createHmac('sha256', secret)
      .update('cursor\0')
      .update(list)
      .update('\0')
      .update(body)
      .digest()
      .subarray(0, signatureBytes)
  return {
    seal(list, position) {
      const body = Buffer.from(JSON.stringify(position))
      return Buffer.concat([sign(list, body), body]).toString('base64url')
    },
    open(list, cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      const body = bytes.subarray(signatureBytes)
      const given = bytes.subarray(0, signatureBytes)
      if (given.length < signatureBytes || !timingSafeEqual(given, sign(list, body))) {
        throw new Refused(400, 'bad_cursor', 'cursor 无效，请从第一页重新开始')
      }
      return JSON.parse(body.toString()) as Position
    },
  }
}
