import type { Calendar } from '../playbook/hours.ts'
import { type CodePlan, distinct, limitOf, peopleOf } from './plan.ts'

/** A member as far as it matters for standing behind a code. */
export interface Member {
  userid: string
  /** In the company, in scope, and not switched off. */
  here: boolean
  absentUntil: Date | null
}

export interface Duty {
  /** Sorted; empty only when nobody the code names is here at all. */
  userids: string[]
  why: 'slot' | 'staff' | 'backup' | 'default' | 'nobody'
  /** When the answer may change by itself; null: it will not. */
  nextAt: Date | null
}

/** How things stand: members by userid in lower case, and how many each was added today. */
export interface Now {
  members: ReadonlyMap<string, Member>
  adds: ReadonlyMap<string, number>
  at: Date
}

/**
 * Who stands behind a code at a moment. First choice: the people of the slots that cover it, or, outside all slots, the code's
 * own; without those who are away or have had their day's adds. Then the backup. Then the code's own whatever the limits, and
 * even if away: WeCom takes no empty list, and a customer in front of a dead code is the worst of all.
 */
export function dutyAt(code: { staff: readonly string[]; plan: CodePlan }, calendar: Calendar, now: Now): Duty {
  const { staff, plan } = code
  const tables = (plan.slots ?? []).map((slot) => ({ slot, table: calendar.timetable([slot]) }))
  const covering = tables.filter(({ table }) => table.covers(now.at))
  const first = covering.length > 0 ? distinct(covering.flatMap(({ slot }) => slot.staff)) : distinct(staff)
  const here = (userid: string) => now.members.get(userid.toLowerCase())?.here ?? true
  const present = (userid: string) => here(userid) && !isAway(now, userid)
  const free = first.filter((userid) => present(userid) && !hasEnough(plan, now, userid))
  const choices: [Duty['why'], string[]][] = [
    [covering.length > 0 ? 'slot' : 'staff', free],
    ['backup', distinct(plan.backup ?? []).filter(present)],
    ['default', distinct(staff).filter(present)],
    ['default', distinct(staff).filter(here)],
  ]
  const [why, userids] = choices.find(([, people]) => people.length > 0) ?? ['nobody' as const, []]
  return { userids, why, nextAt: nextChange(code, calendar, now, tables) }
}

const isAway = ({ members, at }: Now, userid: string): boolean => {
  const until = members.get(userid.toLowerCase())?.absentUntil
  return until !== null && until !== undefined && until > at
}

const hasEnough = (plan: CodePlan, { adds }: Now, userid: string): boolean => {
  const limit = limitOf(plan, userid)
  return limit !== null && (adds.get(userid.toLowerCase()) ?? 0) >= limit
}

function nextChange(
  { staff, plan }: { staff: readonly string[]; plan: CodePlan },
  calendar: Calendar,
  now: Now,
  tables: readonly { table: { changesAfter(at: Date): Date | null } }[],
): Date | null {
  const moments = tables.map(({ table }) => table.changesAfter(now.at))
  const named = peopleOf(staff, plan)
  for (const userid of named) if (isAway(now, userid)) moments.push(absenceEnd(now, userid))
  // At midnight everybody may take customers again.
  if (named.some((userid) => hasEnough(plan, now, userid)))
    moments.push(calendar.timetable('always').changesAfter(now.at))
  const soonest = moments.flatMap((moment) => (moment ? [moment.getTime()] : []))
  return soonest.length > 0 ? new Date(Math.min(...soonest)) : null
}

const absenceEnd = ({ members }: Now, userid: string): Date | null =>
  members.get(userid.toLowerCase())?.absentUntil ?? null
