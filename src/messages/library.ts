import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { projectRoot } from '../root.ts'
import { readTemplate } from './front-matter.ts'
import type { CardWords } from './notice-card.ts'

/** A piece of the library as people edit it. */
export interface ContentInput {
  kind: string
  title: string
  /** A LiquidJS template. */
  body?: string | undefined
  url?: string | undefined
  stages: readonly string[]
  audiences?: readonly string[] | undefined
  industries?: readonly string[] | undefined
  needs?: readonly string[] | undefined
  /** Sent when the body cannot render; absent: the title. */
  plain?: string | undefined
  /** The short words that go with the link. */
  say?: string | undefined
  /** An event of the playbook's that opening the piece is, besides being opened: a page about prices. */
  counts?: string | undefined
  /** BCP 47. */
  language?: string | undefined
  /** Outside of this it is not picked and not sent, and its links say so. */
  validFrom?: Date | undefined
  validUntil?: Date | undefined
  /** Staff who keeps it true. */
  owner?: string | undefined
  /** An uploaded file: what the piece is. */
  file?: string | undefined
  /** An uploaded picture for its card. */
  cover?: string | undefined
  miniProgram?: { appId: string; page: string } | undefined
  /** Sent as the file it is, instead of as a link to its page: then nobody knows whether it was read. */
  asFile?: boolean | undefined
}

export interface Content {
  id: string
  version: number
  kind: string
  title: string
  body: string
  url: string | null
  stages: string[]
  audiences: string[]
  industries: string[]
  needs: string[]
  plain: string
  say: string
  counts: string
  language: string
  validFrom: Date | null
  validUntil: Date | null
  owner: string | null
  retiredAt: Date | null
  file: string | null
  cover: string | null
  appId: string | null
  appPage: string | null
  asFile: boolean
  /** `file`: as it stands in templates/. `database`: changed by a person, which overrides the file. */
  origin: 'file' | 'database'
  by: string
  at: Date
}

/** The columns of a Content, each after `alias`. */
export const contentColumns = (alias: string): string =>
  `${alias}.id, ${alias}.version, ${alias}.kind, ${alias}.title, ${alias}.body, ${alias}.url, ${alias}.stages, ${alias}.audiences, ${alias}.industries,
   ${alias}.needs, ${alias}.plain, ${alias}.say, ${alias}.counts, ${alias}.language, ${alias}.valid_from AS "validFrom", ${alias}.valid_until AS "validUntil",
   ${alias}.owner, ${alias}.retired_at AS "retiredAt", ${alias}.file, ${alias}.cover, ${alias}.app_id AS "appId", ${alias}.app_page AS "appPage",
   ${alias}.as_file AS "asFile", ${alias}.origin, ${alias}.by, ${alias}.at`

/** Where the words of the house lie. */
export const templatesFolder = join(projectRoot, 'templates')

/**
 * Brings the files below `folder` into the database: a changed file is a new version, a file that is gone is withdrawn. What a
 * person changed stays as he left it; the file's new version then waits behind it for a reset.
 * @throws Error naming file and fault when one cannot be read; then nothing is changed
 */
