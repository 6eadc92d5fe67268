import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Db, Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { projectRoot } from '../root.ts'
import { checkJourney, type Fault, type Known, wantsOf } from './check.ts'
import { type Journey, JourneySchema } from './schema.ts'

export interface StoredJourney {
  id: string
  version: number
  name: string
  body: Journey
  /** `file`: as it stands in templates/journeys. `database`: a person's own, which overrides the file. */
  origin: 'file' | 'database'
  paused: boolean
  by: string
  at: Date
}

/** Where the start set lies. */
export const journeysFolder = join(projectRoot, 'templates/journeys')

const columns = `j.id, j.version, j.name, j.body, j.origin, coalesce(s.paused, false) AS paused, j.by, j.at`
const source = 'journeys j LEFT JOIN journey_states s ON s.journey = j.id'

/**
 * Brings the files below `folder` into the database: a changed file is a new version, a file that is gone is withdrawn. What a
 * person changed stays as he left it. One that names what the playbook in force does not have is left out and said so.
 * @throws Error naming file and fault when one cannot be read; then nothing is changed
 */
export async function syncJourneys(
  house: Pick<House, 'db' | 'clock' | 'log' | 'playbook'>,
  folder = journeysFolder,
): Promise<{ files: number; changed: number }> {
  const journeys = await readJourneyFiles(folder)
  const { playbook } = await house.playbook.current()
  const changed = await house.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('journeys'))`)
    const known = await readKnown(tx)
    const fitting = journeys.filter((journey) => {
      const faults = checkJourney(journey, playbook, known)
      if (faults.length > 0)
        house.log.warn({ journey: journey.id, faults }, 'journey left out: the playbook lacks what it names')
      return faults.length === 0
    })
    let count = 0
    for (const journey of fitting) if (await keepFile(tx, house, journey)) count++
    await tx.query(`UPDATE journeys SET current = false WHERE current AND origin = 'file' AND NOT id = ANY($1)`, [
      fitting.map(({ id }) => id),
    ])
    return count
  })
  house.log.info({ files: journeys.length, changed }, 'journeys read')
  return { files: journeys.length, changed }
}

/** @throws Error naming file and fault, or two files with one id */
export async function readJourneyFiles(folder: string): Promise<Journey[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort()
  const found = new Map<string, Journey>()
  for (const file of files) {
    const parsed = JourneySchema.safeParse(parse(await readFile(join(folder, file), 'utf8')))
    if (!parsed.success) {
      const faults = faultsOf(parsed.error).map(({ field, message }) => `  ${field}: ${message}`)
      throw new Error(`${join(folder, file)}:\n${faults.join('\n')}`)
    }
    const journey = parsed.data
    if (`${journey.id}.yaml` !== file) throw new Error(`${file}：文件名要与 id「${journey.id}」相同`)
    found.set(journey.id, journey)
  }
  return [...found.values()]
}

/** A new version of a file's journey; current unless a person's version is. Answers whether there was news. */
async function keepFile(tx: Transaction, house: Pick<House, 'clock'>, journey: Journey): Promise<boolean> {
  const checksum = checksumOf(journey)
  const rows = await tx.query<{ version: number; current: boolean; origin: string; checksum: string }>(
    'SELECT version, current, origin, checksum FROM journeys WHERE id = $1 ORDER BY version DESC',
    [journey.id],
  )
  const known = rows.find(({ origin }) => origin === 'file')
  const now = rows.find(({ current }) => current)
  if (known?.checksum === checksum) {
    if (!now)
      await tx.query('UPDATE journeys SET current = true WHERE id = $1 AND version = $2', [journey.id, known.version])
    return !now
  }
  const overridden = now?.origin === 'database'
  if (!overridden) await tx.query('UPDATE journeys SET current = false WHERE id = $1 AND current', [journey.id])
  await insertVersion(tx, house, journey, {
    version: (rows[0]?.version ?? 0) + 1,
    current: !overridden,
    origin: 'file',
    checksum,
    by: 'system',
  })
  return true
}

/**
 * Makes a journey, or a new version of one; who is in it finishes on his own. The same again is the same version.
 * @param input what a person wrote: the journey as JSON, or YAML as text
 * @throws Refused 422 journey_invalid naming each fault by its place
 */
export async function saveJourney(
  house: House,
  input: unknown,
  by: string,
): Promise<{ id: string; version: number; created: boolean }> {
  const journey = readJourney(input)
  const { playbook } = await house.playbook.current()
  const checksum = checksumOf(journey)
  return house.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('journeys'))`)
    const faults = checkJourney(journey, playbook, await readKnown(tx))
    if (faults.length > 0) throw new Refused(422, 'journey_invalid', '旅程不成立，未保存', faults)
    const [newest] = await tx.query<{ version: number }>('SELECT max(version) AS version FROM journeys WHERE id = $1', [
      journey.id,
    ])
    const [now] = await tx.query<{ version: number; checksum: string }>(
      'SELECT version, checksum FROM journeys WHERE id = $1 AND current',
      [journey.id],
    )
    if (now?.checksum === checksum) return { id: journey.id, version: now.version, created: false }
    const version = (newest?.version ?? 0) + 1
    await tx.query('UPDATE journeys SET current = false WHERE id = $1 AND current', [journey.id])
    await insertVersion(tx, house, journey, { version, current: true, origin: 'database', checksum, by })
    return { id: journey.id, version, created: true }
  })
}

