import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { JobRow } from '../leads/long-job.ts'
import { calendars } from '../playbook/hours.ts'
import type { Rules } from '../playbook/keep.ts'
import { PlaybookSchema } from '../playbook/schema.ts'
import { readAffected } from './affected.ts'
import { arrivalsOf, withFacts } from './arrivals.ts'
import { readHistories, type Window } from './history.ts'
import type { Lane } from './lane.ts'
import {
  lanesFor,
  playLanes,
  readArrivals,
  type Side,
  sides,
  type Turnstile,
  writeArrivals,
  writeFates,
} from './placing.ts'
import { countPromises } from './promises.ts'
import { replay } from './replay.ts'
import { count, differ, shareOf, type Tally } from './tally.ts'
import { readTeam, type Team } from './team.ts'

/** What a simulation is about, and how far it has come. */
export interface Simulation {
  /** The version in force when it was asked for. */
  base: number
  /** The rules to be tried, in full. */
  playbook: unknown
  from: string
  to: string
  /** Leads are replayed one by one; those that come to sales are placed in the order of time; the two sides are compared. */
  phase: 'replay' | 'place' | 'compare' | 'done'
  after: string | null
  current: Tally
  changed: Tally
  team?: Team
  turnstile?: Turnstile | null
  lanes?: Record<Side, Lane[]>
  compared?: { leadId: string; stay: string } | null
}

/** A chunk of work that is done, to be written down in one transaction. */
export interface Step {
  moved: number
  rows: JobRow[]
  /** What is different afterwards. */
  state: Partial<Simulation>
  /** How many there will be, as far as can be told. */
  total?: number | null
  write?: (tx: Transaction) => Promise<void>
}

type Two = Record<Side, Pick<Rules, 'playbook' | 'calendar'>> & { current: Rules }

/** How many at once. */
export interface ChunkSize {
  leads: number
  arrivals: number
}

/** Does the next chunk, and writes nothing. */
export async function nextStep(
  house: House,
  jobId: string,
  state: Simulation,
  { done, size }: { done: number; size: ChunkSize },
): Promise<Step> {
  const rules = await rulesOf(house, state)
  const given = { rules, window: windowOf(state, rules.current), done, size }
  if (state.phase === 'replay') return replayLeads(house, jobId, state, given)
  if (state.phase === 'place') return placeLeads(house, jobId, state, given)
  return compareSides(house, jobId, state, given)
}

interface Given {
  rules: Two
  window: Window
  done: number
  size: ChunkSize
}

async function replayLeads(
  house: House,
  jobId: string,
  state: Simulation,
  { rules, window, done, size }: Given,
): Promise<Step> {
  const types = [...new Set(sides.flatMap((side) => Object.keys(rules[side].playbook.score.events)))].sort()
  const next = structuredClone({ current: state.current, changed: state.changed })
  const rows: JobRow[] = []
  const { histories, total, team, found } = await readOnly(house, async (tx) => {
    const histories = await readHistories(tx, { after: state.after, limit: size.leads, types, window })
    const total = done === 0 ? await countLeads(tx, window.to) : null
    const team = state.team ?? (await readTeam(tx, rules.current.calendar, window))
    const comings = histories.flatMap((lead, index) => {
      const played = {
        current: replay(lead, rules.current, rules.current, window),
        changed: replay(lead, rules.changed, rules.current, window),
      }
      for (const side of sides) {
        count(next[side], played[side], window)
        countPromises(next[side].promises, lead.offers, rules[side], window)
      }
      const [before, after] = sides.map((side) => ({ played: played[side], rules: rules[side] })) as [Told, Told]
      const difference = differ(before, after, window)
      if (difference)
        rows.push({ row: done + index + 1, outcome: difference.outcome, leadId: lead.id, problem: difference.why })
      return sides.flatMap((side) =>
        arrivalsOf(lead, played[side], rules[side], window, team).map((found) => ({ side, found })),
      )
    })
    const byId = new Map(histories.map((lead) => [lead.id, lead]))
    const arrivals = await withFacts(
      tx,
      byId,
      comings.map(({ found }) => found),
    )
    return {
      histories,
      total,
      team,
      found: arrivals.map((arrival, index) => ({ side: comings[index]?.side as Side, arrival })),
    }
  })
  const last = histories.at(-1)
  if (last)
    return {
      moved: histories.length,
      rows,
      total,
      state: { after: last.id, ...next, ...(state.team ? {} : { team }) },
      write: (tx) => writeArrivals(tx, jobId, found),
    }
  const [row] = await house.db.query<{ arrivals: number }>(
    'SELECT count(*) AS arrivals FROM simulated_arrivals WHERE job_id = $1',
    [jobId],
  )
  const lanes = { current: lanesFor(state.current, team), changed: lanesFor(state.changed, team) }
  return {
    moved: 0,
    rows: [],
    total: done + (row?.arrivals ?? 0),
    state: { phase: 'place', team, lanes, turnstile: null },
  }
}

