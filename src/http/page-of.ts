import type { Cursors } from './cursor.ts'

type Position = readonly (string | number | boolean | null)[]

/** What a list was asked for. */
export interface Paging {
  limit: number
  cursor?: string | undefined
}

/**
 * Answers one page of a list. `read` is given where the page before ended (null: from the start) and how many rows to read:
 * one more than are shown, which tells whether there is a next page without counting.
 * @throws Refused 400 for a cursor that is not of this list
 */
export async function pageFrom<Row, Item>(
  cursors: Cursors,
  list: string,
  { limit, cursor }: Paging,
  read: (after: Position | null, limit: number) => Promise<Row[]>,
  position: (row: Row) => Position,
  present: (rows: Row[]) => Item[] | Promise<Item[]>,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const after = cursor === undefined ? null : cursors.open(list, cursor)
  const rows = await read(after, limit + 1)
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { items: await present(shown), nextCursor: last ? cursors.seal(list, position(last)) : null }
}
