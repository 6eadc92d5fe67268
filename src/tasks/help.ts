import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { leadPage } from '../leads/lead-page.ts'
import { lockLead } from '../leads/lock.ts'
import { idFrom, record } from '../leads/record.ts'
import { plan } from '../messages/plan.ts'
import { templateCard } from '../skills/card.ts'
import { addTask, changeTask, readTask } from './tasks.ts'

/** A question to a colleague is a task of his, with this source; an open one lets him see the lead. */
export const helpSource = 'help'

/** How long he has before he is reminded. */
const answerMs = 4 * 3_600_000

/**
 * Asks a colleague for help with a lead: absent a name, the manager. He gets a card with what there is to know, and his answer
 * comes back as a notice and as a note on the lead.
 * @throws Refused 404 lead_unknown, 422 helper_unknown
 */
export async function askHelp(
  tx: Transaction,
  house: House,
  { leadId, of, text, by }: { leadId: string; of?: string | undefined; text: string; by: string },
): Promise<string> {
  const lead = await lockLead(tx, leadId)
  const { playbook, calendar } = await house.playbook.current()
  const helper = await findHelper(tx, by, of, playbook.routing.fallback)
  const key = newId(house.clock)
  const id = await addTask(tx, house, {
    key: `help:${key}`,
    leadId: lead.id,
    owner: helper,
    text,
    dueAt: calendar.addWorking(house.clock.now(), answerMs),
    source: helpSource,
    by,
  })
  const [asker] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [by])
  const [owner] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [lead.owner])
  const url = leadPage(house, lead.id, 'help')
  await plan(tx, house, {
    key: `help:${id}`,
    leadId: lead.id,
    purpose: 'notice',
    words: 'help-asked',
    recipient: helper,
    urgent: true,
    card: templateCard({
      title: `${asker?.name || by} 请您帮忙`,
      about: [lead.name, lead.company].filter(Boolean).join(' · '),
      rows: [
        ['想问', text],
        ['阶段', playbook.stages[lead.stage]?.name ?? lead.stage],
        ['负责人', owner?.name || lead.owner || '还没有'],
      ],
      links: [['去回复', url]],
      url,
    }),
    variables: { reason: text, rep: { name: asker?.name || by } },
    by,
  })
  await record(tx, [
    {
      leadId: lead.id,
      at: house.clock.now(),
      kind: 'help',
      actor: by,
      key: `asked\0${id}`,
      data: { task: id, of: helper },
    },
  ])
  return id
}

/** The colleague's answer; answering twice is answering once. @throws Refused 404, 403 not_asked, 409 help_answered */
export async function answerHelp(
  tx: Transaction,
  house: House,
  { taskId, text, by }: { taskId: string; text: string; by: string },
): Promise<void> {
  const seen = await readTask(tx, taskId)
  if (!seen?.leadId || seen.source !== helpSource) throw new Refused(404, 'help_unknown', '没有这次求助')
  const lead = await lockLead(tx, seen.leadId)
  const task = await readTask(tx, taskId)
  if (task?.owner?.toLowerCase() !== by.toLowerCase()) throw new Refused(403, 'not_asked', '这次求助问的是别人')
  if (task.state !== 'open') throw new Refused(409, 'help_answered', '这次求助已经回复过了')
  const now = house.clock.now()
  await changeTask(tx, house, taskId, { to: 'done' }, by)
  const note = idFrom(`help\0${taskId}`)
  await tx.query("INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, 'note', $5)", [
    note,
    lead.id,
    by,
    now,
    `回复求助「${task.text}」：${text}`,
  ])
  await record(tx, [{ leadId: lead.id, at: now, kind: 'note', actor: by, key: note, data: { note, task: taskId } }])
  const [helper] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [by])
  await plan(tx, house, {
    key: `help-answered:${taskId}`,
    leadId: lead.id,
    purpose: 'notice',
    words: 'help-answered',
    recipient: task.createdBy,
    urgent: true,
    variables: { reason: text, text: task.text, rep: { name: helper?.name || by } },
    by,
  })
}

async function findHelper(tx: Transaction, by: string, of: string | undefined, fallback: string): Promise<string> {
  const [helper] = await tx.query<{ userid: string }>(
    of === undefined
      ? `SELECT h.userid FROM staff h LEFT JOIN staff s ON lower(s.userid) = lower($1)
         WHERE h.active AND h.in_scope AND lower(h.userid) <> lower($1) AND (lower(h.userid) = lower(s.manager) OR $2 = ANY(h.roles))
         ORDER BY lower(h.userid) = lower(s.manager) DESC NULLS LAST, h.userid LIMIT 1`
      : 'SELECT userid FROM staff WHERE lower(userid) = lower($2) AND lower(userid) <> lower($1) AND active AND in_scope',
    [by, of ?? fallback],
  )
  if (!helper)
    throw new Refused(422, 'helper_unknown', of ? '这位同事不在岗，请换一位' : '还没有主管可以问，请指定一位同事', [
      { field: 'of', message: '请选一位在岗的同事' },
    ])
  return helper.userid
}
