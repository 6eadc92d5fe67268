import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { touchFollowUp } from '../leads/follow-up.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { putTags } from '../leads/tags.ts'
import { tellRoles } from '../messages/tell.ts'
import { tickByRecord } from '../opportunities/work.ts'
import { addTask } from '../tasks/tasks.ts'
import { followUpForms, inWords, readAnswers, shownBy } from './forms.ts'

export interface NewFollowUp {
  /** A form of the house; left out: words of one's own. */
  form?: string | undefined
  fields?: Readonly<Record<string, unknown>> | undefined
  note?: string | undefined
  /** The next step: becomes a task of whoever writes, or of who is named. */
  next?: { text: string; at: Date; owner?: string | undefined } | undefined
  tasks?: readonly { text: string; at?: Date | undefined; owner?: string | undefined }[] | undefined
  tags?: readonly { group: string; name: string }[] | undefined
  /** Colleagues who shall read it. */
  mention?: readonly string[] | undefined
  at?: Date | undefined
}

export interface FollowUp {
  id: string
  leadId: string
  form: string | null
  fields: Record<string, unknown>
  text: string
  by: string
  at: string
  /** Items of the deal's checklist it ticked. */
  ticked: string[]
  tasks: string[]
}

/**
 * Keeps what somebody did about a lead, and does all that follows from it: the lead's age begins anew, what it shows is ticked
 * on his deal, the next step is a task, colleagues hear.
 * @throws Refused 404 lead_unknown, 422 form_unknown | invalid | staff_unknown
 */
export async function writeFollowUp(
  tx: Transaction,
  house: House,
  leadId: string,
  given: NewFollowUp,
  by: string,
): Promise<FollowUp> {
  const lead = await lockLead(tx, leadId)
  const now = house.clock.now()
  const at = given.at && given.at < now ? given.at : now
  const form = await formOf(given.form)
  const answers = form ? readAnswers(form, given.fields ?? {}) : {}
  const text = [form ? inWords(form, answers) : '', given.note?.trim() ?? ''].filter(Boolean).join('\n')
  if (text === '')
    throw new Refused(422, 'invalid', '跟进记录是空的', [{ field: 'note', message: '写一句话，或选一张表' }])
  const { calendar } = await house.playbook.current()
  const planned = form?.nextOn === undefined ? undefined : answers[form.nextOn]
  const next =
    given.next ??
    (form && typeof planned === 'string'
      ? { text: `${form.title}：${text.slice(0, 120)}`, at: calendar.dayStart(planned), owner: undefined }
      : undefined)
  const jobs = [...(next ? [next] : []), ...(given.tasks ?? [])]
  await knownStaff(tx, [...jobs.flatMap(({ owner }) => owner ?? []), ...(given.mention ?? [])])
  const id = newId(house.clock)
  const data = { form: form?.id ?? null, fields: answers, next: next ? { at: next.at.toISOString() } : null }
  await tx.query(
    `INSERT INTO notes (id, lead_id, by, at, kind, body, data) VALUES ($1, $2, $3, $4, 'follow-up', $5, $6)`,
    [id, lead.id, by, at, form ? `【${form.title}】${text}` : text, JSON.stringify(data)],
  )
  await record(tx, [
    { leadId: lead.id, at, kind: 'note', actor: by, key: id, data: { note: id, ...(form ? { form: form.id } : {}) } },
  ])
  await touchFollowUp(tx, lead.id, at)
  if (given.tags)
    await putTags(
      tx,
      house,
      given.tags.map((tag) => ({ leadId: lead.id, ...tag, by })),
    )
  const ticked = form
    ? await tickByRecord(tx, house, { leadId: lead.id, items: shownBy(form, answers), noteId: id, by })
    : []
  const tasks: string[] = []
  for (const [index, { text: words, at: dueAt, owner }] of jobs.entries())
    tasks.push(
      await addTask(tx, house, {
        key: `follow-up:${id}:${index}`,
        leadId: lead.id,
        owner: owner ?? by,
        text: words,
        dueAt,
        source: 'follow-up',
        by,
      }),
    )
  if (given.mention && given.mention.length > 0)
    await tellRoles(tx, house, [], {
      key: `mentioned:${id}`,
      words: 'mentioned',
      leadId: lead.id,
      userids: given.mention,
      variables: { reason: `${by}：${text.slice(0, 300)}` },
    })
  return { id, leadId: lead.id, form: form?.id ?? null, fields: answers, text, by, at: at.toISOString(), ticked, tasks }
}

async function formOf(id: string | undefined) {
  if (id === undefined) return null
  const forms = await followUpForms()
  const form = forms.find((one) => one.id === id)
  if (!form) throw new Refused(422, 'form_unknown', '没有这张跟进表', { known: forms.map((one) => one.id) })
  return form
}

/** @throws Refused 422 */
async function knownStaff(tx: Transaction, userids: readonly string[]): Promise<void> {
  if (userids.length === 0) return
  const rows = await tx.query<{ userid: string }>(
    'SELECT lower(userid) AS userid FROM staff WHERE lower(userid) = ANY($1)',
    [userids.map((userid) => userid.toLowerCase())],
  )
  const known = new Set(rows.map(({ userid }) => userid))
  const missing = userids.filter((userid) => !known.has(userid.toLowerCase()))
  if (missing.length > 0) throw new Refused(422, 'staff_unknown', `没有这位同事：${missing.join('、')}`)
}
