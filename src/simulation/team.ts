import type { Sql } from '../db.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Spans } from '../playbook/hours-schema.ts'
import { friendNote } from '../routing/choose.ts'
import { absentNote, type Candidate } from '../routing/eligible.ts'
import type { Window } from './history.ts'
import { fewest } from './tally.ts'

/** How somebody answered an offer once: after how much working time, or that he let this much pass. */
export interface Answer {
  state: 'accepted' | 'declined' | 'lapsed'
  ms: number
}

type Standing = Pick<
  Candidate,
  'userid' | 'roles' | 'team' | 'weight' | 'capacity' | 'inScope' | 'regions' | 'industries' | 'skills'
> & {
  /** His own hours; null: the house's. */
  hours: Spans | null
}

/** One who may receive leads: as he is today, with his place in the rotation wound back to the beginning of the window. */
export interface Member extends Standing {
  credit: number
  lastOfferedAt: number | null
  /** When choices of the time found him away, from, to. */
  absences: [number, number][]
  /** His latest answers, in order. */
  answers: Answer[]
}

/** Who there is to take leads, and how people work here as history has it. Plain data: it waits in the job. */
export interface Team {
  members: Member[]
  /** Answers of everybody, for those with fewer than five of their own. */
  answers: Answer[]
  /** Median working time a review took; null: there was none. */
  reviewMs: number | null
  /** Median time a lead stays with who took it; null: longer than there are records. */
  heldMs: number | null
}

const memoryMs = 180 * 86_400_000
const ownAnswers = 40
const allAnswers = 400
const latest = 1_000

/** Whose answers those of a member are judged by. */
export const answersOf = (member: Member, team: Team): { basis: 'own' | 'all' | 'none'; answers: Answer[] } =>
  member.answers.length >= fewest
    ? { basis: 'own', answers: member.answers }
    : { basis: team.answers.length > 0 ? 'all' : 'none', answers: team.answers }

export async function readTeam(sql: Sql, calendar: Calendar, { from, to }: Pick<Window, 'from' | 'to'>): Promise<Team> {
  const since = new Date(to.getTime() - memoryMs)
  const staff = await sql.query<Standing & { credit: number; lastOfferedAt: Date | null }>(
    `WITH turns AS (
       SELECT o.userid AS got, w.userid, s.weight, sum(s.weight) OVER (PARTITION BY o.id) AS total
       FROM offers o CROSS JOIN jsonb_to_recordset(o.why) AS w(userid text, fits boolean) JOIN staff s ON s.userid = w.userid
       WHERE o.offered_at >= $1 AND w.fits AND NOT o.why @> jsonb_build_array(jsonb_build_object('userid', o.userid, 'note', $2::text))),
     gained AS (SELECT userid, sum(weight - CASE WHEN userid = got THEN total ELSE 0 END) AS credit FROM turns GROUP BY userid)
     SELECT st.userid, st.roles, st.team, st.weight, st.capacity, st.in_scope AS "inScope", st.regions, st.industries, st.skills, st.hours,
       (coalesce(r.credit, 0) - coalesce(g.credit, 0))::float8 AS credit,
       (SELECT max(offered_at) FROM offers o WHERE o.userid = st.userid AND o.offered_at < $1) AS "lastOfferedAt"
     FROM staff st LEFT JOIN rotation r USING (userid) LEFT JOIN gained g USING (userid) WHERE st.active ORDER BY st.userid`,
    [from, friendNote],
  )
  const answers = await sql.query<{ userid: string; state: Answer['state']; at: Date; answeredAt: Date; due: Date }>(
    `SELECT userid, state, offered_at AS at, answered_at AS "answeredAt", due_at AS due FROM (
       SELECT *, row_number() OVER (PARTITION BY userid ORDER BY offered_at DESC, id) AS nth FROM offers
       WHERE offered_at >= $1 AND offered_at < $2 AND answered_at < $2 AND state IN ('accepted', 'declined', 'lapsed')) known
     WHERE nth <= $3 ORDER BY offered_at, id`,
    [since, to, ownAnswers],
  )
  const known = answers.map(({ userid, state, at, answeredAt, due }) => ({
    userid,
    answer: { state, ms: calendar.workingMsBetween(at, state === 'lapsed' ? due : answeredAt) },
  }))
  const absences = await readAbsences(sql, from, to)
  const members = staff.map((member) => ({
    ...member,
    lastOfferedAt: member.lastOfferedAt?.getTime() ?? null,
    absences: absences.get(member.userid) ?? [],
    answers: known.filter(({ userid }) => userid === member.userid).map(({ answer }) => answer),
  }))
  return {
    members,
    answers: known.slice(-allAnswers).map(({ answer }) => answer),
    reviewMs: await reviewTime(sql, calendar, since, to),
    heldMs: await heldTime(sql, since, to),
  }
}

