import type { House } from '../house.ts'
import type { Reacher } from '../leads/reach.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Spans } from '../playbook/hours-schema.ts'
import { membersWithin } from './scope.ts'

/** On: at work now. Off: outside his hours, or the house's. Absent: on leave. Gone: not in the app any more. */
export type Presence = 'on' | 'off' | 'absent' | 'gone'

/** A member with what lies with him. */
export interface Teammate {
  userid: string
  name: string
  roles: string[]
  team: string | null
  presence: Presence
  /** When that changes by itself; null: nobody knows. */
  until: Date | null
  /** Codes whose customers go to him now. */
  codes: number
  capacity: number
  /** Leads at the sales desk, and open offers: what counts against the capacity. */
  open: number
  newToday: number
  newPerDay: number
  /** What lies with him. */
  holds: { leads: number; offers: number; others: number; tasks: number; lateTasks: number; claims: number }
  /** Accepted leads whose first contact is late. */
  lateContacts: number
  /** Of the last seven days. */
  lately: { accepted: number; declined: number; lapsed: number; returned: number }
}

interface Row {
  userid: string
  name: string
  roles: string[]
  team: string | null
  here: boolean
  absentUntil: Date | null
  hours: Spans | null
  capacity: number | null
  codes: number
  leads: number
  others: number
  offers: number
  newToday: number
  tasks: number
  lateTasks: number
  claims: number
  lateContacts: number
  accepted: number
  declined: number
  lapsed: number
  returned: number
}

const lately = 7 * 86_400_000

/** Members somebody answers for who have a part to play or still hold something, one page by userid. */
export async function readTeammates(
  house: House,
  reacher: Reacher,
  { after, limit }: { after: string | null; limit: number },
): Promise<Teammate[]> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const returns = playbook.edges.filter(({ on }) => on === 'return').map(({ id }) => id)
  const scope = membersWithin(reacher, 7)
  const rows = await house.db.query<Row>(
    `SELECT st.userid, st.name, st.roles, st.team, st.active AND st.in_scope AS here, st.absent_until AS "absentUntil", st.hours, st.capacity,
       coalesce(duty.codes, 0) AS codes, coalesce(back.returned, 0) AS returned, coalesce(asked.offers, 0) AS offers, coalesce(late.contacts, 0) AS "lateContacts", held.*, made.*, todo.*,
       (SELECT count(*) FROM review_queue q WHERE lower(q.claimed_by) = lower(st.userid) AND q.claimed_until > $1) AS claims
     FROM staff st
     LEFT JOIN (SELECT u.userid, count(*) AS codes FROM live_codes c CROSS JOIN LATERAL unnest(c.duty) AS u(userid)
                WHERE c.archived_at IS NULL AND c.kind = 'live' GROUP BY 1) duty ON duty.userid = st.userid
     LEFT JOIN (SELECT lower(actor) AS actor, count(*) AS returned FROM stage_changes WHERE at >= $3 AND edge = ANY($4) GROUP BY 1) back ON back.actor = lower(st.userid)
     LEFT JOIN (SELECT userid, count(*) AS offers FROM offers WHERE state = 'open' GROUP BY 1) asked ON asked.userid = st.userid
     LEFT JOIN (SELECT userid, count(*) AS contacts FROM offers WHERE state = 'accepted' AND first_contact_at IS NULL AND first_contact_due < $1 GROUP BY 1) late
       ON late.userid = st.userid
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE l.desk = 'sales') AS leads, count(*) FILTER (WHERE l.desk <> 'sales') AS others
                         FROM leads l WHERE l.owner = st.userid AND l.merged_into IS NULL) held
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE o.offered_at >= $2 AND o.state IN ('open', 'accepted')) AS "newToday",
                           count(*) FILTER (WHERE o.state = 'accepted') AS accepted,
                           count(*) FILTER (WHERE o.state = 'declined') AS declined,
                           count(*) FILTER (WHERE o.state = 'lapsed') AS lapsed
                         FROM offers o WHERE o.userid = st.userid AND o.offered_at >= $3) made
     CROSS JOIN LATERAL (SELECT count(*) AS tasks, count(*) FILTER (WHERE t.due_at < $1) AS "lateTasks"
                         FROM tasks t WHERE t.owner = st.userid AND t.state = 'open') todo
     WHERE ($5::text IS NULL OR lower(st.userid) > $5) AND ${scope.sql}
       AND (st.active AND st.in_scope AND st.roles <> '{}' OR held.leads + held.others + coalesce(asked.offers, 0) > 0)
     ORDER BY lower(st.userid) LIMIT $6`,
    [
      now,
      calendar.dayStart(calendar.dayOf(now)),
      new Date(now.getTime() - lately),
      returns,
      after,
      limit,
      ...scope.values,
    ],
  )
  return rows.map(
    ({ here, absentUntil, hours, capacity, leads, offers, others, tasks, lateTasks, claims, ...row }) => ({
      userid: row.userid,
      name: row.name || row.userid,
      roles: row.roles,
      team: row.team,
      ...presenceOf({ here, absentUntil, hours }, calendar, now),
      codes: row.codes,
      capacity: capacity ?? playbook.routing.capacity,
      open: leads + offers,
      newToday: row.newToday,
      newPerDay: playbook.routing.newPerDay,
      holds: { leads, offers, others, tasks, lateTasks, claims },
      lateContacts: row.lateContacts,
      lately: { accepted: row.accepted, declined: row.declined, lapsed: row.lapsed, returned: row.returned },
    }),
  )
}

/** Where somebody is now, and until when. */
export function presenceOf(
  { here, absentUntil, hours }: { here: boolean; absentUntil: Date | null; hours: Spans | null },
  calendar: Calendar,
  now: Date,
): { presence: Presence; until: Date | null } {
  if (!here) return { presence: 'gone', until: null }
  if (absentUntil && absentUntil > now) return { presence: 'absent', until: absentUntil }
  if (hours !== null) {
    const table = calendar.timetable(hours)
    return { presence: table.covers(now) ? 'on' : 'off', until: table.changesAfter(now) }
  }
  if (calendar.isWorking(now)) return { presence: 'on', until: null }
  // The first moment of the next working time.
  return { presence: 'off', until: new Date(calendar.addWorking(now, 1).getTime() - 1) }
}

/** What a routing rule placed today, and what became of it. */
export interface RuleToday {
  rule: string
  placed: number
  accepted: number
  open: number
  passed: number
}

export async function readRulesToday(house: House, reacher: Reacher): Promise<RuleToday[]> {
  const { calendar } = await house.playbook.current()
  const scope = membersWithin(reacher, 2)
  return house.db.query<RuleToday>(
    `SELECT o.rule, count(*) AS placed, count(*) FILTER (WHERE o.state = 'accepted') AS accepted, count(*) FILTER (WHERE o.state = 'open') AS open,
       count(*) FILTER (WHERE o.state IN ('declined', 'lapsed')) AS passed
     FROM staff st JOIN offers o ON o.userid = st.userid AND o.offered_at >= $1
     WHERE ${scope.sql} GROUP BY o.rule ORDER BY placed DESC, o.rule`,
    [calendar.dayStart(calendar.dayOf(house.clock.now())), ...scope.values],
  )
}
