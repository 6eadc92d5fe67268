import type { House } from '../house.ts'
import { cancelPlanned } from '../messages/cancel.ts'
import { type Ending, endEnrolments } from './end.ts'
import { findJourney } from './library.ts'
import { setPaused } from './read.ts'

const atOnce = 2_000
const mostAtOnce = 20_000

export interface Stopped {
  /** Whose way was ended. */
  ended: number
  /** Messages that were taken back before they went. */
  withdrawn: number
  /** There is more for another call. */
  more: boolean
}

/**
 * Ends a journey for everybody: nobody enters any more, whoever is in it leaves, and what it planned and has not sent is taken
 * back. Called again it goes on where it was.
 * @throws Refused 404 journey_unknown
 */
export async function stopJourney(house: House, journey: string, by: string): Promise<Stopped> {
  await findJourney(house.db, journey)
  await setPaused(house, journey, true, by)
  const ended = await repeat(() => endSome(house, journey))
  const withdrawn = await repeat(() => withdrawSome(house, journey))
  return { ended: ended.done, withdrawn: withdrawn.done, more: ended.more || withdrawn.more }
}

async function repeat(some: () => Promise<number>): Promise<{ done: number; more: boolean }> {
  let done = 0
  for (let count = atOnce; count === atOnce && done < mostAtOnce; done += count) count = await some()
  return { done, more: done >= mostAtOnce }
}

const endSome = (house: House, journey: string): Promise<number> =>
  house.db.transaction(async (tx) => {
    const held = await tx.query<{ id: string; leadId: string }>(
      `SELECT id, lead_id AS "leadId" FROM enrolments WHERE journey = $1 AND ended_at IS NULL ORDER BY lead_id, id LIMIT ${atOnce} FOR UPDATE`,
      [journey],
    )
    const endings = held.map((row): Ending => ({ ...row, journey, state: 'cancelled', why: 'stopped', cut: false }))
    await endEnrolments(tx, house, endings)
    return held.length
  })

/** Also of those whose way was over already: a broadcast's is as soon as its message is planned. */
const withdrawSome = (house: House, journey: string): Promise<number> =>
  house.db.transaction(async (tx) => {
    const planned = await tx.query<{ id: string }>(
      `SELECT m.id FROM enrolments e JOIN enrolment_steps s ON s.enrolment = e.id JOIN messages m ON m.id = s.message_id
       WHERE e.journey = $1 AND m.state IN ('planned', 'waiting') AND m.held IS NULL ORDER BY m.id LIMIT ${atOnce}`,
      [journey],
    )
    const ids = planned.map(({ id }) => id)
    await cancelPlanned(tx, house, ids, '旅程已停下')
    return ids.length
  })
