import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { plan } from '../messages/plan.ts'
import type { Visit } from './behaviours.ts'

/** "He is reading" is of no use when he has left. */
const readingFor = '10m'

/** Tells the colleague that his customer is reading now, and for the how manieth time; as often as the playbook allows. */
export async function tellReading(
  tx: Transaction,
  house: House,
  visit: Visit,
  leadId: string,
  sender: string | null,
): Promise<void> {
  if (!(await isDue(tx, house, leadId, 'reading'))) return
  const [count] = await tx.query<{ times: number }>(
    'SELECT count(*)::int AS times FROM visits WHERE content_id = $2 AND lead_id IN (SELECT lead_family($1))',
    [leadId, visit.contentId],
  )
  await tell(tx, house, visit, { leadId, sender, words: 'reading-now', within: readingFor, times: count?.times ?? 1 })
}

/** Tells the colleague that his customer passed a piece on, where the playbook calls that news. */
export async function tellForward(
  tx: Transaction,
  house: House,
  visit: Visit,
  leadId: string,
  sender: string | null,
): Promise<void> {
  const { playbook } = await house.playbook.current()
  if (!playbook.score.events[playbook.pages.events.forward]?.alert) return
  if (await isDue(tx, house, leadId, 'forward'))
    await tell(tx, house, visit, { leadId, sender, words: 'forwarded', within: '2d', times: 1 })
}

/** Takes the turn when there is one. */
async function isDue(tx: Transaction, house: House, leadId: string, kind: string): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const rows = await tx.query(
    `INSERT INTO reading_alerts AS a (lead_id, kind, at) VALUES ($1, $2, $3)
     ON CONFLICT (lead_id, kind) DO UPDATE SET at = excluded.at WHERE a.at <= $4 RETURNING 1`,
    [leadId, kind, now, new Date(now.getTime() - milliseconds(playbook.alerts.reading.every))],
  )
  return rows.length > 0
}

/** To the owner; else to whoever sent the link; else to whoever last became the customer's friend. */
async function tell(
  tx: Transaction,
  house: House,
  visit: Visit,
  news: { leadId: string; sender: string | null; words: string; within: string; times: number },
): Promise<void> {
  const { leadId, words, within, times } = news
  const [row] = await tx.query<{ userid: string; title: string }>(
    `SELECT s.userid, c.title FROM leads l
     CROSS JOIN LATERAL (SELECT title FROM content WHERE id = $2 ORDER BY current DESC, version DESC LIMIT 1) c
     JOIN staff s ON s.active AND lower(s.userid) = lower(coalesce(l.owner, $3, (SELECT f.userid FROM follows f
       WHERE f.lead_id IN (SELECT lead_family(l.id)) AND f.state = 'full' ORDER BY f.started_at DESC LIMIT 1)))
     WHERE l.id = $1`,
    [leadId, visit.contentId, news.sender],
  )
  if (!row) return
  await plan(tx, house, {
    key: `visit:${visit.id}:${words}`,
    leadId,
    purpose: 'notice',
    recipient: row.userid,
    words,
    variables: { content: { title: row.title }, times },
    within,
    by: 'system',
  })
}
