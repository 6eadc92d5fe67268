import { z } from 'zod'
import { milliseconds } from '../../clock.ts'
import { withMedia } from '../../content/media.ts'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import type { Attachment } from '../../messages/channel.ts'
import { sendInChat } from '../../messages/send-in-chat.ts'
import {
  beginTodo,
  type Doer,
  endOf,
  finishTodo,
  skipTodo,
  snoozeTodo,
  type Todo,
  todoColumns,
  todoTables,
} from '../../messages/todos.ts'
import { DurationSchema } from '../../playbook/duration.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { created, ok, type Route, route } from '../route.ts'
import { leadsWithin } from '../scope.ts'
import { givenTime, idParams, pageOf, pageQuery, paragraph, time } from './common.schema.ts'

const group = '待办'
const who = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
const todoId = z.object({ id: z.uuid() })

/** What `wx.sendChatMessage` takes, one call each, in this order (developer.work.weixin.qq.com/document/path/94354). */
const ChatMessageSchema = z.union([
  z.strictObject({ msgtype: z.literal('text'), text: z.strictObject({ content: z.string() }) }),
  z.strictObject({
    msgtype: z.literal('news'),
    news: z.strictObject({ link: z.string(), title: z.string(), desc: z.string(), imgUrl: z.string() }),
  }),
  z.strictObject({ msgtype: z.literal('image'), image: z.strictObject({ mediaid: z.string() }) }),
  z.strictObject({ msgtype: z.literal('video'), video: z.strictObject({ mediaid: z.string() }) }),
  z.strictObject({ msgtype: z.literal('file'), file: z.strictObject({ mediaid: z.string() }) }),
  z.strictObject({
    msgtype: z.literal('miniprogram'),
    miniprogram: z.strictObject({ appid: z.string(), title: z.string(), imgUrl: z.string(), page: z.string() }),
  }),
])

