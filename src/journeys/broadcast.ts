import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { plan } from '../messages/plan.ts'
import { type Enrolled, enrol } from './enrol.ts'
import { saveJourney } from './library.ts'
import type { Journey, Send } from './schema.ts'

export interface Broadcast {
  name?: string | undefined
  leadIds: readonly string[]
  send: Send
  /** Not before; who is meant is settled now, whether he may still be written to when it goes. */
  at?: Date | undefined
}

const atOnce = 2_000
const furthestMs = 90 * 86_400_000

/** One step, begun by hand: what is said to many at once. */
export const isBroadcast = ({ trigger, steps }: Pick<Journey, 'trigger' | 'steps'>): boolean =>
  steps.length === 1 && 'manual' in trigger && steps.every((step) => 'send' in step)

/**
 * One send to many: a journey of one step, so that caps, quiet hours, opt-outs and "once" hold as everywhere, and what became of
 * it is seen in the same place.
 * @throws Refused 422 journey_invalid | too_far_ahead
 */
export async function broadcast(
  house: House,
  { name, leadIds, send, at }: Broadcast,
  by: string,
): Promise<{ journey: string; answers: Enrolled[] }> {
  if (at && at.getTime() > house.clock.now().getTime() + furthestMs) {
    const message = '最远定到 90 天以后'
    throw new Refused(422, 'too_far_ahead', message, [{ field: 'at', message }])
  }
  const id = `broadcast-${newId(house.clock)}`
  const { calendar } = await house.playbook.current()
  const title = name ?? `群发 · ${calendar.say(house.clock.now())}`
  await saveJourney(house, { id, name: title, trigger: { manual: true }, steps: [{ name: '发送', send }] }, by)
  const answers: Enrolled[] = []
  for (let from = 0; from < leadIds.length; from += atOnce) {
    const some = leadIds.slice(from, from + atOnce).map((leadId) => ({
      ...{ journey: id, leadId, by, chosen: true },
      notBefore: at,
    }))
    answers.push(...(await tryTransaction(house.db, (tx) => enrol(tx, house, some))))
  }
  return { journey: id, answers }
}

/**
 * Sends the piece to a member of staff, as his app shows it, so that somebody has read it before customers do.
 * @throws Refused 404 staff_unknown | content_unknown, 409 with the guard's reason
 */
export async function testSend(house: House, contentId: string, userid: string, by: string): Promise<string> {
  const key = `broadcast-test:${newId(house.clock)}`
  const row = await tryTransaction(house.db, async (tx) => {
    const [member] = await tx.query<{ userid: string }>(
      'SELECT userid FROM staff WHERE lower(userid) = lower($1) AND active',
      [userid],
    )
    if (!member) throw new Refused(404, 'staff_unknown', '没有这位成员，或者已经停用')
    const recipient = member.userid
    return plan(tx, house, { key, leadId: null, purpose: 'notice', contentId, recipient, by, personal: true })
  })
  if (row.state === 'refused' && row.reason) throw new Refused(409, row.reason.id, row.reason.message)
  return row.id
}
