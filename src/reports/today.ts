import type { House } from '../house.ts'
import type { Within } from '../leads/list.ts'
import { binding } from './ask.ts'

/** What waits for a person now: how much of what. */
export const chores = [
  'review-late',
  'review-waiting',
  'contact-late',
  'offer-open',
  'send-unconfirmed',
  'message-unknown',
  'message-failed',
  'event-failed',
] as const
export type Chore = (typeof chores)[number]

const lately = 7 * 86_400_000

/** What needs a human today; what needs nobody is not in it. */
export async function readToday(house: House, within: Within): Promise<{ chore: Chore; count: number }[]> {
  const bound = binding()
  const now = `${bound.bind(house.clock.now())}::timestamptz`
  const since = `${bound.bind(new Date(house.clock.now().getTime() - lately))}::timestamptz`
  const mine = `JOIN leads l ON l.id = x.lead_id AND ${bound.within(within)}`
  const counts: Record<Chore, string> = {
    'review-late': `SELECT count(*) FROM review_queue x ${mine} WHERE x.due_at < ${now}`,
    'review-waiting': `SELECT count(*) FROM review_queue x ${mine} WHERE x.due_at >= ${now}`,
    'contact-late': `SELECT count(*) FROM offers x ${mine} WHERE x.state = 'accepted' AND x.first_contact_at IS NULL AND x.first_contact_due < ${now}`,
    'offer-open': `SELECT count(*) FROM offers x ${mine} WHERE x.state = 'open'`,
    'send-unconfirmed': `SELECT count(*) FROM messages x ${mine} WHERE x.state = 'waiting'`,
    'message-unknown': `SELECT count(*) FROM messages x ${mine} WHERE x.state = 'unknown' AND x.created_at >= ${since}`,
    'message-failed': `SELECT count(*) FROM messages x ${mine} WHERE x.state = 'failed' AND x.created_at >= ${since}`,
    'event-failed': `SELECT count(*) FROM inbox x WHERE x.state = 'failed'`,
  }
  const [row] = await house.db.query<Record<Chore, number>>(
    `SELECT ${chores.map((chore) => `(${counts[chore]}) AS "${chore}"`).join(', ')}`,
    bound.values,
  )
  return chores.map((chore) => ({ chore, count: row?.[chore] ?? 0 })).filter(({ count }) => count > 0)
}