export const TodoSchema = z
  .strictObject({
    id: z.uuid(),
    lead: z.strictObject({
      id: z.uuid(),
      name: z.string(),
      company: z.string().nullable(),
      title: z.string().nullable(),
      stage: z.string(),
    }),
    userid: z.string(),
    externalUserId: z.string().nullable(),
    state: z.string(),
    contentId: z.string().nullable(),
    purpose: z.string(),
    /** The words alone, for people to read. */
    text: z.string(),
    /** The same and what hangs on them, for `sendChatMessage`. */
    messages: z.array(ChatMessageSchema),
    warnings: z.array(z.string()),
    createdAt: time,
    until: time.nullable(),
    snoozedUntil: time.nullable(),
    reason: z.strictObject({ id: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Todo' })

const NewTodoSchema = z.union([
  z.strictObject({ contentId: z.string().min(1).max(100) }),
  z.strictObject({ text: z.string().trim().min(1).max(4000) }),
])

const doer = ({ userid, roles }: Principal): Doer => ({ userid, roles })

export const todoRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/todos',
    group,
    summary: '我要在聊天里发这份内容或这段话：答可以交给 sendChatMessage 的消息；不该发时答 409 和原因',
    who,
    scope: 'lead',
    params: idParams,
    body: NewTodoSchema,
    answers: { 201: TodoSchema },
    async handle({ house, leadId, body, principal: { userid, roles } }) {
      if (userid === null) throw new Refused(422, 'nobody', '机器不能自己在聊天里发，请用 Act-As 说明是哪位同事')
      return created(await readyTodo(house, await sendInChat(house, { leadId, userid, roles, ...body })))
    },
  }),
  route({
    method: 'get',
    path: '/api/todos',
    group,
    summary: '等同事在聊天里发的内容，早的在前；?mine 只看自己的',
    who,
    scope: 'rows',
    query: z.strictObject({
      mine: z.string().max(5).optional(),
      leadId: z.uuid().optional(),
      snoozed: z.enum(['true', 'false']).default('false').meta({ description: 'true：连推迟的也列出来' }),
      ...pageQuery,
    }),
    answers: { 200: pageOf(TodoSchema) },
    async handle({ house, principal, query, cursors }) {
      const mine = query.mine !== undefined && query.mine !== 'false'
      const within = leadsWithin(principal, 8)
      const page = await pageFrom(
        cursors,
        'todos',
        query,
        (after, limit) =>
          house.db.query<Todo & { at: string }>(
            `SELECT ${todoColumns}, m.created_at::text AS at FROM ${todoTables}
             WHERE m.state = 'waiting' AND m.batch_id IS NULL AND (NOT $1 OR lower(t.userid) = lower($2))
               AND ($3::uuid IS NULL OR l.id = lead_root($3)) AND ($4 OR t.snoozed_until IS NULL OR t.snoozed_until <= $5)
               AND ($6::timestamptz IS NULL OR (m.created_at, m.id) > ($6, $7::uuid)) AND (lower(t.userid) = lower($2) OR ${within.sql})
             ORDER BY m.created_at, m.id LIMIT $${8 + within.values.length}`,
            [
              mine,
              principal.userid,
              query.leadId ?? null,
              query.snoozed === 'true',
              house.clock.now(),
              after?.[0] ?? null,
              after?.[1] ?? null,
              ...within.values,
              limit,
            ],
          ),
        ({ at, id }) => [at, id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/todos/:id/begin',
    group,
    summary: '正要发：再问一次该不该发；不该发时答 409 和原因',
    who,
    scope: 'rows',
    params: todoId,
    answers: { 200: TodoSchema },
    handle: async ({ house, params, principal }) =>
      ok(await readyTodo(house, await beginTodo(house, params.id, doer(principal)))),
  }),
  route({
    method: 'post',
    path: '/api/todos/:id/sent',
    group,
    summary: '聊天里已经发出（sendChatMessage 成功之后调用）；重复调用只算一次',
    who,
    scope: 'rows',
    params: todoId,
    answers: { 200: TodoSchema },
    handle: async ({ house, params, principal }) =>
      ok(present(await finishTodo(house, params.id, doer(principal), 'chat'))),
  }),
  route({
    method: 'post',
    path: '/api/todos/:id/done',
    group,
    summary: '同事说已经自己发过了',
    who,
    scope: 'rows',
    params: todoId,
    answers: { 200: TodoSchema },
    handle: async ({ house, params, principal }) =>
      ok(present(await finishTodo(house, params.id, doer(principal), 'word'))),
  }),
  route({
    method: 'post',
    path: '/api/todos/:id/skip',
    group,
    summary: '不发了，写明原因',
    who,
    scope: 'rows',
    params: todoId,
    body: z.strictObject({ reason: paragraph(200).min(1) }),
    answers: { 200: TodoSchema },
    handle: async ({ house, params, principal, body }) =>
      ok(present(await skipTodo(house, params.id, doer(principal), body.reason))),
  }),
  route({
    method: 'post',
    path: '/api/todos/:id/snooze',
    group,
    summary: '过一会儿再说：until 是时刻，for 是时长',
    who,
    scope: 'rows',
    params: todoId,
    body: z.union([z.strictObject({ until: givenTime }), z.strictObject({ for: DurationSchema })]),
    answers: { 200: TodoSchema },
    async handle({ house, params, principal, body }) {
      const until = 'until' in body ? body.until : new Date(house.clock.now().getTime() + milliseconds(body.for))
      return ok(present(await snoozeTodo(house, params.id, doer(principal), until)))
    },
  }),
]

/** About to go into the chat: pictures, videos and files get WeCom's names, by which the client sends them. */
export async function readyTodo(house: House, todo: Todo): Promise<z.input<typeof TodoSchema>> {
  const attachments = await withMedia(house, todo.body.attachments ?? [])
  return present({ ...todo, body: { ...todo.body, attachments } })
}

function present(todo: Todo): z.input<typeof TodoSchema> {
  const { id, lead, userid, state, contentId, purpose, body, warnings, snoozedUntil, reason, recipient } = todo
  return {
    id,
    lead,
    userid,
    externalUserId: recipient,
    state,
    contentId,
    purpose,
    text: body.text,
    messages: [{ msgtype: 'text', text: { content: body.text } }, ...(body.attachments ?? []).flatMap(chatMessage)],
    warnings,
    createdAt: todo.createdAt.toISOString(),
    until: endOf(todo)?.toISOString() ?? null,
    snoozedUntil: snoozedUntil?.toISOString() ?? null,
    reason,
  }
}

function chatMessage(attachment: Attachment): z.input<typeof ChatMessageSchema>[] {
  const { kind, title = '', description = '', url, picUrl = '', mediaId, appId, page } = attachment
  if (kind === 'link')
    return url ? [{ msgtype: 'news', news: { link: url, title, desc: description, imgUrl: picUrl } }] : []
  if (kind === 'miniprogram')
    return appId && page ? [{ msgtype: 'miniprogram', miniprogram: { appid: appId, title, imgUrl: picUrl, page } }] : []
  if (!mediaId) return []
  if (kind === 'image') return [{ msgtype: 'image', image: { mediaid: mediaId } }]
  if (kind === 'video') return [{ msgtype: 'video', video: { mediaid: mediaId } }]
  return [{ msgtype: 'file', file: { mediaid: mediaId } }]
}
