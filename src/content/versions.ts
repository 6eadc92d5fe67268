import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type Content, contentColumns, lockPiece, resetContent, saveContent } from '../messages/library.ts'

const unknown = () => new Refused(404, 'content_unknown', '没有这份内容')

/** A piece as it is now; words of the house are no piece. @throws Refused 404 */
export async function readContent(sql: Sql, id: string): Promise<Content> {
  const [piece] = await sql.query<Content>(
    `SELECT ${contentColumns('c')} FROM content c WHERE c.id = $1 AND c.current AND c.kind <> 'words'`,
    [id],
  )
  if (!piece) throw unknown()
  return piece
}

/** Every version of a piece, newest first. @throws Refused 404 */
export async function listVersions(sql: Sql, id: string): Promise<(Content & { current: boolean })[]> {
  const versions = await sql.query<Content & { current: boolean }>(
    `SELECT ${contentColumns('c')}, c.current FROM content c WHERE c.id = $1 AND c.kind <> 'words' ORDER BY c.version DESC LIMIT 500`,
    [id],
  )
  if (versions.length === 0) throw unknown()
  return versions
}

/**
 * Brings back what a version said. The newest one from a file gives the piece back to its file, whose changes then show again;
 * any other becomes a new version, so that nothing of the past is lost.
 * @throws Refused 404, 422 as saving
 */
export async function restoreVersion(
  house: House,
  id: string,
  version: number,
  by: string,
): Promise<{ id: string; version: number }> {
  const versions = await listVersions(house.db, id)
  const wanted = versions.find((one) => one.version === version)
  if (!wanted) throw new Refused(404, 'content_unknown', `这份内容没有第 ${version} 版`)
  if (wanted === versions.find(({ origin }) => origin === 'file')) return resetContent(house, id)
  return saveContent(house, inputOf(wanted), by, id)
}

/** A piece as somebody would have to write it to get it. */
function inputOf({ url, validFrom, validUntil, owner, file, cover, appId, appPage, ...rest }: Content) {
  return {
    ...rest,
    url: url ?? undefined,
    validFrom: validFrom ?? undefined,
    validUntil: validUntil ?? undefined,
    owner: owner ?? undefined,
    file: file ?? undefined,
    cover: cover ?? undefined,
    miniProgram: appId && appPage ? { appId, page: appPage } : undefined,
  }
}

/** Takes a piece out of use, or back in. Links that went out go on opening. @throws Refused 404 */
export async function retire(house: House, id: string, retired: boolean): Promise<void> {
  await house.db.transaction(async (tx) => {
    await lockPiece(tx, id)
    const rows = await tx.query(
      `UPDATE content SET retired_at = CASE WHEN $2 THEN coalesce(retired_at, $3) END WHERE id = $1 AND current AND kind <> 'words' RETURNING 1`,
      [id, retired, house.clock.now()],
    )
    if (rows.length === 0) throw unknown()
  })
}