export async function syncLibrary(
  house: Pick<House, 'db' | 'clock' | 'log'>,
  folder = templatesFolder,
): Promise<{ files: number; changed: number }> {
  const pieces = await readLibrary(folder)
  const changed = await house.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('library'))`)
    const ids = pieces.map(({ id }) => id)
    const rows = await tx.query<{ id: string }>(
      `WITH known AS (
         SELECT DISTINCT ON (id) id, checksum FROM content WHERE origin = 'file' ORDER BY id, version DESC
       ), news AS (
         SELECT f.*, coalesce((SELECT max(version) FROM content c WHERE c.id = f.id), 0) + 1 AS version,
           NOT EXISTS (SELECT FROM content c WHERE c.id = f.id AND c.current AND c.origin = 'database') AS shown
         FROM jsonb_to_recordset($1) AS f(id text, kind text, title text, body text, url text, stages text[], audiences text[], industries text[],
           needs text[], plain text, say text, counts text, language text, "validFrom" timestamptz, "validUntil" timestamptz, owner text, card jsonb, menu text[], checksum text)
         LEFT JOIN known k USING (id)
         WHERE k.checksum IS DISTINCT FROM f.checksum
           OR NOT EXISTS (SELECT FROM content c WHERE c.id = f.id AND c.current)
       ), hidden AS (
         UPDATE content c SET current = false FROM news n WHERE c.id = n.id AND c.current AND n.shown
       )
       INSERT INTO content (id, version, current, kind, title, body, url, stages, audiences, industries, needs, plain, say, counts, language, valid_from, valid_until, owner,
         card, menu, retired_at, origin, checksum, by, at)
       SELECT id, version, false, kind, title, body, url, stages, audiences, industries, needs, plain, say, coalesce(counts, ''), coalesce(language, 'zh-CN'),
         "validFrom", "validUntil", owner, card, coalesce(menu, '{}'), (SELECT max(c.retired_at) FROM content c WHERE c.id = news.id AND c.current), 'file', checksum, 'system', $2 FROM news
       RETURNING id`,
      [JSON.stringify(pieces), house.clock.now()],
    )
    // Apart from the insert, because one statement cannot take `current` from one row and give it to another.
    await tx.query(
      `UPDATE content c SET current = true FROM (SELECT DISTINCT ON (id) id, version FROM content WHERE id = ANY($1) ORDER BY id, version DESC) l
       WHERE c.id = l.id AND c.version = l.version AND NOT EXISTS (SELECT FROM content o WHERE o.id = c.id AND o.current)`,
      [rows.map(({ id }) => id)],
    )
    await tx.query(`UPDATE content SET current = false WHERE current AND origin = 'file' AND NOT id = ANY($1)`, [ids])
    return rows.length
  })
  house.log.info({ files: pieces.length, changed }, 'library read')
  return { files: pieces.length, changed }
}

interface Piece extends Omit<ContentInput, 'url' | 'file' | 'cover' | 'miniProgram' | 'asFile'> {
  id: string
  url: string | null
  card?: CardWords
  checksum: string
}

/** Reads every template. @throws Error naming file and fault, or two files with one id */
export async function readLibrary(folder: string): Promise<Piece[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const pieces = new Map<string, Piece & { file: string }>()
  for (const path of files) {
    const file = relative(folder, path)
    const { meta, body } = readTemplate(await readFile(path, 'utf8'), file)
    const twin = pieces.get(meta.id)
    if (twin) throw new Error(`${file}：id ${meta.id} 与 ${twin.file} 重复`)
    const { kind, title, id, plain } = meta
    const part =
      meta.kind === 'words'
        ? {
            url: null,
            stages: [],
            audiences: [],
            industries: [],
            needs: [],
            say: '',
            ...(meta.card ? { card: meta.card } : {}),
            ...(meta.menu.length > 0 ? { menu: meta.menu } : {}),
          }
        : {
            url: meta.url ?? null,
            stages: meta.stages,
            audiences: meta.audiences,
            industries: meta.industries,
            needs: meta.needs,
            say: meta.say,
            ...(meta.counts ? { counts: meta.counts } : {}),
            ...(meta.language ? { language: meta.language } : {}),
            ...(meta.validFrom ? { validFrom: meta.validFrom } : {}),
            ...(meta.validUntil ? { validUntil: meta.validUntil } : {}),
            ...(meta.owner ? { owner: meta.owner } : {}),
          }
    const piece = { id, kind, title, body, plain, ...part }
    const checksum = createHash('sha256').update(JSON.stringify(piece)).digest('base64url')
    pieces.set(id, { ...piece, checksum, file })
  }
  return [...pieces.values()].map(({ file: _, ...piece }) => piece)
}

/** The pieces in force, by id; words of the house only when asked for. */
export function listContent(
  sql: Sql,
  { kind, stage }: { kind?: string | undefined; stage?: string | undefined } = {},
): Promise<Content[]> {
  return sql.query<Content>(
    `SELECT ${contentColumns('c')} FROM content c WHERE current AND ($1::text IS NULL AND kind NOT IN ('words', 'script') OR kind = $1)
       AND ($2::text IS NULL OR stages @> ARRAY[$2::text]) ORDER BY id`,
    [kind ?? null, stage ?? null],
  )
}

/**
 * Makes a new piece, or a new version of one. The same again is the same version.
 * @throws Refused 404 content_unknown, 422 for stages the playbook does not have, and files that are not there or not ready
 */
export async function saveContent(
  house: House,
  input: ContentInput,
  by: string,
  id?: string,
): Promise<{ id: string; version: number }> {
  await checkStages(house, input.stages)
  await checkFiles(house.db, input)
  const piece = { id: id ?? `c-${newId(house.clock)}`, ...asWritten(input) }
  const checksum = createHash('sha256').update(JSON.stringify(piece)).digest('base64url')
  return house.db.transaction(async (tx) => {
    await lockPiece(tx, piece.id)
    const versions = await tx.query<{ version: number; current: boolean; checksum: string; retiredAt: Date | null }>(
      'SELECT version, current, checksum, retired_at AS "retiredAt" FROM content WHERE id = $1 ORDER BY version DESC',
      [piece.id],
    )
    if (id !== undefined && versions.length === 0) throw unknown()
    const now = versions.find(({ current }) => current)
    if (now?.checksum === checksum) return { id: piece.id, version: now.version }
    const version = (versions[0]?.version ?? 0) + 1
    await tx.query('UPDATE content SET current = false WHERE id = $1 AND current', [piece.id])
    await tx.query(
      `INSERT INTO content (id, version, kind, title, body, url, stages, audiences, industries, needs, plain, say, counts, language, valid_from, valid_until,
         owner, file, cover, app_id, app_page, as_file, card, retired_at, origin, checksum, by, at)
       SELECT id, $2, kind, title, body, url, stages, audiences, industries, needs, plain, say, coalesce(counts, ''), coalesce(language, 'zh-CN'), "validFrom",
         "validUntil", owner, file, cover, "appId", "appPage", coalesce("asFile", false),
         (SELECT c.card FROM content c WHERE c.id = p.id ORDER BY c.version DESC LIMIT 1), $3, 'database', $4, $5, $6
       FROM jsonb_to_record($1) AS p(id text, kind text, title text, body text, url text, stages text[], audiences text[], industries text[], needs text[],
         plain text, say text, counts text, language text, "validFrom" timestamptz, "validUntil" timestamptz, owner text, file uuid, cover uuid,
         "appId" text, "appPage" text, "asFile" boolean)`,
      [JSON.stringify(piece), version, now?.retiredAt ?? null, checksum, by, house.clock.now()],
    )
    return { id: piece.id, version }
  })
}

/** A piece as its checksum sees it: what nobody said is left out, so that a new field changes no piece that is there. */
function asWritten(input: ContentInput) {
  const { kind, title, body = '', url = null, stages, audiences = [], industries = [], needs = [] } = input
  const {
    plain = '',
    say = '',
    counts,
    language,
    validFrom,
    validUntil,
    owner,
    file,
    cover,
    miniProgram,
    asFile,
  } = input
  return {
    kind,
    title,
    body,
    url,
    stages,
    audiences,
    industries,
    needs,
    plain,
    say,
    ...(counts ? { counts } : {}),
    ...(language && language !== 'zh-CN' ? { language } : {}),
    ...(validFrom ? { validFrom } : {}),
    ...(validUntil ? { validUntil } : {}),
    ...(owner ? { owner } : {}),
    ...(file ? { file } : {}),
    ...(cover ? { cover } : {}),
    ...(miniProgram ? { appId: miniProgram.appId, appPage: miniProgram.page } : {}),
    ...(asFile ? { asFile } : {}),
  }
}

async function checkStages(house: House, stages: readonly string[]): Promise<void> {
  const { playbook } = await house.playbook.current()
  const strange = stages.filter((stage) => !(stage in playbook.stages))
  if (strange.length === 0) return
  const message = `没有阶段 ${strange.join('、')}`
  throw new Refused(422, 'invalid', `业务规则里${message}`, [{ field: 'stages', message }])
}

/** Every piece can be shown: what it needs has been looked at and made ready before it is saved. */
async function checkFiles(sql: Sql, { file, cover }: ContentInput): Promise<void> {
  const wanted = { file, cover }
  const known = await sql.query<{ id: string; type: string; state: string; problem: string | null }>(
    'SELECT id, type, state, problem FROM content_files WHERE id = ANY($1)',
    [Object.values(wanted).filter((id) => id !== undefined)],
  )
  for (const [field, id] of Object.entries(wanted)) {
    if (id === undefined) continue
    const found = known.find((row) => row.id === id)
    const message = !found
      ? '没有这个文件，请重新上传'
      : found.state === 'working'
        ? '文件还在处理，处理完再保存'
        : found.state === 'refused'
          ? (found.problem ?? '文件不能用')
          : field === 'cover' && !found.type.startsWith('image/')
            ? '封面要用图片'
            : null
    if (message) throw new Refused(422, 'invalid', message, [{ field, message }])
  }
}

export const lockPiece = (tx: Transaction, id: string): Promise<unknown> =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('content:' || $1, 0))`, [id])

const unknown = () => new Refused(404, 'content_unknown', '没有这份内容')

/** Goes back to the file. @throws Refused 404 when no file has this id */
export async function resetContent(house: House, id: string): Promise<{ id: string; version: number }> {
  return house.db.transaction(async (tx) => {
    await lockPiece(tx, id)
    const [file] = await tx.query<{ version: number }>(
      `SELECT max(version) AS version FROM content WHERE id = $1 AND origin = 'file' HAVING max(version) IS NOT NULL`,
      [id],
    )
    if (!file) throw new Refused(404, 'content_unknown', '这份内容不来自文件，无从恢复')
    await tx.query('UPDATE content SET current = false WHERE id = $1 AND current', [id])
    await tx.query('UPDATE content SET current = true WHERE id = $1 AND version = $2', [id, file.version])
    return { id, version: file.version }
  })
}
