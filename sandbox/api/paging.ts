import { WecomError } from '../errcodes.ts'

/**
 * One page of `items`. The cursor is opaque and belongs to its filter: another one is refused.
 * @throws 50100
 */
export function paged<T>(
  items: readonly T[],
  cursor: string | undefined,
  limit: number,
  filter: string,
): { page: T[]; next: string } {
  let from = 0
  if (cursor) {
    const [owner, offset] = Buffer.from(cursor, 'base64url').toString('utf8').split('#')
    if (owner !== filter || !offset || !/^\d+$/.test(offset)) throw new WecomError(50100)
    from = Number(offset)
  }
  const page = items.slice(from, from + limit)
  const more = from + page.length < items.length
  return { page, next: more ? Buffer.from(`${filter}#${from + page.length}`).toString('base64url') : '' }
}
