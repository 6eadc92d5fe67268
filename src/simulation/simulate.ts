import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  claimLongJob,
  endLongJob,
  type JobRow,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import { calendars } from '../playbook/hours.ts'
import type { Wanted } from '../playbook/keep.ts'
import { PlaybookSchema } from '../playbook/schema.ts'
import { nominationRules } from '../scoring/nominate.ts'
import { readHistories, type Window } from './history.ts'
import { countPromises } from './promises.ts'
import { replay } from './replay.ts'
import { count, differ, emptyTally, estimate, type Tally } from './tally.ts'

export const simulationKind = 'simulate'
export const longestDays = 366

const dayMs = 86_400_000
const defaultDays = 30
const atOnce = 200
const sliceMs = 1_500

/** What a simulation is about, and how far it has come. */
interface Simulation {
  /** The version in force when it was asked for. */
  base: number
  /** The rules to be tried, in full. */
  playbook: unknown
  from: string
  to: string
  after: string | null
  current: Tally
  changed: Tally
}

/** Said with every answer: what a simulation takes from history and what it supposes. */
const supposes = [
  '照历史重放：客户的行为和来源、同事的结论和流转、约定的再联系日期。',
  '重新判断：谁在什么时候进审核、原因之后歇多久、审核时限。两边用的都是现行系统的同一套算法。',
  '审核提早或推迟时，同事照历史上那样久（按上班时间）才给结论，后面的流转跟着移。',
  '历史上没有人判断过的，MQL 和超时按同等级的比例估计，给出 95% 区间（Wilson）。',
  '资料、员工、名单都按今天的；窗口以前的行为按当时累计的次数重新计分。',
  '「现行」一栏也是重放：当时可能是更早的版本，与真实数字的差别见 recorded。',
  '派单没有重新分配：promises 是历史上的派单、答复和首次联系，按各自的时限算谁超时；各人的负荷照旧。',
]

/**
 * Writes down that a change of the rules is to be tried on what has happened; a worker does it. Nothing but the job is written.
 * @throws Refused 422 naming each fault by its path, 404 for an unknown version
 */
export async function startSimulation(
  house: House,
  wanted: Wanted,
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
  by: string,
): Promise<LongJob> {
  const now = house.clock.now()
  const end = to && to < now ? to : now
  const begin = from ?? new Date(end.getTime() - defaultDays * dayMs)
  if (begin >= end) throw new Refused(422, 'window_empty', 'from 要早于 to，也要早于现在')
  if (end.getTime() - begin.getTime() > longestDays * dayMs)
    throw new Refused(422, 'window_too_long', `一次最多模拟 ${longestDays} 天`)
  const checked = await house.playbook.check(wanted)
  if (!checked.valid) throw new Refused(422, 'playbook_invalid', '改动不成立，没有模拟', checked.faults)
  const input: Simulation = {
    base: checked.base,
    playbook: checked.playbook,
    from: begin.toISOString(),
    to: end.toISOString(),
    after: null,
    current: emptyTally(),
    changed: emptyTally(),
  }
  return house.db.transaction((tx) => startLongJob(tx, house, { kind: simulationKind, input, total: null, by }))
}

/** Goes on with the oldest simulation; a worker that dies is followed by another, from the chunk it was at. */
export async function runSimulations(house: House): Promise<boolean> {
  const job = await claimLongJob(house, simulationKind)
  if (!job) return false
  let state = job.input as Simulation
  const until = performance.now() + sliceMs
  for (let done = job.done; ; ) {
    const step = await nextChunk(house, state, done)
    if (step.leads === 0) {
      await endLongJob(house, job.id, 'done', await resultOf(house, state))
      return true
    }
    const { after, current, changed } = step.state
    const isMine = await house.db.transaction((tx) =>
      advanceLongJob(tx, house, job.id, {
        from: done,
        to: done + step.leads,
        rows: step.rows,
        input: { after, current, changed },
        total: step.total,
      }),
    )
    if (!isMine) return true
    state = step.state
    done += step.leads
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
  }
}

async function nextChunk(
  house: House,
  state: Simulation,
  done: number,
): Promise<{ leads: number; rows: JobRow[]; state: Simulation; total: number | null }> {
  const current = await house.playbook.version(state.base)
  const playbook = PlaybookSchema.parse(state.playbook)
  const changed = { playbook, ...calendars(playbook.hours, house.config.timeZone) }
  const window = windowOf(state, current.calendar)
  const types = [...new Set([current, changed].flatMap((rules) => Object.keys(rules.playbook.score.events)))].sort()
  const { histories, total } = await readOnly(house, async (tx) => ({
    histories: await readHistories(tx, { after: state.after, limit: atOnce, types, window }),
    total: done === 0 ? await countLeads(tx, window.to) : null,
  }))
  const next: Simulation = structuredClone(state)
  const rows: JobRow[] = []
  for (const [index, lead] of histories.entries()) {
    const before = replay(lead, current, current, window)
    const after = replay(lead, changed, current, window)
    count(next.current, before, window)
    count(next.changed, after, window)
    countPromises(next.current.promises, lead.offers, current, window)
    countPromises(next.changed.promises, lead.offers, changed, window)
    const difference = differ({ played: before, rules: current }, { played: after, rules: changed }, window)
    if (difference)
      rows.push({ row: done + index + 1, outcome: difference.outcome, leadId: lead.id, problem: difference.why })
  }
  next.after = histories.at(-1)?.id ?? state.after
  return { leads: histories.length, rows, state: next, total }
}

async function resultOf(house: House, state: Simulation): Promise<Record<string, unknown>> {
  const [recorded] = await house.db.query<{ nominations: number; mql: number }>(
    `SELECT count(*) FILTER (WHERE c.actor = 'system' AND c.rule = ANY($3) AND c.to_desk = 'review') AS nominations,
       count(*) FILTER (WHERE c.to_desk = 'sales' AND c.from_desk IS DISTINCT FROM 'sales') AS mql
     FROM stage_changes c JOIN leads l ON l.id = c.lead_id WHERE c.at >= $1 AND c.at < $2 AND l.merged_into IS NULL`,
    [state.from, state.to, [...nominationRules]],
  )
  return {
    base: state.base,
    from: state.from,
    to: state.to,
    current: sideOf(state.current),
    changed: sideOf(state.changed),
    recorded,
    supposes,
  }
}

function sideOf(tally: Tally) {
  const { nominations, leads, byRule, reviewed, waiting, byGrade } = tally
  return {
    nominations,
    leads,
    byRule,
    reviewed,
    unjudged: Object.values(byGrade).reduce((sum, { unknown }) => sum + unknown, 0),
    waiting,
    mql: estimate(tally, 'qualified'),
    lateReviews: estimate(tally, 'late'),
    promises: tally.promises,
  }
}

function windowOf(
  { from, to }: Simulation,
  calendar: { dayOf(at: Date): string; dayStart(day: string): Date },
): Window {
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
