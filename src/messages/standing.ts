import { type Judgement, judge } from '../cadence/guard.ts'
import { crossedRules } from '../cadence/red-line.ts'
import { timeZoneOf } from '../cadence/time-zone.ts'
import { milliseconds } from '../clock.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Reached } from './channel.ts'
import type { LeadFacts } from './facts.ts'
import type { Purpose } from './row.ts'

type Known = Pick<LeadFacts, 'marketing' | 'pausedUntil' | 'sends' | 'accountSends'> &
  Partial<Pick<LeadFacts, 'region' | 'timeZone' | 'stageAt' | 'conditions'>>

/** What the guard is asked about one message. */
export interface Question {
  purpose: Purpose
  personal: boolean
  /** A member of ours sends it by his own hand, now. */
  byHand?: boolean | undefined
  /** When it would leave. */
  at: Date
  lead: Known | null
  channel: string
  reached: Reached
  seenBefore: boolean
  text: string
  priority: number
  /** A notice about somebody who asked for us. */
  urgent: boolean
  /** Red-line rules a manager has said yes to. */
  approved?: readonly string[] | undefined
}

/** Asks the cadence guard with the rules in force. */
export function standing(rules: Rules, question: Question): Judgement {
  const { playbook } = rules
  const { purpose, personal, at, lead, channel, reached, seenBefore, text, priority, urgent, approved } = question
  const sends = lead?.sends ?? []
  return judge({
    // What a member asked the machine for is an answer, not a notice that could wake him.
    purpose: purpose === 'notice' && personal ? 'answer' : purpose,
    personal,
    byHand: question.byHand,
    at,
    marketing: lead?.marketing ?? 'default',
    consentDefault: playbook.consent.default,
    pausedUntil: lead?.pausedUntil,
    reachable: reached.ok,
    notReachableWhy: reached.ok ? undefined : reached.why,
    seenBefore,
    text,
    redLine: playbook.redLine,
    crossed:
      lead?.conditions && lead.stageAt
        ? crossedRules(playbook.redLineRules, { purpose, text, at, stageAt: lead.stageAt, lead: lead.conditions })
        : [],
    approved,
    calendar: calendarOf(rules, purpose, lead),
    urgent,
    sentToPerson: sends.filter((send) => send.purpose === 'marketing'),
    sentToAccount: lead?.accountSends ?? [],
    caps: playbook.caps,
    channel,
    priority,
    competing: sends.filter((send) => send.state === 'planned'),
    slotMs: milliseconds(playbook.caps.slot),
  })
}

/** Customers live by their own clock, staff by the house's. */
function calendarOf({ playbook, calendar, calendarIn }: Rules, purpose: Purpose, lead: Known | null): Calendar {
  if (purpose === 'notice' || lead === null) return calendar
  return calendarIn(timeZoneOf({ timeZone: lead.timeZone, region: lead.region ?? null }, playbook.timeZones))
}

/** What somebody who is put off until then waits for: the clock, or a slot among the messages he may get. */
export function waitKind(
  rules: Rules,
  { reason, until }: { reason: { id: string }; until: Date | null },
  { purpose, lead, at }: Pick<Question, 'purpose' | 'lead' | 'at'>,
): 'time' | 'slot' {
  if (reason.id !== 'quiet_hours') return 'slot'
  // The guard names a moment at which every rule holds; a later one than the end of the quiet is a slot's.
  const calendar = calendarOf(rules, purpose, lead)
  const ends = [calendar.quietEnds(at), calendar.noticeQuietEnds(at), calendar.noticeQuietEnds(at, true)]
  return ends.some((end) => end?.getTime() === until?.getTime()) ? 'time' : 'slot'
}
