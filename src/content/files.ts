import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type LongJob, startLongJob } from '../leads/long-job.ts'
import { dropUpload } from '../leads/uploads.ts'
import { inspect, nameFile } from './inspect.ts'
import type { Read } from './shape.ts'

/** The job that makes pages of a PDF. */
export const renderKind = 'render-pdf'

/** A file of the library. What is `ready` can be shown to customers. */
export interface ContentFile {
  id: string
  name: string
  type: string
  size: number
  state: 'working' | 'ready' | 'refused'
  problem: string | null
  width: number | null
  height: number | null
  durationMs: number | null
  pages: number | null
  by: string
  at: Date
}

const columns = `id, name, type, size::float8 AS size, state, problem, width, height, duration_ms AS "durationMs", pages, by, at`
const partBytes = 1024 * 1024

/**
 * Makes a file of the library of an upload that has come in whole, if it is one of the few kinds that are shown; a PDF becomes
 * pages in a job. Nothing is left of one that is refused.
 * @throws Refused 422 bad_file
 */
export async function addFile(
  house: House,
  upload: { id: string; name: string; size: number },
  by: string,
): Promise<{ file: ContentFile; job: LongJob | null }> {
  const { id, size } = upload
  try {
    const { type, width, height, durationMs, kept } = await inspect(reader(house.db, 'uploads', 'id', id), size)
    const state = type === 'application/pdf' ? 'working' : 'ready'
    return await house.db.transaction(async (tx) => {
      const [file] = await tx.query<ContentFile>(
        `INSERT INTO content_files (id, name, type, size, state, width, height, duration_ms, by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${columns}`,
        [
          id,
          nameFile(upload.name, type),
          type,
          kept?.length ?? size,
          state,
          width ?? null,
          height ?? null,
          durationMs ?? null,
          by,
          house.clock.now(),
        ],
      )
      if (kept) await keepBytes(tx, id, kept)
      else
        await tx.query(
          'INSERT INTO content_file_parts (file, part, start, bytes) SELECT id, part, start, bytes FROM uploads WHERE id = $1',
          [id],
        )
      await tx.query('DELETE FROM uploads WHERE id = $1', [id])
      const job =
        state === 'working'
          ? await startLongJob(tx, house, { kind: renderKind, input: { file: id }, total: null, by })
          : null
      return { file: file as ContentFile, job }
    })
  } catch (error) {
    await dropUpload(house.db, id)
    throw error
  }
}

async function keepBytes(tx: Transaction, id: string, bytes: Buffer): Promise<void> {
  for (let part = 0; part * partBytes < bytes.length; part++)
    await tx.query('INSERT INTO content_file_parts (file, part, start, bytes) VALUES ($1, $2, $3, $4)', [
      id,
      part,
      part * partBytes,
      bytes.subarray(part * partBytes, (part + 1) * partBytes),
    ])
}

/** @throws Refused 404 */
export async function needFile(sql: Sql, id: string): Promise<ContentFile> {
  const file = await findFile(sql, id)
  if (!file) throw new Refused(404, 'file_unknown', '没有这个文件')
  return file
}

export async function findFile(sql: Sql, id: string): Promise<ContentFile | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null
  const [file] = await sql.query<ContentFile>(`SELECT ${columns} FROM content_files WHERE id = $1`, [id])
  return file ?? null
}

/** Sizes of a PDF's pages, in their order. */
export function listFilePages(sql: Sql, id: string): Promise<{ page: number; width: number; height: number }[]> {
  return sql.query('SELECT page, width, height FROM content_file_pages WHERE file = $1 AND page > 0 ORDER BY page', [
    id,
  ])
}

export async function readFilePage(
  sql: Sql,
  id: string,
  page: number,
): Promise<{ type: string; bytes: Buffer } | null> {
  const [row] = await sql.query<{ type: string; bytes: Buffer }>(
    'SELECT type, bytes FROM content_file_pages WHERE file = $1 AND page = $2',
    [id, page],
  )
  return row ?? null
}

/** A stretch of a file's bytes. */
export const readFileBytes = (sql: Sql, id: string, from: number, length: number): Promise<Buffer> =>
  reader(sql, 'content_file_parts', 'file', id)(from, length)

/** The stretch part by part, so that a long one is never held whole. */
export async function* streamFile(sql: Sql, id: string, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to; at += partBytes) yield readFileBytes(sql, id, at, Math.min(partBytes, to - at))
}

function reader(sql: Sql, table: 'uploads' | 'content_file_parts', key: 'id' | 'file', id: string): Read {
  return async (from, length) => {
    const rows = await sql.query<{ bytes: Buffer }>(
      `SELECT substring(bytes FROM greatest($2 - start, 0)::int + 1 FOR least($3, $2 + $3 - start)::int) AS bytes FROM ${table}
       WHERE ${key} = $1 AND start < $2::bigint + $3 AND start + length(bytes) > $2 ORDER BY part`,
      [id, from, length],
    )
    return Buffer.concat(rows.map(({ bytes }) => bytes)).subarray(0, length)
  }
}
