import { createHmac, timingSafeEqual } from 'node:crypto'
import type { House } from '../house.ts'

/** What a token is good for: one made for one thing opens nothing else. */
export type Use = 'visit' | 'prefs' | 'visitor' | 'stop'

/** Packs a small value so that it comes back as it was. It is signed, not hidden. */
export function sealToken(house: Pick<House, 'config'>, use: Use, value: unknown): string {
  const body = Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${body}.${sign(house, use, body)}`
}

/** @returns null for whatever we did not seal for this use */
export function openToken(house: Pick<House, 'config'>, use: Use, token: string): unknown {
  const [body = '', signature = ''] = token.split('.')
  const expected = Buffer.from(sign(house, use, body))
  const given = Buffer.from(signature)
  if (body === '' || expected.length !== given.length || !timingSafeEqual(expected, given)) return null
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as unknown
}

const sign = (house: Pick<House, 'config'>, use: Use, body: string): string =>
  createHmac('sha256', house.config.sessionSecret).update(`${use}\0`).update(body).digest('base64url').slice(0, 32)
