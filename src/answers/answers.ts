import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { readAnswerFiles } from './files.ts'
import { spelling } from './grams.ts'
import { indexOf, writeIndex } from './spell.ts'

/** A question and what the house says to it, as people edit it. */
export interface AnswerInput {
  title: string
  asks: readonly string[]
  say: string
  piece?: string | null | undefined
}

export interface Answer {
  id: string
  title: string
  asks: string[]
  say: string
  piece: string | null
  retiredAt: Date | null
  /** `file`: as it stands in templates/answers. `database`: changed by a person, which stands before the file. */
  origin: 'file' | 'database'
  version: number
  by: string
  at: Date
}

export type AnswerRow = Answer & { said: number; checksum: string }

const columns = `a.id, a.title, a.asks, a.say, a.piece, a.retired_at AS "retiredAt", a.origin, a.checksum, a.version, a.by, a.at`

/** Answers, one page, by id, with how often each was given in the last 90 days. */
export function listAnswers(
  sql: Sql,
  { q, retired }: { q?: string | undefined; retired?: boolean | undefined },
  { after, limit, now }: { after: string | null; limit: number; now: Date },
): Promise<AnswerRow[]> {
  return sql.query<AnswerRow>(
    `WITH page AS (
       SELECT ${columns} FROM answers a WHERE ($1::text IS NULL OR a.id > $1) AND (a.retired_at IS NOT NULL) = $2
         AND ($3::text IS NULL OR strpos(lower(a.title || ' ' || a.say || ' ' || array_to_string(a.asks, ' ')), lower($3)) > 0)
       ORDER BY a.id LIMIT $4)
     SELECT p.*, (SELECT count(*)::int FROM answers_given g WHERE g.answer_id = p.id AND g.at > $5) AS said FROM page p ORDER BY p.id`,
    [after, retired ?? false, q || null, limit, new Date(now.getTime() - 90 * 86_400_000)],
  )
}

/** @throws Refused 404 */
export async function readAnswer(sql: Sql, id: string): Promise<Answer> {
  const [answer] = await sql.query<Answer>(`SELECT ${columns} FROM answers a WHERE a.id = $1`, [id])
  if (!answer) throw new Refused(404, 'answer_unknown', '没有这条答案')
  return answer
}

/** Every version of an answer, the newest first; at most 100. @throws Refused 404 */
export async function readAnswerVersions(sql: Sql, id: string): Promise<Answer[]> {
  await readAnswer(sql, id)
  return sql.query<Answer>(
    `SELECT answer_id AS id, version, title, asks, say, piece, retired_at AS "retiredAt", origin, by, at FROM answer_versions
     WHERE answer_id = $1 ORDER BY version DESC LIMIT 100`,
    [id],
  )
}

/**
 * Makes a new answer, or changes one. The same again changes nothing.
 * @throws Refused 404, 409 stale, 422 piece_unknown
 */
export async function saveAnswer(
  house: House,
  input: AnswerInput,
  by: string,
  known?: { id: string; version?: number | undefined },
): Promise<Answer> {
  const answer = { ...asWritten(input), id: known?.id ?? `a-${newId(house.clock)}` }
  await checkPiece(house.db, answer.piece)
  const index = await indexOf(answer.asks)
  return house.db.transaction(async (tx) => {
    const before = known && (await lockAnswer(tx, known.id))
    if (before && known?.version !== undefined && before.version !== known.version)
      throw new Refused(409, 'stale', '这条答案刚被别人改过，请重新打开', { version: before.version })
    if (before && JSON.stringify(asWritten(before)) === JSON.stringify(asWritten(answer))) return before
    await tx.query(
      `INSERT INTO answers (id, title, asks, say, piece, origin, checksum, grams, by, at) VALUES ($1, $2, $3, $4, $5, 'database', '', $6, $7, $8)
       ON CONFLICT (id) DO UPDATE SET title = excluded.title, asks = excluded.asks, say = excluded.say, piece = excluded.piece, origin = 'database',
         grams = excluded.grams, by = excluded.by, at = excluded.at, version = answers.version + 1`,
      [answer.id, answer.title, answer.asks, answer.say, answer.piece, spelling, by, house.clock.now()],
    )
    await writeIndex(tx, answer.id, index)
    return readAnswer(tx, answer.id)
  })
}