/** What a journey names that is not there. */
export async function findFaults({ db, playbook }: Pick<House, 'db' | 'playbook'>, journey: Journey): Promise<Fault[]> {
  return checkJourney(journey, (await playbook.current()).playbook, await readKnown(db))
}

/** @throws Refused 422 journey_invalid */
export function readJourney(input: unknown): Journey {
  const parsed = JourneySchema.safeParse(typeof input === 'string' ? readYaml(input) : input)
  if (parsed.success) return parsed.data
  throw new Refused(422, 'journey_invalid', '旅程不成立，未保存', faultsOf(parsed.error))
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    throw new Refused(422, 'journey_invalid', '旅程不是有效的 YAML', [{ field: '(整体)', message }])
  }
}

const faultsOf = (error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): Fault[] =>
  error.issues.map(({ path, message }) => ({
    field:
      path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
        .join('')
        .replace(/^\./, '') || '(整体)',
    message,
  }))

async function insertVersion(
  tx: Transaction,
  { clock }: Pick<House, 'clock'>,
  journey: Journey,
  row: { version: number; current: boolean; origin: string; checksum: string; by: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO journeys (id, version, current, name, body, origin, checksum, by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      journey.id,
      row.version,
      row.current,
      journey.name ?? journey.id,
      JSON.stringify(journey),
      row.origin,
      row.checksum,
      row.by,
      clock.now(),
    ],
  )
  // Older versions keep their wants: people may still be in them.
  const wants = wantsOf(journey)
  await tx.query(
    `INSERT INTO journey_wants (kind, what, journey) SELECT kind, what, $3 FROM unnest($1::text[], $2::text[]) AS t(kind, what) ON CONFLICT DO NOTHING`,
    [wants.map(({ kind }) => kind), wants.map(({ what }) => what), journey.id],
  )
}

const checksumOf = (journey: Journey): string =>
  createHash('sha256').update(JSON.stringify(journey)).digest('base64url')

async function readKnown(sql: Sql): Promise<Known> {
  const ids = async (from: string) =>
    new Set((await sql.query<{ id: string }>(`SELECT id FROM ${from}`)).map(({ id }) => id))
  return { pieces: await ids(`content WHERE current AND kind <> 'words'`), webhooks: await ids('webhooks') }
}

/** The journeys in force, by id. */
export function listJourneys(sql: Sql): Promise<StoredJourney[]> {
  return sql.query<StoredJourney>(`SELECT ${columns} FROM ${source} WHERE j.current ORDER BY j.id`)
}

/** One version, or the one in force. @throws Refused 404 journey_unknown */
export async function findJourney(sql: Sql, id: string, version?: number): Promise<StoredJourney> {
  const [row] = await sql.query<StoredJourney>(
    `SELECT ${columns} FROM ${source} WHERE j.id = $1 AND (j.version = $2 OR $2::int IS NULL AND j.current)`,
    [id, version ?? null],
  )
  if (!row) throw new Refused(404, 'journey_unknown', '没有这个旅程')
  return row
}

/** Versions that were read, by the database they are in. A version never changes. */
const kept = new WeakMap<Db, Map<string, Journey>>()
const mostKept = 500

/** Versions some enrolments run on, each read once in a process's life. */
export async function readVersions(
  sql: Sql,
  { db }: Pick<House, 'db'>,
  wanted: readonly { journey: string; version: number }[],
): Promise<Map<string, Journey>> {
  const known = kept.get(db) ?? new Map<string, Journey>()
  kept.set(db, known)
  const found = new Map<string, Journey>()
  const missing = new Map<string, { journey: string; version: number }>()
  for (const one of wanted) {
    const key = versionKey(one)
    const body = known.get(key)
    if (body) found.set(key, body)
    else missing.set(key, one)
  }
  if (missing.size === 0) return found
  if (known.size > mostKept) known.clear()
  const rows = await sql.query<{ id: string; version: number; body: Journey }>(
    `SELECT j.id, j.version, j.body FROM unnest($1::text[], $2::int[]) AS w(id, version) JOIN journeys j USING (id, version)`,
    [[...missing.values()].map(({ journey }) => journey), [...missing.values()].map(({ version }) => version)],
  )
  for (const { id, version, body } of rows) {
    const key = versionKey({ journey: id, version })
    known.set(key, body)
    found.set(key, body)
  }
  return found
}

export const versionKey = ({ journey, version }: { journey: string; version: number }): string =>
  `${journey}\0${version}`
