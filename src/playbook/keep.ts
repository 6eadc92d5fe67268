import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import type { ZodError } from 'zod'
import type { Clock } from '../clock.ts'
import type { Db, Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import { type Consequence, consequencesOf } from './consequences.ts'
import { type Change, diffPlaybooks } from './diff.ts'
import { type Calendar, calendars } from './hours.ts'
import { applyMergePatch } from './merge-patch.ts'
import { type Playbook, PlaybookSchema } from './schema.ts'

/** The rules in force: their version, their text, and the calendar made of their hours. */
export interface Rules {
  version: number
  playbook: Playbook
  calendar: Calendar
  /** The same hours and holidays on another clock; null: the house's. */
  calendarIn(timeZone: string | null): Calendar
}

export interface PlaybookKeeper {
  /** Looks for other processes' changes again and again, so that `current` is never older than that. Returns how to stop. */
  follow(everyMs: number): () => void
  /** The newest version. Another process's change is seen with the second call after a second. Never waits once it has answered. */
  current(): Promise<Rules>
  /** A version as it was, for explaining an old decision. @throws Refused 404 */
  version(version: number): Promise<Rules>
  /**
   * Makes a new version from a JSON merge patch (RFC 7396). `seen` is the version the writer had before him.
   * @throws Refused 422 naming each fault by its path, 409 strands_leads | stale_version
   */
  change(patch: unknown, by: string, note?: string, seen?: number): Promise<Rules>
  /** Makes a new version that says what an old one said. @throws Refused 404, 409 strands_leads, 422 */
  rollBack(version: number, by: string, note?: string): Promise<Rules>
  /** What a patch, or going back to a version, would change and cause. Saves nothing. */
  check(wanted: Wanted): Promise<Checked>
}

/** Another playbook than the one in force: a merge patch of that one, or an old version. */
export type Wanted = { patch: unknown } | { version: number }

export interface Fault {
  path: string
  message: string
}

export type Checked =
  | { valid: false; base: number; faults: Fault[] }
  | { valid: true; base: number; playbook: Playbook; changes: Change[]; consequences: Consequence[] }

/** Reads the playbook file. @throws Error naming file and fault */
export async function readPlaybookFile(file: string): Promise<Playbook> {
  const parsed = PlaybookSchema.safeParse(parse(await readFile(file, 'utf8')))
  if (!parsed.success)
    throw new Error(
      `${file}:\n${parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n')}`,
    )
  return parsed.data
}

/** Keeps the playbook's versions in the database; the file is only loaded into an empty one. */
export function keepPlaybook({
  db,
  clock,
  file,
  timeZone,
}: {
  db: Db
  clock: Clock
  file: string
  timeZone: string
}): PlaybookKeeper {
  const known = new Map<number, Rules>()
  let newest: Rules | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<Rules> | undefined

  const remember = (version: number, body: unknown): Rules => {
    const playbook = PlaybookSchema.parse(body)
    const rules = { version, playbook, ...calendars(playbook.hours, timeZone) }
    known.set(version, rules)
    return rules
  }
  const readNewest = async (): Promise<Rules> => {
    const [head] = await db.query<{ version: number }>('SELECT max(version) AS version FROM playbook_versions')
    if (!head?.version) {
      const first = await readPlaybookFile(file)
      await insertVersion(db, 1, first, 'system', clock, file)
      return readNewest()
    }
    if (newest?.version === head.version) return newest
    const [row] = await db.query<{ body: unknown }>('SELECT body FROM playbook_versions WHERE version = $1', [
      head.version,
    ])
    return remember(head.version, row?.body)
  }
  const refresh = (): Promise<Rules> => {
    asking ??= readNewest()
      .then((rules) => {
        newest = rules
        askedAt = performance.now()
        return rules
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }
  const keeper: PlaybookKeeper = {
    follow(everyMs) {
      // A database that is away is asked again the next time.
      const timer = setInterval(() => refresh().catch(() => {}), everyMs)
      return () => clearInterval(timer)
    },
    async current() {
      // Elapsed time of the process, not the business clock: a test that stops the clock must still see a change.
      if (!newest) return refresh()
      // Asked inside transactions, which hold a connection and must never wait for another: what is known is answered, and looked up anew beside it.
      if (performance.now() - askedAt > 1000) refresh().catch(() => {})
      return newest
    },
    async version(version) {
      const found = known.get(version)
      if (found) return found
      const [row] = await db.query<{ body: unknown }>('SELECT body FROM playbook_versions WHERE version = $1', [
        version,
      ])
      if (!row) throw new Refused(404, 'playbook_version_unknown', `业务规则没有第 ${version} 版`)
      return remember(version, row.body)
    },
    change: (patch, by, note, seen) => save(by, note, (head) => applyMergePatch(head, patch), seen),
    async rollBack(version, by, note) {
      const { playbook } = await keeper.version(version)
      return save(by, note ?? `回到第 ${version} 版`, () => playbook)
    },
    async check(wanted) {
      const head = await refresh()
      const body =
        'version' in wanted
          ? (await keeper.version(wanted.version)).playbook
          : applyMergePatch(head.playbook, wanted.patch)
      const base = head.version
      const parsed = PlaybookSchema.safeParse(body)
      if (!parsed.success) return { valid: false, base, faults: faultsOf(parsed.error) }
      return {
        valid: true,
        base,
        playbook: parsed.data,
        changes: diffPlaybooks(head.playbook, parsed.data),
        consequences: await consequencesOf(db, head.playbook, parsed.data),
      }
    },
  }
  const save = async (
    by: string,
    note: string | undefined,
    make: (head: unknown) => unknown,
    seen?: number,
  ): Promise<Rules> => {
    await keeper.current()
    const made = await db.transaction(async (tx) => {
      await tx.query("SELECT pg_advisory_xact_lock(hashtext('playbook'))")
      const [head] = await tx.query<{ version: number; body: unknown }>(
        'SELECT version, body FROM playbook_versions ORDER BY version DESC LIMIT 1',
      )
      if (seen !== undefined && seen !== head?.version)
        throw new Refused(409, 'stale_version', '业务规则已被他人更新，请刷新后再试', { version: head?.version })
      const parsed = PlaybookSchema.safeParse(make(head?.body))
      if (!parsed.success) throw new Refused(422, 'playbook_invalid', '业务规则不成立，未保存', faultsOf(parsed.error))
      const stops = (await consequencesOf(tx, PlaybookSchema.parse(head?.body), parsed.data)).filter(
        ({ weight }) => weight === 'stops',
      )
      if (stops.length > 0)
        throw new Refused(409, 'strands_leads', `未保存：${stops.map(({ message }) => message).join('')}`, stops)
      const version = (head?.version ?? 0) + 1
      await insertVersion(tx, version, parsed.data, by, clock, note)
      return version
    })
    newest = await keeper.version(made)
    askedAt = performance.now()
    return newest
  }
  return keeper
}

const faultsOf = (error: ZodError): Fault[] =>
  error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))

async function insertVersion(
  sql: Sql,
  version: number,
  playbook: Playbook,
  by: string,
  clock: Clock,
  note?: string,
): Promise<void> {
  await sql.query(
    'INSERT INTO playbook_versions (version, body, by, at, note) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version) DO NOTHING',
    [version, JSON.stringify(playbook), by, clock.now(), note ?? null],
  )
}
