import { createHash } from 'node:crypto'
import { milliseconds } from '../clock.ts'
import { type Condition, type ConditionFacts, questionOf } from '../playbook/condition.ts'
import type { Calendar } from '../playbook/hours.ts'
import { conditionsOf } from './check.ts'
import { stepAfter, stepAt, stepBelow } from './path.ts'
import type { Journey, Offset, Trigger, Wait } from './schema.ts'

/** What a journey may know of a lead at one moment. */
export interface JourneyFacts {
  fields: Readonly<Record<string, unknown>>
  tags: readonly { group: string; name: string }[]
  /** When each event happened, in milliseconds, oldest first. */
  events: ReadonlyMap<string, readonly number[]>
  stage: string
  desk: string
  /** By whose clock he lives; null: the house's own. */
  timeZone: string | null
  /** It is an alias now: another lead speaks for the person. */
  merged: boolean
  optedOut: boolean
  /** An MDR holds it now. */
  claimed: boolean
  /** When an MDR last judged it, unless he took it back. */
  judgedAt: Date | null
}

export interface Place {
  /** The enrolment's id: decides which way a split goes. */
  id: string
  step: string
  /** At a wait: since when; null: not begun. */
  since: Date | null
}

/** Where an enrolment stands after everything was done that does nothing outside of it. */
export type Stop =
  | { kind: 'wait'; step: string; since: Date; dueAt: Date; awaits: string | null }
  /** The step does something; whoever does it goes on behind it. */
  | { kind: 'act'; step: string }
  | { kind: 'end'; state: 'done' | 'exited'; why: string }

export interface Walk {
  /** Steps that are over, each with what came of it. */
  trail: { step: string; outcome: string }[]
  stop: Stop
}

type Hours = Pick<Calendar, 'dayOf' | 'dayStart' | 'timeOn'>
/** The same hours on the clock of a place; null: the house's own. */
type HoursIn = (timeZone: string | null) => Hours

/** Goes on from a place until something must be done, waited for, or nothing is left. */
export function walk(journey: Journey, place: Place, facts: JourneyFacts, now: Date, hoursIn: HoursIn): Walk {
  const trail: Walk['trail'] = []
  let path: string | null = place.step
  let since = place.since
  while (path !== null) {
    const step = stepAt(journey, path)
    // A place the journey does not have is nowhere to go on from.
    if (!step) return { trail, stop: { kind: 'end', state: 'exited', why: 'lost' } }
    if ('exit' in step) {
      trail.push({ step: path, outcome: 'exit' })
      return { trail, stop: { kind: 'end', state: 'exited', why: step.exit === true ? 'exit' : step.exit } }
    }
    if ('wait' in step) {
      const began: Date = since ?? now
      since = null
      const outcome = waitOver(step.wait, began, facts, now, hoursIn)
      if (typeof outcome !== 'string') {
        const awaits = typeof step.wait === 'object' && 'event' in step.wait ? step.wait.event : null
        return { trail, stop: { kind: 'wait', step: path, since: began, dueAt: outcome, awaits } }
      }
      trail.push({ step: path, outcome })
      path = stepAfter(journey, path)
    } else if ('branch' in step) {
      const way = wayOf(step.branch, place.id, path, facts, now)
      trail.push({ step: path, outcome: way })
      path = stepBelow(journey, path, way) ?? stepAfter(journey, path)
    } else return { trail, stop: { kind: 'act', step: path } }
  }
  return { trail, stop: { kind: 'end', state: 'done', why: 'finished' } }
}

export interface Fate {
  state: 'goal' | 'exited' | 'cancelled'
  /** merged goal opted_out taken left left_segment exits */
  why: string
}

/**
 * Whether an enrolment must end now, whatever it waits for: asked before every step.
 * @param left segments the lead has just left
 */
export function fateOf(
  journey: Journey,
  enteredAt: Date,
  facts: JourneyFacts,
  now: Date,
  left: ReadonlySet<string> = new Set(),
): Fate | null {
  if (facts.merged) return { state: 'cancelled', why: 'merged' }
  const sinceEntry = asked(facts, now, enteredAt)
  if (journey.goal && questionOf(journey.goal)(sinceEntry)) return { state: 'goal', why: 'goal' }
  if (facts.optedOut) return { state: 'cancelled', why: 'opted_out' }
  if (facts.claimed || (facts.judgedAt !== null && facts.judgedAt > enteredAt))
    return { state: 'cancelled', why: 'taken' }
  if (!standsAt(journey.trigger, facts)) return { state: 'cancelled', why: 'left' }
  if (journey.exits.some((exit) => 'leftSegment' in exit && left.has(exit.leftSegment)))
    return { state: 'exited', why: 'left_segment' }
  if (conditionsOf(journey.exits).some((condition) => questionOf(condition)(sinceEntry)))
    return { state: 'exited', why: 'exits' }
  return null
}

