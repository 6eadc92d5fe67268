import type { Sql } from './db.ts'
import type { Automatic, Job } from './define.ts'
import { Refused } from './failures.ts'
import type { House } from './house.ts'

/** Who switched something off, when, and why. */
export interface SwitchedOff {
  by: string
  at: string
  why: string | null
}

type Kind = 'job' | 'skill'

/** What a definition is called among the switches. */
export const switchKey = (kind: Kind, name: string): string => `${kind}:${name}`

/** Something that happens by itself, with its switch. */
export interface Switch {
  key: string
  automatic: Automatic
  /** Whose words a skill hears; null: it is no skill. */
  speaker: 'customer' | 'staff' | null
  /** null: it is on. */
  switchedOff: SwitchedOff | null
}

/** Everything that people may switch, as the definitions say, and how each stands. */
export async function readSwitches(house: Pick<House, 'db' | 'shelves'>): Promise<Switch[]> {
  const off = await readSwitchedOff(house.db)
  const all = [
    ...[...house.shelves.jobs].map(([name, { automatic }]) => ({
      key: switchKey('job', name),
      automatic,
      speaker: null,
    })),
    ...[...house.shelves.skills]
      .sort(([, a], [, b]) => (a.order ?? 50) - (b.order ?? 50))
      .map(([name, { automatic, speaker }]) => ({ key: switchKey('skill', name), automatic, speaker })),
  ]
  return all.flatMap(({ automatic, ...one }) =>
    automatic ? [{ ...one, automatic, switchedOff: off.get(one.key) ?? null }] : [],
  )
}

/** What is off, by its key. */
export async function readSwitchedOff(sql: Sql): Promise<ReadonlyMap<string, SwitchedOff>> {
  const [row] = await sql.query<{ value: Record<string, SwitchedOff> }>(
    "SELECT value FROM settings WHERE key = 'switched-off'",
  )
  return new Map(Object.entries(row?.value ?? {}))
}

/** Holds at once in all processes: it is asked before each run. @throws Refused 404 switch_unknown */
export async function setSwitch(
  house: House,
  { key, on, why }: { key: string; on: boolean; why: string | null },
  by: string,
): Promise<Switch> {
  const found = (await readSwitches(house)).find((one) => one.key === key)
  if (!found) throw new Refused(404, 'switch_unknown', '没有这个开关')
  const now = house.clock.now()
  const off: SwitchedOff = { by, at: now.toISOString(), why }
  await house.db.query(
    `INSERT INTO settings AS s (key, value, by, at) VALUES ('switched-off', $1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = (s.value - $4) || excluded.value, by = excluded.by, at = excluded.at`,
    [JSON.stringify(on ? {} : { [key]: off }), by, now, key],
  )
  const [kind, name = ''] = key.split(/:(.*)/s)
  if (on && kind === 'job') house.wake.up(name)
  return { ...found, switchedOff: on ? null : off }
}

/** Runs a job once, unless people switched it off. @returns true when there is more to do at once */
export async function runUnlessOff(house: House, name: string, job: Job): Promise<boolean> {
  if (job.automatic && (await readSwitchedOff(house.db)).has(switchKey('job', name))) return false
  return job.run(house)
}
