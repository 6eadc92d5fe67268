import type { Sql } from '../db.ts'

/** What a link leads to. */
export interface Link {
  code: string
  contentId: string
  version: number
  /** The lead its message was for; null: a task for many. */
  leadId: string | null
  sender: string | null
}

export async function findLink(sql: Sql, code: string): Promise<Link | null> {
  const [row] = await sql.query<Link>(
    `SELECT code, content_id AS "contentId", content_version AS version, lead_id AS "leadId", sender FROM links WHERE code = $1`,
    [code.replaceAll('\0', '')],
  )
  return row ?? null
}

/** A piece as it stands on its page. */
export interface Piece {
  id: string
  version: number
  title: string
  body: string
  plain: string
  say: string
  url: string | null
  /** Event that opening it is, besides being opened; empty: none. */
  counts: string
  file: string | null
  cover: string | null
  /** Its time is over, or has not begun. */
  untimely: boolean
}

/** A piece as it was sent; without a version, as it is now. Words of the house have no page. */
export async function readPiece(sql: Sql, id: string, version: number | null, now: Date): Promise<Piece | null> {
  // How long it is true is said by whoever said it last.
  const [row] = await sql.query<Piece>(
    `SELECT c.id, c.version, c.title, c.body, c.plain, c.say, c.url, c.counts, c.file, c.cover,
       coalesce(CASE WHEN n.id IS NULL THEN c.valid_from ELSE n.valid_from END > $3, false)
         OR coalesce(CASE WHEN n.id IS NULL THEN c.valid_until ELSE n.valid_until END <= $3, false) AS untimely
     FROM content c LEFT JOIN content n ON n.id = c.id AND n.current
     WHERE c.id = $1 AND c.kind <> 'words' AND CASE WHEN $2::int IS NULL THEN c.current ELSE c.version = $2 END`,
    [id.replaceAll('\0', ''), version, now],
  )
  return row ?? null
}
