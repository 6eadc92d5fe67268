import type { DayWord } from '../playbook/hours-schema.ts'

/** A span of the week in the business's time zone; one whose end lies before its start ends on the next day. */
export interface WeekSpan {
  days: DayWord | DayWord[]
  from: string
  to: string
}

/** Who stands behind a code in a span. */
export interface Slot extends WeekSpan {
  staff: string[]
}

/** What whoever comes in a span is greeted with. */
export interface Greeting extends WeekSpan {
  text: string
}

/** What a code does beside naming its people. As it lies in `live_codes.plan`; what is missing was never said. */
export interface CodePlan {
  /** Several that cover one moment stand behind the code together; where none does, the code's own people. */
  slots?: Slot[]
  /** Most adds of one member in a business day. */
  limit?: number | null
  /** The same for single members, by userid. */
  limits?: Record<string, number>
  /** Who steps in when nobody of the slot is left; limits do not hold for them. */
  backup?: string[]
  /** The first that covers the moment speaks; else the code's own words; else the house's. */
  greetings?: Greeting[]
  /** Pattern of the remark, see `remark.ts`. */
  remark?: string | null
  description?: string | null
  /** Members confirm each request by hand. */
  verify?: boolean
  /**
   * Contact ways: customers of one other company go to one member (`is_exclusive`). Links: whoever knows one of us is led to
   * him (`priority_type` 1).
   */
  sameStaff?: boolean
}

/** Everybody a code names, spelled as first seen, in order. */
export function peopleOf(staff: readonly string[], plan: CodePlan): string[] {
  const named = [...staff, ...(plan.slots ?? []).flatMap((slot) => slot.staff), ...(plan.backup ?? [])]
  return distinct(named)
}

/** Userids are compared without case. */
export const distinct = (userids: readonly string[]): string[] =>
  [...new Map([...userids].reverse().map((userid) => [userid.toLowerCase(), userid])).values()].sort()

/** Most adds of a member in a day; null: no limit. */
export function limitOf({ limit = null, limits = {} }: CodePlan, userid: string): number | null {
  const own = Object.entries(limits).find(([name]) => name.toLowerCase() === userid.toLowerCase())
  return own ? own[1] : limit
}