type Told = Parameters<typeof differ>[0]

async function placeLeads(
  house: House,
  jobId: string,
  state: Simulation,
  { rules, window, size }: Given,
): Promise<Step> {
  const { team, lanes } = state
  if (!team || !lanes) throw new Error('a simulation places leads without a team')
  const { arrivals, last } = await readArrivals(house.db, jobId, state.turnstile ?? null, size.arrivals)
  const courseOf = (side: Side) => ({
    rules: rules[side],
    team,
    window,
    share: (grade: string) => shareOf(state[side], grade, 'qualified'),
  })
  const isOver = arrivals.length === 0
  const fates = playLanes(lanes, isOver ? null : arrivals, {
    current: courseOf('current'),
    changed: courseOf('changed'),
  })
  return {
    moved: arrivals.length,
    rows: [],
    state: { lanes, turnstile: last, ...(isOver ? { phase: 'compare', compared: null } : {}) },
    write: (tx) => writeFates(tx, jobId, [...fates.values()]),
  }
}

async function compareSides(house: House, jobId: string, state: Simulation, { done, size }: Given): Promise<Step> {
  const affected = await readAffected(house.db, jobId, state.compared ?? null, size.arrivals)
  const last = affected.at(-1)
  if (!last)
    return {
      moved: 0,
      rows: [],
      state: { phase: 'done' },
      write: async (tx) => void (await tx.query('DELETE FROM simulated_arrivals WHERE job_id = $1', [jobId])),
    }
  return {
    moved: affected.length,
    rows: affected.map(({ outcome, leadId, why }, index) => ({ row: done + index + 1, outcome, leadId, problem: why })),
    total: done + affected.length,
    state: { compared: { leadId: last.leadId, stay: last.stay } },
  }
}

/** The rules of both sides. */
export async function rulesOf(house: House, { base, playbook }: Pick<Simulation, 'base' | 'playbook'>): Promise<Two> {
  const changed = PlaybookSchema.parse(playbook)
  return {
    current: await house.playbook.version(base),
    changed: { playbook: changed, ...calendars(changed.hours, house.config.timeZone) },
  }
}

export function windowOf({ from, to }: Pick<Simulation, 'from' | 'to'>, { calendar }: Pick<Rules, 'calendar'>): Window {
  const day = calendar.dayOf(new Date(from))
  return { from: new Date(from), to: new Date(to), day, dayStart: calendar.dayStart(day) }
}

/** One moment's picture, and the database itself refuses whatever would change it. */
function readOnly<T>(house: House, read: (tx: Transaction) => Promise<T>): Promise<T> {
  return house.db.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    return read(tx)
  })
}

async function countLeads(tx: Transaction, to: Date): Promise<number> {
  const [row] = await tx.query<{ leads: number }>(
    'SELECT count(*) AS leads FROM leads WHERE merged_into IS NULL AND created_at < $1',
    [to],
  )
  return row?.leads ?? 0
}