/** Out of use, or in use again. @throws Refused 404 */
export async function retireAnswer(house: House, id: string, isOver: boolean, by: string): Promise<Answer> {
  return house.db.transaction(async (tx) => {
    await lockAnswer(tx, id)
    const now = house.clock.now()
    await tx.query(
      `UPDATE answers SET retired_at = CASE WHEN $2 THEN $3::timestamptz END, by = $4, at = $3, version = version + 1 WHERE id = $1 AND (retired_at IS NULL) = $2`,
      [id, isOver, now, by],
    )
    return readAnswer(tx, id)
  })
}

/** Goes back to the file. @throws Refused 404 when no file has this id */
export async function resetAnswer(house: House, id: string, folder?: string): Promise<Answer> {
  const file = (await readAnswerFiles(folder)).find((one) => one.id === id)
  if (!file) throw new Refused(404, 'answer_unknown', '这条答案不来自文件，无从恢复')
  const index = await indexOf(file.asks)
  return house.db.transaction(async (tx) => {
    await lockAnswer(tx, id)
    await writeFile(tx, house, file)
    await writeIndex(tx, id, index)
    return readAnswer(tx, id)
  })
}

/**
 * Brings the files below `folder` into the database: a changed file is taken over, a file that is gone is withdrawn. What a
 * person changed stays as he left it. Answers that were indexed by an older spelling are indexed anew.
 * @throws Error naming file and fault; then nothing is changed
 */
export async function syncAnswers(house: Pick<House, 'db' | 'clock' | 'log'>, folder?: string): Promise<number> {
  const files = await readAnswerFiles(folder)
  const changed = await house.db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('answers'))")
    const known = new Map(
      (
        await tx.query<{ id: string; checksum: string; origin: string }>('SELECT id, checksum, origin FROM answers')
      ).map((row) => [row.id, row]),
    )
    const news = files.filter(({ id, checksum }) => {
      const row = known.get(id)
      return !row || (row.origin === 'file' && row.checksum !== checksum)
    })
    for (const file of news) await writeFile(tx, house, file)
    const gone = [...known.values()].filter(
      ({ id, origin }) => origin === 'file' && !files.some((file) => file.id === id),
    )
    await tx.query('DELETE FROM answers WHERE id = ANY($1)', [gone.map(({ id }) => id)])
    const stale = await tx.query<{ id: string; asks: string[] }>(
      'SELECT id, asks FROM answers WHERE id = ANY($1) OR grams <> $2 ORDER BY id',
      [news.map(({ id }) => id), spelling],
    )
    for (const { id, asks } of stale) await writeIndex(tx, id, await indexOf(asks))
    await tx.query('UPDATE answers SET grams = $1 WHERE grams <> $1', [spelling])
    return news.length + gone.length
  })
  house.log.info({ files: files.length, changed }, 'answers read')
  return changed
}

async function writeFile(
  tx: Transaction,
  { clock }: Pick<House, 'clock'>,
  file: Awaited<ReturnType<typeof readAnswerFiles>>[number],
): Promise<void> {
  await tx.query(
    `INSERT INTO answers (id, title, asks, say, piece, origin, checksum, grams, by, at) VALUES ($1, $2, $3, $4, $5, 'file', $6, $7, 'system', $8)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, asks = excluded.asks, say = excluded.say, piece = excluded.piece, origin = 'file',
       checksum = excluded.checksum, grams = excluded.grams, by = 'system', at = excluded.at, version = answers.version + 1`,
    [file.id, file.title, file.asks, file.say, file.piece, file.checksum, spelling, clock.now()],
  )
}

async function lockAnswer(tx: Transaction, id: string): Promise<Answer> {
  await tx.query('SELECT 1 FROM answers WHERE id = $1 FOR UPDATE', [id])
  return readAnswer(tx, id)
}

const asWritten = ({ title, asks, say, piece }: AnswerInput) => ({
  title,
  // The title is a way of asking too.
  asks: [...new Set([title, ...asks])],
  say,
  piece: piece ?? null,
})

async function checkPiece(sql: Sql, piece: string | null): Promise<void> {
  if (piece === null) return
  const rows = await sql.query("SELECT 1 FROM content WHERE id = $1 AND current AND kind <> 'words'", [piece])
  if (rows.length > 0) return
  const message = `内容库里没有「${piece}」`
  throw new Refused(422, 'piece_unknown', message, [{ field: 'piece', message }])
}
