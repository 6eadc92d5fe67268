/**
 * How conditions compare values. The database does the same word for word (`condition_number`, `condition_text` and what
 * src/segments/sql.ts writes), so that one lead and a set of leads get one answer: change both or neither.
 */

export const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)

export const empty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Lower case character by character: what stands around one does not change it. */
export const fold = (value: unknown): string =>
  Array.from(String(value), (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase())).join('')

export function same(actual: unknown, wanted: unknown): boolean {
  if (empty(actual) || typeof actual === 'object') return false
  const [a, b] = [number(actual), number(wanted)]
  if (a === undefined && b === undefined) return fold(actual) === fold(wanted)
  return a === b
}

/** Below, above or equal; NaN where the two cannot be compared, so that every comparison fails. */
export function order(actual: unknown, wanted: unknown): number {
  if (actual instanceof Date) return actual.getTime() - moment(wanted)
  if (empty(actual) || typeof actual === 'object') return Number.NaN
  const [a, b] = [number(actual), number(wanted)]
  if (a !== undefined && b !== undefined) return a - b
  if (a !== undefined || b !== undefined) return Number.NaN
  return byCodePoint(fold(actual), fold(wanted))
}

/** Text holds text; a list holds a value; nothing else holds anything. */
export function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(actual)) return actual.some((value) => same(plain(value), wanted))
  return !empty(actual) && typeof actual !== 'object' && !empty(wanted) && fold(actual).includes(fold(wanted))
}

/** A number, or text that is nothing but one. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  const isNumber = typeof value === 'string' && value.length <= 100 && /^-?\d+(\.\d+)?$/.test(value.trim())
  return isNumber ? Number(value) : undefined
}

/** A date or time of ISO 8601 in milliseconds; a date alone is its beginning in UTC. NaN for anything else. */
export function moment(value: unknown): number {
  const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/
  return typeof value === 'string' && iso.test(value) ? Date.parse(value) : Number.NaN
}

/** As the database sorts under "C": characters beyond the first 65,536 come last, where UTF-16 would put them before some. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)]
  for (let at = 0; at < Math.min(x.length, y.length); at++) {
    const difference = (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}