/** Every choice wrote down who was away; from one that found him so he is, until one that did not. */
async function readAbsences(sql: Sql, from: Date, to: Date): Promise<Map<string, [number, number][]>> {
  const seen = await sql.query<{ userid: string; at: Date; away: boolean }>(
    `SELECT userid, at, away FROM (
       SELECT w.userid, o.offered_at AS at, w.note = $3 AS away,
         lag(w.note = $3) OVER (PARTITION BY w.userid ORDER BY o.offered_at, o.id) AS before
       FROM offers o CROSS JOIN jsonb_to_recordset(o.why) AS w(userid text, note text)
       WHERE o.offered_at >= $1 AND o.offered_at < $2) seen
     WHERE away IS DISTINCT FROM coalesce(before, false) ORDER BY at`,
    [from, to, absentNote],
  )
  const absences = new Map<string, [number, number][]>()
  for (const { userid, at, away } of seen) {
    const own = absences.get(userid) ?? []
    const last = own.at(-1)
    if (away) absences.set(userid, [...own, [at.getTime(), to.getTime()]])
    else if (last) last[1] = at.getTime()
  }
  return absences
}

async function reviewTime(sql: Sql, calendar: Calendar, since: Date, to: Date): Promise<number | null> {
  const stays = await sql.query<{ at: Date; endedAt: Date }>(
    `SELECT e.at, c.at AS "endedAt" FROM (
       SELECT lead_id, seq, at FROM stage_changes WHERE at >= $1 AND at < $2 AND from_desk = 'review' AND to_desk <> 'review'
       ORDER BY at DESC LIMIT $3) c
     JOIN LATERAL (SELECT at FROM stage_changes b WHERE b.lead_id = c.lead_id AND b.seq < c.seq AND b.to_desk = 'review'
       ORDER BY b.seq DESC LIMIT 1) e ON true`,
    [since, to, latest],
  )
  const times = stays.map(({ at, endedAt }) => calendar.workingMsBetween(at, endedAt)).sort((a, b) => a - b)
  return times[Math.floor((times.length - 1) / 2)] ?? null
}

async function heldTime(sql: Sql, since: Date, to: Date): Promise<number | null> {
  const [row] = await sql.query<{ ms: number | null }>(
    `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(held, 'infinity'::float8))::float8 AS ms FROM (
       SELECT extract(epoch FROM (SELECT min(c.at) FROM stage_changes c WHERE c.lead_id = o.lead_id AND c.at > o.answered_at AND c.at < $2
         AND c.from_desk = 'sales' AND c.to_desk <> 'sales') - o.answered_at) * 1000 AS held
       FROM offers o WHERE o.state = 'accepted' AND o.answered_at >= $1 AND o.answered_at < $2 ORDER BY o.answered_at DESC LIMIT $3) times`,
    [since, to, latest],
  )
  return Number.isFinite(row?.ms ?? Number.NaN) ? (row?.ms as number) : null
}
