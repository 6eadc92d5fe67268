import { type Judgement, judge } from '../cadence/guard.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Reached } from './channel.ts'
import type { LeadFacts } from './facts.ts'
import type { Purpose } from './row.ts'

/** What the guard is asked about one message. */
export interface Question {
  purpose: Purpose
  personal: boolean
  /** When it would leave. */
  at: Date
  lead: Pick<LeadFacts, 'marketing' | 'pausedUntil' | 'sends' | 'accountSends'> | null
  reached: Reached
  seenBefore: boolean
  text: string
  priority: number
  /** A notice about somebody who asked for us. */
  urgent: boolean
}

const sameSlotMs = 86_400_000

/** Asks the cadence guard with the rules in force. */
export function standing({ playbook, calendar }: Rules, question: Question): Judgement {
  const { purpose, personal, at, lead, reached, seenBefore, text, priority, urgent } = question
  const sends = lead?.sends ?? []
  return judge({
    // What a member asked the machine for is an answer, not a notice that could wake him.
    purpose: purpose === 'notice' && personal ? 'answer' : purpose,
    personal,
    at,
    marketing: lead?.marketing ?? 'default',
    consentDefault: playbook.consent.default,
    pausedUntil: lead?.pausedUntil,
    reachable: reached.ok,
    notReachableWhy: reached.ok ? undefined : reached.why,
    seenBefore,
    text,
    redLine: playbook.redLine,
    calendar,
    urgent,
    sentToPerson: sends.map((send) => send.at),
    sentToAccount: (lead?.accountSends ?? []).map((send) => send.at),
    caps: playbook.caps,
    priority,
    competing: sends.filter(
      (send) => send.state === 'planned' && Math.abs(send.at.getTime() - at.getTime()) < sameSlotMs,
    ),
  })
}

/** What somebody who is put off until then waits for: the clock, or a slot among the messages he may get. */
export function waitKind(
  { calendar }: Rules,
  { reason, until }: { reason: { id: string }; until: Date | null },
  at: Date,
): 'time' | 'slot' {
  if (reason.id !== 'quiet_hours') return 'slot'
  // The guard names a moment at which every rule holds; a later one than the end of the quiet is a slot's.
  const ends = [calendar.quietEnds(at), calendar.noticeQuietEnds(at), calendar.noticeQuietEnds(at, true)]
  return ends.some((end) => end?.getTime() === until?.getTime()) ? 'time' : 'slot'
}
