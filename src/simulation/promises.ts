import { milliseconds } from '../clock.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Window } from './history.ts'

/** An offer as history keeps it. */
export interface RecordedOffer {
  userid: string
  at: Date
  due: Date
  state: 'open' | 'accepted' | 'declined' | 'lapsed' | 'cancelled'
  answeredAt: Date | null
  firstContactAt: Date | null
  /** Until when the first contact was owed; null: not at all, or no more. */
  firstContactDue: Date | null
}

/** How reps kept what the rules give them time for. */
export interface Promises {
  offers: number
  lateAnswers: number
  /** Offers that lapsed sooner than these rules let them: nobody knows whether he would still have answered. */
  unknownAnswers: number
  contacts: number
  lateContacts: number
}

export const noPromises = (): Promises => ({
  offers: 0,
  lateAnswers: 0,
  unknownAnswers: 0,
  contacts: 0,
  lateContacts: 0,
})

/** Adds the offers one lead saw in the window: made, answered and worked on as recorded, judged by these rules' times. Those taken back are nobody's failing. */
export function countPromises(
  kept: Promises,
  offers: readonly RecordedOffer[],
  { playbook: { sla }, calendar }: Pick<Rules, 'playbook' | 'calendar'>,
  { from, to }: Pick<Window, 'from' | 'to'>,
): void {
  for (const { at, state, answeredAt, firstContactAt, firstContactDue } of offers) {
    if (at < from || state === 'cancelled') continue
    kept.offers++
    const due = calendar.addWorking(at, milliseconds(sla.accept))
    const isAnswered = answeredAt !== null && state !== 'lapsed'
    if ((answeredAt ?? to) > due || (state === 'lapsed' && answeredAt && answeredAt >= due)) kept.lateAnswers++
    else if (state === 'lapsed') kept.unknownAnswers++
    if (!isAnswered || state !== 'accepted' || !(firstContactAt ?? firstContactDue)) continue
    kept.contacts++
    const contactDue = calendar.addWorking(answeredAt, milliseconds(sla.firstContact))
    // Whether he has been in touch is looked up when the recorded time is over, not before.
    const seen = firstContactAt ?? (firstContactDue && firstContactDue <= to ? to : null)
    if (seen && seen > contactDue) kept.lateContacts++
  }
}
