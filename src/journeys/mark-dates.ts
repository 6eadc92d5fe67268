import { timeZoneOf } from '../cadence/time-zone.ts'
import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { isTimeZone } from '../playbook/guard-schema.ts'
import type { Rules } from '../playbook/keep.ts'
import { dated } from './enrol-marked.ts'
import { listJourneys } from './library.ts'
import { dayAway, daysOf, minutesOf, momentOf } from './step.ts'

type Dated = ReturnType<typeof dated>[number]

/** The columns a date may be read from; anything else is an attribute. */
const columns: Record<string, string> = {
  createdAt: 'created_at',
  stageAt: 'stage_at',
  updatedAt: 'updated_at',
  coolUntil: 'cool_until',
}
const dayMs = 86_400_000
/** How long is looked back when nobody was there to look. */
const mostMs = 7 * dayMs
const page = 10_000
/** More clocks than there are are nonsense somebody wrote. */
const mostZones = 1_000

/**
 * Marks leads whose date has come, at the trigger's time of the day on the clock each lives by. Leads are only looked through when
 * that time has come on somebody's clock since the last look; the look and its marks are written together.
 */
export async function markDates(house: House): Promise<boolean> {
  const journeys = dated(await listJourneys(house.db))
  if (journeys.length === 0) return false
  const rules = await house.playbook.current()
  const now = house.clock.now()
  const zones = [null, ...rules.playbook.timeZones.map(({ zone }) => zone), ...(await readZones(house.db))]
  for (const journey of journeys)
    await house.db.transaction(async (tx) => {
      const last = await lastLook(tx, rules, journey.id, now)
      if (!zones.some((zone) => strikes(rules, zone, journey.trigger, last, now))) return
      if (!journey.paused && (await markDue(tx, rules, journey, last, now)))
        tx.afterCommit(() => house.wake.up('enrol-marked'))
      await tx.query('UPDATE journey_states SET dated_at = $2 WHERE journey = $1', [journey.id, now])
    })
  return false
}

/** Until when dates have been looked at; at first, since today began. Nobody else looks until the transaction ends. */
async function lastLook(tx: Transaction, { calendar }: Rules, journey: string, now: Date): Promise<Date> {
  await tx.query(
    `INSERT INTO journey_states (journey, by, at) VALUES ($1, 'system', $2) ON CONFLICT (journey) DO NOTHING`,
    [journey, now],
  )
  const [state] = await tx.query<{ at: Date | null }>(
    'SELECT dated_at AS at FROM journey_states WHERE journey = $1 FOR UPDATE',
    [journey],
  )
  const since = state?.at ?? new Date(calendar.dayStart(calendar.dayOf(now)).getTime() - 1)
  return new Date(Math.max(since.getTime(), now.getTime() - mostMs))
}

/** Clocks that leads say they live by. */
async function readZones(sql: Sql): Promise<string[]> {
  const next = (from: string) =>
    `SELECT attributes ->> 'timeZone' AS zone FROM leads WHERE attributes ? 'timeZone' ${from} ORDER BY 1 LIMIT 1`
  const rows = await sql.query<{ zone: string | null }>(
    `WITH RECURSIVE known AS (
       (${next('')}) UNION ALL SELECT (${next("AND attributes ->> 'timeZone' > known.zone")}) FROM known WHERE known.zone IS NOT NULL)
     SELECT zone FROM known LIMIT ${mostZones}`,
  )
  return rows.flatMap(({ zone }) => (zone !== null && isTimeZone(zone) ? [zone] : []))
}

/** Whether a clock has shown the trigger's time of the day after `last`. */
function strikes({ calendarIn }: Rules, zone: string | null, { at }: Dated['trigger'], last: Date, now: Date): boolean {
  const calendar = calendarIn(zone)
  const today = calendar.dayOf(now)
  return [today, dayAway(today, -1)]
    .map((day) => calendar.timeOn(day, minutesOf(at)))
    .some((struck) => struck > last && struck <= now)
}

interface Candidate {
  id: string
  value: unknown
  timeZone: unknown
  region: string | null
}

/** Marks whose date came after `last`. Answers whether there were any. */
async function markDue(
  tx: Transaction,
  { playbook, calendarIn }: Rules,
  { id, trigger }: Dated,
  last: Date,
  now: Date,
): Promise<boolean> {
  const { value, where, values } = near(trigger, last, now)
  let any = false
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await tx.query<Candidate>(
      `SELECT l.id, ${value} AS value, l.attributes -> 'timeZone' AS "timeZone", l.region FROM leads l
       WHERE l.merged_into IS NULL AND ${where} AND l.id > $3::uuid ORDER BY l.id LIMIT ${page}`,
      [...values, after],
    )
    const due = rows.flatMap((lead) => {
      const calendar = calendarIn(timeZoneOf(lead, playbook.timeZones))
      const moment = momentOf(trigger, lead.value, calendar)
      return moment && moment > last && moment <= now ? [{ lead: lead.id, day: calendar.dayOf(moment) }] : []
    })
    await tx.query(
      `INSERT INTO journey_marks (due_at, lead_id, kind, what, by, at)
       SELECT $1, lead, 'date', jsonb_build_object('journey', $2::text, 'day', day), 'system', $1 FROM unnest($3::uuid[], $4::text[]) AS t(lead, day)`,
      [now, id, due.map(({ lead }) => lead), due.map(({ day }) => day)],
    )
    any ||= due.length > 0
    const end = rows[page - 1]
    if (!end) return any
    after = end.id
  }
}

/** A condition ($1, $2) for leads whose date may have come by some clock on earth, and the date itself. */
function near(
  trigger: Dated['trigger'],
  last: Date,
  now: Date,
): { value: string; where: string; values: readonly unknown[] } {
  const moment = (at: Date, days: number) => new Date(at.getTime() + (days - daysOf(trigger)) * dayMs)
  const [from, to] = [moment(last, -2), moment(now, 2)]
  const column = columns[trigger.date]
  if (column) return { value: `l.${column}`, where: `l.${column} >= $1 AND l.${column} < $2`, values: [from, to] }
  const first = from.toISOString().slice(0, 10)
  const count = Math.ceil((to.getTime() - from.getTime()) / dayMs) + 1
  // Written as text by whoever told us: `2026-3-5`, `2026/03/05`. Compared as text, so that nothing anybody wrote breaks the look.
  const written = `(SELECT concat_ws('-', d[1], lpad(d[2], 2, '0'), lpad(d[3], 2, '0')) FROM regexp_match(l.attributes ->> $1, '^(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})(?!\\d)') AS d)`
  return {
    value: 'l.attributes ->> $1',
    where: `l.attributes ? $1 AND ${written} = ANY($2::text[])`,
    values: [
      trigger.date.slice('attributes.'.length),
      Array.from({ length: count }, (_, days) => dayAway(first, days)),
    ],
  }
}
