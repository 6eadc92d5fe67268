import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type OpenPromise, readOpenPromise } from '../promises/open.ts'
import { type TransferRow, transferColumns } from './row.ts'

/** What somebody has to know who takes a customer over. */
export interface HandOverBrief {
  /** The last time he changed hands; null: he never did. */
  transfer: TransferRow | null
  /** What colleagues wrote about him, newest first. */
  records: { by: string; at: Date; text: string }[]
  /** What was promised and is not done, as it falls due. */
  tasks: { id: string; text: string; owner: string | null; dueAt: Date | null }[]
  /** The answer he was promised and waits for. */
  promise: OpenPromise | null
  /** What is planned for him and waits for a hand. */
  todos: { id: string; title: string; userid: string }[]
  deal: {
    id: string
    name: string
    amount: number | null
    step: string
    nextStep: string | null
    nextAt: Date | null
  } | null
  /** The piece that went to him last, and whether he opened it. */
  sent: { title: string; at: Date; opened: boolean } | null
  /** The piece he read last. */
  read: { title: string; at: Date; depth: number } | null
}

const shown = 6

/** Put together anew each time: it says how things stand now, whatever happened since he changed hands. @throws Refused 404 */
export async function readHandOverBrief(sql: Sql, house: House, leadId: string): Promise<HandOverBrief> {
  const { playbook } = await house.playbook.current()
  const family = (await sql.query<{ id: string }>('SELECT lead_family($1) AS id', [leadId])).map(({ id }) => id)
  if (family.length === 0) throw new Refused(404, 'lead_unknown', '没有这条线索')
  const [transfer] = await sql.query<TransferRow>(
    `SELECT ${transferColumns('t')} FROM transfers t WHERE lead_id = ANY($1) AND takeover IS NOT NULL AND state IN ('wanted', 'asked', 'done')
     ORDER BY asked_at DESC, id DESC LIMIT 1`,
    [family],
  )
  const records = await sql.query<HandOverBrief['records'][number]>(
    `SELECT by, at, body AS text FROM notes WHERE lead_id = ANY($1) AND by <> 'system' ORDER BY at DESC, id DESC LIMIT ${shown}`,
    [family],
  )
  const tasks = await sql.query<HandOverBrief['tasks'][number]>(
    `SELECT id, text, owner, due_at AS "dueAt" FROM tasks WHERE lead_id = ANY($1) AND state = 'open' AND source <> 'help' ORDER BY due_at NULLS LAST, created_at LIMIT ${shown}`,
    [family],
  )
  const todos = await sql.query<HandOverBrief['todos'][number]>(
    `SELECT m.id, t.userid, coalesce(c.title, m.body ->> 'text') AS title FROM todos t JOIN messages m ON m.id = t.message_id
       LEFT JOIN content c ON c.id = m.content_id AND c.current
     WHERE m.lead_id = ANY($1) AND m.state = 'waiting' ORDER BY t.created_at LIMIT ${shown}`,
    [family],
  )
  const [deal] = await sql.query<NonNullable<HandOverBrief['deal']>>(
    `SELECT o.id, o.name, o.amount, o.step, o.next_step AS "nextStep", o.next_at AS "nextAt" FROM opportunities o
     WHERE o.state = 'open' AND (o.lead_id = ANY($1) OR EXISTS (SELECT 1 FROM opportunity_people p WHERE p.opportunity_id = o.id AND p.lead_id = ANY($1) AND p.tied))
     ORDER BY o.touched_at DESC LIMIT 1`,
    [family],
  )
  const [sent] = await sql.query<NonNullable<HandOverBrief['sent']>>(
    `SELECT coalesce(c.title, m.content_id) AS title, m.sent_at AS at,
       EXISTS (SELECT 1 FROM visits v WHERE v.lead_id = ANY($1) AND v.content_id = m.content_id AND v.opened_at >= m.sent_at) AS opened
     FROM messages m LEFT JOIN content c ON c.id = m.content_id AND c.version = m.content_version
     WHERE m.lead_id = ANY($1) AND m.state = 'sent' AND m.purpose = 'marketing' AND m.content_id IS NOT NULL ORDER BY m.sent_at DESC LIMIT 1`,
    [family],
  )
  const [read] = await sql.query<NonNullable<HandOverBrief['read']>>(
    `SELECT coalesce(c.title, v.content_id) AS title, v.opened_at AS at, v.depth FROM visits v
       LEFT JOIN content c ON c.id = v.content_id AND c.version = v.content_version
     WHERE v.lead_id = ANY($1) ORDER BY v.opened_at DESC LIMIT 1`,
    [family],
  )
  const stepName = playbook.accounts.opportunity.steps.find(({ id }) => id === deal?.step)?.name
  return {
    transfer: transfer ?? null,
    records,
    tasks,
    promise: await readOpenPromise(sql, leadId),
    todos,
    deal: deal ? { ...deal, step: stepName ?? deal.step } : null,
    sent: sent ?? null,
    read: read ?? null,
  }
}
