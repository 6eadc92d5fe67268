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
}

/** A piece as it was sent; without a version, as it is now. Words of the house have no page. */
export async function readPiece(sql: Sql, id: string, version: number | null): Promise<Piece | null> {
  const [row] = await sql.query<Piece>(
    `SELECT id, version, title, body, plain, say, url, counts FROM content
     WHERE id = $1 AND kind <> 'words' AND CASE WHEN $2::int IS NULL THEN current ELSE version = $2 END`,
    [id.replaceAll('\0', ''), version],
  )
  return row ?? null
}
