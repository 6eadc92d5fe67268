import { milliseconds } from '../clock.ts'
import type { Sql, Transaction } from '../db.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Arrival } from './arrivals.ts'
import type { Window } from './history.ts'
import { arrive, type Course, type Fate, type Lane, type Load, newLane, playUntil } from './lane.ts'
import { type Tally, tenth, wilson } from './tally.ts'
import { answersOf, type Team } from './team.ts'

export type Side = 'current' | 'changed'
export const sides: readonly Side[] = ['current', 'changed']

/** A number as it was played, and between what it may lie. */
export interface Spread {
  count: number
  low: number
  high: number
}

/** Where among the arrivals the next chunk begins. */
export interface Turnstile {
  at: string
  leadId: string
  stay: string
  side: Side
}

/** Without somebody nobody judged there is one course; else also one with the fewest and one with the most of them. */
export const lanesFor = ({ byGrade }: Tally, team: Team): Lane[] =>
  Object.values(byGrade).some(({ unknown }) => unknown > 0)
    ? [newLane('middle', team), newLane('low', team), newLane('high', team)]
    : [newLane('middle', team)]

/** The next arrivals of both sides, in the order of time. */
export async function readArrivals(
  sql: Sql,
  jobId: string,
  after: Turnstile | null,
  limit: number,
): Promise<{ arrivals: { side: Side; arrival: Arrival }[]; last: Turnstile | null }> {
  const rows = await sql.query<Turnstile & { facts: Omit<Arrival, 'leadId' | 'stay'> }>(
    `SELECT to_jsonb(at) #>> '{}' AS at, lead_id AS "leadId", stay, side, facts FROM simulated_arrivals
     WHERE job_id = $1 AND ($2::timestamptz IS NULL OR (at, lead_id, stay, side) > ($2, $3::uuid, $4, $5))
     ORDER BY simulated_arrivals.at, lead_id, stay, side LIMIT $6`,
    [jobId, after?.at ?? null, after?.leadId ?? null, after?.stay ?? null, after?.side ?? null, limit],
  )
  const arrivals = rows.map(({ side, leadId, stay, facts }) => ({ side, arrival: { ...facts, leadId, stay } }))
  const last = rows.at(-1)
  return { arrivals, last: last ? { at: last.at, leadId: last.leadId, stay: last.stay, side: last.side } : after }
}

export async function writeArrivals(
  tx: Transaction,
  jobId: string,
  found: readonly { side: Side; arrival: Arrival }[],
): Promise<void> {
  await tx.query(
    `INSERT INTO simulated_arrivals (job_id, side, lead_id, stay, at, facts)
     SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::jsonb[]) ON CONFLICT DO NOTHING`,
    [
      jobId,
      found.map(({ side }) => side),
      found.map(({ arrival }) => arrival.leadId),
      found.map(({ arrival }) => arrival.stay),
      found.map(({ arrival }) => new Date(arrival.at)),
      found.map(({ arrival: { leadId: _, stay: __, ...facts } }) => JSON.stringify(facts)),
    ],
  )
}

/** Places leads in the lanes of their side; null: everything that is left of the window is played to its end. */
export function playLanes(
  lanes: Record<Side, Lane[]>,
  arrivals: readonly { side: Side; arrival: Arrival }[] | null,
  courses: Record<Side, Omit<Course, 'tell'>>,
): Map<string, Fate & { side: Side }> {
  const fates = new Map<string, Fate & { side: Side }>()
  for (const side of sides) {
    const tell = (fate: Fate) => fates.set(`${side} ${fate.leadId} ${fate.stay}`, { ...fate, side })
    for (const lane of lanes[side]) {
      const course = { ...courses[side], ...(lane.level === 'middle' ? { tell } : {}) }
      for (const one of arrivals ?? []) if (one.side === side) arrive(lane, one.arrival, course)
      if (!arrivals) playUntil(lane, course.window.to.getTime(), course)
    }
  }
  return fates
}

export async function writeFates(
  tx: Transaction,
  jobId: string,
  fates: readonly (Fate & { side: Side })[],
): Promise<void> {
  await tx.query(
    `UPDATE simulated_arrivals a SET rep = t.rep, fate = t.fate
     FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[]) AS t(side, lead_id, stay, rep, fate)
     WHERE a.job_id = $1 AND a.side = t.side AND a.lead_id = t.lead_id AND a.stay = t.stay`,
    [
      jobId,
      fates.map(({ side }) => side),
      fates.map(({ leadId }) => leadId),
      fates.map(({ stay }) => stay),
      fates.map(({ rep }) => rep),
      fates.map(({ fate }) => fate),
    ],
  )
}

