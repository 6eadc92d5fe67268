import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { plan } from '../messages/plan.ts'
import type { Visit } from './behaviours.ts'
import { type Reach, reachColumns, sayReach } from './reach.ts'

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
  await tell(tx, house, visit, { leadId, sender, words: 'reading-now', within: readingFor })
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
    await tell(tx, house, visit, { leadId, sender, words: 'forwarded', within: '2d' })
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
  news: { leadId: string; sender: string | null; words: string; within: string },
): Promise<void> {
  const { leadId, words, within } = news
  const [row] = await tx.query<{ userid: string; title: string }>(
    `SELECT s.userid, c.title FROM leads l
     CROSS JOIN LATERAL (SELECT title FROM content WHERE id = $2 ORDER BY current DESC, version DESC LIMIT 1) c
     JOIN staff s ON s.active AND lower(s.userid) = lower(coalesce(l.owner, $3, (SELECT f.userid FROM follows f
       WHERE f.lead_id IN (SELECT lead_family(l.id)) AND f.state = 'full' ORDER BY f.started_at DESC LIMIT 1)))
     WHERE l.id = $1`,
    [leadId, visit.contentId, news.sender],
  )
  if (!row) return
  const { times, ...reach } = await howFar(tx, visit, leadId)
  await plan(tx, house, {
    key: `visit:${visit.id}:${words}`,
    leadId,
    purpose: 'notice',
    recipient: row.userid,
    words,
    variables: { content: { title: row.title }, times, reached: sayReach(reach) || undefined },
    within,
    by: 'system',
  })
}

/** How often he opened the piece, and how far he came in the version he has before him. */
async function howFar(tx: Transaction, visit: Visit, leadId: string): Promise<Reach & { times: number }> {
  const [row] = await tx.query<Reach & { times: number }>(
    `SELECT count(*) OVER ()::int AS times, ${reachColumns}
     FROM visits v LEFT JOIN content c ON c.id = v.content_id AND c.version = v.content_version
     WHERE v.content_id = $2 AND v.lead_id IN (SELECT lead_family($1))
     ORDER BY v.content_version DESC, v.part DESC NULLS LAST LIMIT 1`,
    [leadId, visit.contentId],
  )
  return row ?? { times: 1, part: null, parts: null, unit: null }
}
