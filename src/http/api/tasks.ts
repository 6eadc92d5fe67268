import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { followUpForms } from '../../follow-ups/forms.ts'
import { writeFollowUp } from '../../follow-ups/write.ts'
import type { House } from '../../house.ts'
import { isId, newId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { listTasks, type TaskRow } from '../../tasks/list.ts'
import { addTask, changeTask, readTask, type TaskChange } from '../../tasks/tasks.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { created, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { givenTime, idParams, line, pageOf, pageQuery, paragraph, tag, time, userid } from './common.schema.ts'

const workers = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const

export const TaskSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid().nullable(),
    leadName: z.string().nullable(),
    company: z.string().nullable(),
    opportunityId: z.uuid().nullable(),
    owner: z.string().nullable(),
    text: z.string(),
    dueAt: time.nullable(),
    state: z.enum(['open', 'done', 'dropped']),
    source: z.string().meta({ description: 'hand · follow-up · journey:旅程' }),
    doneBy: z.string().nullable(),
    doneAt: time.nullable(),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Task' })

const TaskListQuery = z.strictObject({
  owner: z.string().max(64).optional().meta({ description: 'userid，或 me；不填是您范围内的' }),
  leadId: z.uuid().optional(),
  state: z.enum(['open', 'done', 'dropped']).default('open'),
  ...pageQuery,
})
const NewTaskSchema = z
  .strictObject({
    text: line(300).min(1),
    leadId: z.uuid().optional(),
    opportunityId: z.uuid().optional(),
    owner: userid.optional(),
    dueAt: givenTime.optional(),
  })
  .meta({ id: 'NewTask' })
const SnoozeSchema = z.strictObject({ until: givenTime })

const plannedTask = z.strictObject({ text: line(300).min(1), at: givenTime.optional(), owner: userid.optional() })
const NewFollowUpSchema = z
  .strictObject({
    form: z
      .string()
      .min(1)
      .max(40)
      .optional()
      .meta({ description: 'GET /api/follow-up-forms 里的 id；不填就是自己写一段' }),
    fields: z.record(z.string().max(40), z.unknown()).optional(),
    note: paragraph(4000).optional(),
    next: z.strictObject({ text: line(300).min(1), at: givenTime, owner: userid.optional() }).optional(),
    tasks: z.array(plannedTask).max(10).optional(),
    tags: z.array(tag).max(20).optional(),
    mention: z.array(userid).max(20).optional(),
    at: givenTime.optional(),
  })
  .meta({ id: 'NewFollowUp' })
const FollowUpSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid(),
    form: z.string().nullable(),
    fields: z.record(z.string(), z.unknown()),
    text: z.string(),
    by: z.string(),
    at: time,
    ticked: z.array(z.string()).meta({ description: '在商机清单上打了勾的项' }),
    tasks: z.array(z.uuid()),
  })
  .meta({ id: 'FollowUp' })
export const FollowUpFormAnswer = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    stages: z.array(z.string()),
    fields: z.array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        kind: z.enum(['choice', 'choices', 'date', 'number', 'text']),
        options: z.array(z.string()).optional(),
        required: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'FollowUpForm' })

const present = ({ dueAt, doneAt, createdAt, order: _, ...task }: TaskRow) => ({
  ...task,
  dueAt: dueAt?.toISOString() ?? null,
  doneAt: doneAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
})

/** A task that is one's own, or about a lead within reach. @throws Refused 403, 404 */
async function find(house: House, principal: Principal, id: string): Promise<string> {
  const task = isId(id) ? await readTask(house.db, id) : null
  if (!task) throw new Refused(404, 'task_unknown', '没有这件待办')
  const isOwn = [task.owner, task.createdBy].some((one) => one && one.toLowerCase() === principal.userid?.toLowerCase())
  if (!isOwn && task.leadId) await findLead(house.db, principal, task.leadId)
  else if (!isOwn && principal.reach !== 'all') throw new Refused(403, 'not_within_reach', '这件待办不在您的范围内')
  return task.id
}

async function answer(house: House, id: string) {
  const [task] = await listTasks(house.db, { id }, null, null, 1)
  if (!task) throw new Error(`task ${id} is gone`)
  return present(task)
}