/** What came of a side's placings, for the whole team and for each who was given or holds anything. */
export function placed(lanes: readonly Lane[], team: Team, { playbook }: Pick<Rules, 'playbook'>) {
  const [middle, ...others] = lanes as [Lane, ...Lane[]]
  const limit = milliseconds(playbook.sla.accept)
  const reps = team.members.map((member) => {
    const { basis, answers } = answersOf(member, team)
    const inTime = answers.filter(({ state, ms }) => state !== 'lapsed' && ms <= limit)
    const unsure = answers.filter(({ state, ms }) => state === 'lapsed' && ms < limit).length
    const accepted = inTime.filter(({ state }) => state === 'accepted').length
    const missed = answers.length - inTime.length
    const taken = { low: wilson(accepted, answers.length).low, high: wilson(accepted + unsure, answers.length).high }
    const lapsed = { low: wilson(missed - unsure, answers.length).low, high: wilson(missed, answers.length).high }
    const of = (of: Lane): Load => of.reps[member.userid] as Load
    const over = (read: (load: Load) => number) =>
      spread(
        read(of(middle)),
        others.map((lane) => read(of(lane))),
      )
    // What is not history's own may be any share of his answers that these do not rule out.
    const drawn = (read: (load: Load) => number, drawnOf: (load: Load) => number, share: typeof taken, sign: number) =>
      spread(
        read(of(middle)),
        lanes.map(of).flatMap((load) => {
          const known = read(load) - drawnOf(load)
          const [less, more] = sign > 0 ? [0, load.unsure] : [load.unsure, 0]
          return [known - less + load.drawn * share.low, known + more + load.drawn * share.high]
        }),
      )
    return {
      userid: member.userid,
      capacity: member.capacity ?? playbook.routing.capacity,
      offers: over(({ offers }) => offers),
      taken: drawn(
        ({ taken }) => taken,
        ({ drawnTaken }) => drawnTaken,
        taken,
        1,
      ),
      declined: over(({ declined }) => declined),
      lapsed: drawn(
        ({ lapsed }) => lapsed,
        ({ drawnLapsed }) => drawnLapsed,
        lapsed,
        -1,
      ),
      peak: over(({ peak }) => peak),
      atEnd: over(({ open }) => open),
      answers: { basis, known: answers.length },
    }
  })
  const all = (what: 'offers' | 'taken' | 'declined' | 'lapsed') => ({
    count: reps.reduce((sum, rep) => sum + rep[what].count, 0),
    low: tenth(reps.reduce((sum, rep) => sum + rep[what].low, 0)),
    high: tenth(reps.reduce((sum, rep) => sum + rep[what].high, 0)),
  })
  return {
    offers: all('offers'),
    taken: all('taken'),
    declined: all('declined'),
    lapsed: all('lapsed'),
    unplaced: spread(
      middle.unplaced,
      others.map(({ unplaced }) => unplaced),
    ),
    asRecorded: middle.same,
    reps: reps.filter(({ offers, peak }) => offers.high > 0 || peak.high > 0),
  }
}

const spread = (count: number, others: readonly number[]): Spread => ({
  count,
  low: tenth(Math.max(0, Math.min(count, ...others))),
  high: tenth(Math.max(count, ...others)),
})

/** What history has of placings within the window. */
export async function recordedPlacings(
  sql: Sql,
  { from, to }: Pick<Window, 'from' | 'to'>,
  { playbook }: Pick<Rules, 'playbook'>,
) {
  const reps = await sql.query<{ userid: string; offers: number; taken: number; declined: number; lapsed: number }>(
    `SELECT userid, count(*) AS offers, count(*) FILTER (WHERE state = 'accepted' AND answered_at < $2) AS taken,
       count(*) FILTER (WHERE state = 'declined' AND answered_at < $2) AS declined, count(*) FILTER (WHERE state = 'lapsed' AND answered_at < $2) AS lapsed
     FROM offers o JOIN leads l ON l.id = o.lead_id WHERE o.offered_at >= $1 AND o.offered_at < $2 AND l.merged_into IS NULL GROUP BY userid ORDER BY userid`,
    [from, to],
  )
  const [none] = await sql.query<{ unplaced: number }>(
    "SELECT count(*) AS unplaced FROM stage_changes WHERE at >= $1 AND at < $2 AND actor = 'system' AND edge = ANY($3)",
    [from, to, playbook.edges.filter(({ on }) => on === 'unplaced').map(({ id }) => id)],
  )
  const sum = (what: 'offers' | 'taken' | 'declined' | 'lapsed') => reps.reduce((total, rep) => total + rep[what], 0)
  return {
    offers: sum('offers'),
    taken: sum('taken'),
    declined: sum('declined'),
    lapsed: sum('lapsed'),
    unplaced: none?.unplaced ?? 0,
    reps,
  }
}
