import { refuse } from './errcodes.ts'

/** A JSON object as it came; every field is judged where it is read. */
export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text of a field, undefined when absent. Numbers are taken as text, as the platform does. @throws 40058 */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') refuse(40058, `invalid Request Parameter ${name}, string expected`)
  return value
}

/** A text that must be there. @throws `errcode` (40063 unless told) */
export function needText(fields: Fields, name: string, errcode = 40063): string {
  return text(fields, name) || refuse(errcode)
}

export function whole(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value)
  if (typeof value !== 'number' || !Number.isInteger(value))
    refuse(40058, `invalid Request Parameter ${name}, integer expected`)
  return value
}

export function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  return value === true || value === 1
}

export function object(fields: Fields, name: string): Fields | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) refuse(40058, `invalid Request Parameter ${name}, object expected`)
  return value
}

export function objects(fields: Fields, name: string): Fields[] {
  const value = fields[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isFields))
    refuse(40058, `invalid Request Parameter ${name}, array of objects expected`)
  return value
}

/** A list of texts, at most `max` of them. @throws 40058 */
export function texts(fields: Fields, name: string, max = Number.POSITIVE_INFINITY): string[] {
  const value = fields[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' || typeof item === 'number'))
    refuse(40058, `invalid Request Parameter ${name}, array expected`)
  if (value.length > max) refuse(40058, `invalid Request Parameter ${name}, more than ${max} elements`)
  return value.map(String)
}

export const bytes = (value: string): number => Buffer.byteLength(value, 'utf8')

/** Characters as WeCom counts them: a Chinese character is one. */
export const chars = (value: string): number => [...value].length

/** The longest beginning of `value` within `max` bytes of UTF-8. */
export function clipped(value: string, max: number): string {
  let out = ''
  let size = 0
  for (const char of value) {
    size += bytes(char)
    if (size > max) break
    out += char
  }
  return out
}