/** Whether a lead stands where the journey is for; one that does not begin at a stage or desk is for every place. */
export function standsAt(trigger: Trigger, { stage, desk }: Pick<JourneyFacts, 'stage' | 'desk'>): boolean {
  if ('stage' in trigger && trigger.stage !== undefined && trigger.stage !== stage) return false
  return !('desk' in trigger) || trigger.desk === undefined || trigger.desk === desk
}

/** Whether a condition of the journey's holds. Without `since`, events of any time count. */
export const holds = (condition: Condition, facts: JourneyFacts, now: Date): boolean =>
  questionOf(condition)(asked(facts, now, null))

function asked(facts: JourneyFacts, now: Date, since: Date | null): ConditionFacts {
  return {
    get fields() {
      return facts.fields
    },
    tags: facts.tags,
    eventCount(type, withinMs) {
      const from = Math.max(
        withinMs === undefined ? Number.NEGATIVE_INFINITY : now.getTime() - withinMs,
        since?.getTime() ?? Number.NEGATIVE_INFINITY,
      )
      return (facts.events.get(type) ?? []).filter((at) => at > from && at <= now.getTime()).length
    },
  }
}

/** What came of a wait, or when it will be over. */
function waitOver(wait: Wait, began: Date, facts: JourneyFacts, now: Date, hoursIn: HoursIn): string | Date {
  if (typeof wait === 'object' && 'event' in wait) {
    const until = new Date(began.getTime() + milliseconds(wait.timeout))
    const came = (facts.events.get(wait.event) ?? []).some((at) => at > began.getTime() && at <= now.getTime())
    return came ? 'event' : now >= until ? 'timeout' : until
  }
  const until = waitEnds(wait, began, facts, hoursIn)
  return until === null ? 'no_date' : now >= until ? 'waited' : until
}

function waitEnds(
  wait: Exclude<Wait, { event: string }>,
  began: Date,
  facts: JourneyFacts,
  hoursIn: HoursIn,
): Date | null {
  if (typeof wait === 'string') return new Date(began.getTime() + milliseconds(wait))
  const calendar = hoursIn(facts.timeZone)
  if ('until' in wait) {
    const today = calendar.dayOf(began)
    const at = calendar.timeOn(today, minutesOf(wait.until))
    return at > began ? at : calendar.timeOn(dayAway(today, 1), minutesOf(wait.until))
  }
  return momentOf(wait, facts.fields[wait.date], calendar)
}

/** A date with its offset in whole days, at its time of the business day; null where there is no date. */
export function momentOf(rule: Offset & { at: string }, value: unknown, calendar: Hours): Date | null {
  const day = dayIn(value, calendar)
  return day === null ? null : calendar.timeOn(dayAway(day, daysOf(rule)), minutesOf(rule.at))
}

/** How many days after (negative: before) its date a rule is meant. */
export function daysOf({ before, after }: Offset): number {
  const days = Math.round(milliseconds(before ?? after ?? '0s') / dayMs)
  return before === undefined ? days : -days
}

/** A business day some days away. */
export const dayAway = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)

const dayMs = 86_400_000

/** The business day a field names: a moment's, or the day that is written. */
function dayIn(value: unknown, calendar: Hours): string | null {
  if (value instanceof Date) return calendar.dayOf(value)
  if (typeof value !== 'string') return null
  const written = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)/.exec(value)
  if (written) {
    const day = [written[1], ...written.slice(2, 4).map((part) => String(part).padStart(2, '0'))].join('-')
    const at = new Date(`${day}T00:00:00Z`)
    if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day) return null
    const moment = /T\d/.test(value) ? new Date(value) : null
    return moment && !Number.isNaN(moment.getTime()) ? calendar.dayOf(moment) : day
  }
  return null
}

export function minutesOf(clock: string): number {
  const [hour = '0', minute = '0'] = clock.split(':')
  return Number(hour) * 60 + Number(minute)
}

function wayOf(
  branch: Extract<Journey['steps'][number], { branch: unknown }>['branch'],
  id: string,
  path: string,
  facts: JourneyFacts,
  now: Date,
): string {
  if ('if' in branch) return holds(branch.if, facts, now) ? 'then' : 'else'
  // The same enrolment always goes the same way; many go as the shares say.
  let rest = createHash('sha256').update(`${id}\0${path}`).digest().readUInt32BE(0) % 100
  const index = branch.split.findIndex(({ share }) => {
    rest -= share
    return rest < 0
  })
  return String(index)
}