async function knownStaff(house: House, who: string | undefined): Promise<void> {
  if (who === undefined) return
  const rows = await house.db.query('SELECT 1 FROM staff WHERE lower(userid) = lower($1)', [who])
  if (rows.length === 0) throw new Refused(422, 'staff_unknown', `没有这位同事：${who}`)
}

export const taskRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/tasks',
    group: '待办',
    summary: '要做的事，先到期的在前；办完的，新的在前',
    who: 'everyone',
    scope: 'rows',
    query: TaskListQuery,
    answers: { 200: pageOf(TaskSchema) },
    async handle({ house, principal, query: { limit, cursor, owner, ...filter }, cursors }) {
      const leadId = filter.leadId && (await findLead(house.db, principal, filter.leadId))
      const of = owner === 'me' ? (principal.userid ?? '') : owner
      const page = await pageFrom(
        cursors,
        `tasks:${filter.state}`,
        { limit, cursor },
        (after, most) =>
          listTasks(
            house.db,
            { state: filter.state, owner: of, leadId },
            { userid: principal.userid, within: (first) => leadsWithin(principal, first) },
            after && { at: String(after[0]), id: String(after[1]) },
            most,
          ),
        ({ order, id }) => [order ?? '', id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/tasks',
    group: '待办',
    summary: '记一件要做的事',
    who: workers,
    scope: 'rows',
    body: NewTaskSchema,
    answers: { 201: TaskSchema },
    async handle({ house, principal, body, actor }) {
      const leadId = body.leadId === undefined ? null : await findLead(house.db, principal, body.leadId)
      await knownStaff(house, body.owner)
      const id = await tryTransaction(house.db, (tx) =>
        addTask(tx, house, {
          ...body,
          key: `hand:${newId(house.clock)}`,
          leadId,
          owner: body.owner ?? principal.userid,
          source: 'hand',
          by: actor.id,
        }),
      )
      return created(await answer(house, id))
    },
  }),
  change('/done', '办好了', undefined, () => ({ to: 'done' })),
  change('/drop', '不用办了', undefined, () => ({ to: 'dropped' })),
  change('/reopen', '还没办好，重新打开', undefined, () => ({ to: 'open' })),
  change('/snooze', '改到以后，到时再提醒', SnoozeSchema, ({ until }) => ({ snoozeUntil: until })),
  change('/assign', '交给同事', z.strictObject({ owner: userid }), ({ owner }) => ({ owner })),
  route({
    method: 'get',
    path: '/api/follow-up-forms',
    group: '跟进',
    summary: '跟进记录的表：几下点完',
    who: 'everyone',
    scope: 'house',
    answers: { 200: z.strictObject({ items: z.array(FollowUpFormAnswer) }) },
    handle: async () => ok({ items: (await followUpForms()).map(({ ticks: _, nextOn: _on, ...form }) => form) }),
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/follow-ups',
    group: '跟进',
    summary: '记一次跟进：表或文字、下一步、待办、标签、提到的同事；商机清单上对应的项自动打勾',
    who: workers,
    scope: 'lead',
    params: idParams,
    body: NewFollowUpSchema,
    answers: { 201: FollowUpSchema },
    async handle({ house, leadId, body, actor }) {
      return created(await tryTransaction(house.db, (tx) => writeFollowUp(tx, house, leadId, body, actor.id)))
    },
  }),
]

/** One thing that may be done with a task. */
function change<Body>(
  path: string,
  summary: string,
  body: z.ZodType<Body> | undefined,
  to: (body: Body) => TaskChange,
): Route {
  return route({
    method: 'post',
    path: `/api/tasks/:id${path}`,
    group: '待办',
    summary,
    who: workers,
    scope: 'rows',
    params: idParams,
    ...(body ? { body } : {}),
    answers: { 200: TaskSchema },
    async handle({ house, principal, params, body, actor }) {
      const id = await find(house, principal, params.id)
      const wanted = to(body)
      if ('owner' in wanted) await knownStaff(house, wanted.owner)
      await tryTransaction(house.db, (tx) => changeTask(tx, house, id, wanted, actor.id))
      return ok(await answer(house, id))
    },
  })
}
