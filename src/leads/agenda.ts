import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'

/** One line of somebody's day: whom it is about, and by when. */
export interface AgendaLine {
  leadId: string
  name: string
  company: string | null
  /** When it is due, or when it happened. */
  at: Date
}

/** What waits for a member now, most pressing first; each list holds the first few. */
export interface Agenda {
  /** Offers that want his answer. */
  offers: AgendaLine[]
  /** Leads he has taken and not spoken to yet. */
  contacts: AgendaLine[]
  /** His leads nobody has followed up for longer than the playbook likes. */
  stale: AgendaLine[]
  /** His people who read something since yesterday, with the piece. */
  readers: (AgendaLine & { title: string })[]
  /** His tasks that are due by the end of today. */
  tasks: { text: string; leadId: string | null; name: string | null; at: Date }[]
  /** Messages that wait for him to send them in the chat. */
  todos: number
  /** Group sends he has not confirmed in WeCom. */
  groupSends: number
}

const shown = 5
const dayMs = 24 * 3_600_000
const readersMs = dayMs

/** @param userid as registered */
export async function readAgenda(
  { db, clock, playbook: keeper }: Pick<House, 'db' | 'clock' | 'playbook'>,
  userid: string,
): Promise<Agenda> {
  const now = clock.now()
  const { playbook, calendar } = await keeper.current()
  const tonight = new Date(calendar.dayStart(calendar.dayOf(now)).getTime() + dayMs)
  const late = new Date(now.getTime() - milliseconds(playbook.sla.followUp.remind))
  const lines = (at: string, from: string, values: unknown[]) =>
    db.query<AgendaLine>(
      `SELECT l.id AS "leadId", l.name, l.company, ${at} AS at ${from} ORDER BY ${at} LIMIT ${shown}`,
      values,
    )
  const [offers, contacts, stale, readers, tasks, [waiting]] = await Promise.all([
    lines('o.due_at', "FROM offers o JOIN leads l ON l.id = o.lead_id WHERE o.userid = $1 AND o.state = 'open'", [
      userid,
    ]),
    lines(
      'o.first_contact_due',
      `FROM offers o JOIN leads l ON l.id = o.lead_id WHERE o.userid = $1 AND o.state = 'accepted' AND o.first_contact_at IS NULL
         AND o.first_contact_due IS NOT NULL AND l.owner = o.userid AND o.offered_at >= l.stage_at`,
      [userid],
    ),
    lines(
      'f.touched_at',
      'FROM follow_ups f JOIN leads l ON l.id = f.lead_id WHERE l.owner = $1 AND f.touched_at <= $2',
      [userid, late],
    ),
    db.query<AgendaLine & { title: string }>(
      `SELECT * FROM (SELECT DISTINCT ON (l.id) l.id AS "leadId", l.name, l.company, v.opened_at AS at, coalesce(c.title, v.content_id) AS title
         FROM leads l JOIN visits v ON v.lead_id = l.id LEFT JOIN content c ON c.id = v.content_id AND c.version = v.content_version
         WHERE l.owner = $1 AND l.merged_into IS NULL AND v.opened_at > $2 ORDER BY l.id, v.opened_at DESC) last ORDER BY at DESC LIMIT ${shown}`,
      [userid, new Date(now.getTime() - readersMs)],
    ),
    db.query<Agenda['tasks'][number]>(
      `SELECT t.text, lead_root(t.lead_id) AS "leadId", l.name, t.due_at AS at FROM tasks t LEFT JOIN leads l ON l.id = lead_root(t.lead_id)
       WHERE t.owner = $1 AND t.state = 'open' AND t.due_at < $2 ORDER BY t.due_at LIMIT ${shown}`,
      [userid, tonight],
    ),
    db.query<{ groupSends: number; todos: number }>(
      `SELECT (SELECT count(*) FROM batches WHERE sender = $1 AND state = 'waiting') AS "groupSends",
         (SELECT count(*) FROM todos t JOIN messages m ON m.id = t.message_id AND m.state = 'waiting' AND m.batch_id IS NULL
          WHERE t.userid = $1 AND (t.snoozed_until IS NULL OR t.snoozed_until <= $2)) AS todos`,
      [userid, now],
    ),
  ])
  return { offers, contacts, stale, readers, tasks, groupSends: waiting?.groupSends ?? 0, todos: waiting?.todos ?? 0 }
}
