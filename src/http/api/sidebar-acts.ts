import { z } from 'zod'
import { makeLiveCode } from '../../codes/make.ts'
import { Refused } from '../../failures.ts'
import { newId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { sendInChat } from '../../messages/send-in-chat.ts'
import { readRemark, writeRemark } from '../../mirror/remark.ts'
import { answerHelp, askHelp } from '../../tasks/help.ts'
import { addTask } from '../../tasks/tasks.ts'
import { codeOfIntroduction } from '../../transfers/introduction.ts'
import { memberOf } from '../principal.ts'
import { created, ok, type Route, route } from '../route.ts'
import { givenTime, idParams, line, paragraph, userid } from './common.schema.ts'
import { readyTodo, TodoSchema } from './todos.ts'

const group = '侧边栏'
const who = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
/** Before a meeting, so long. */
const remindMs = 30 * 60_000

const RemarkSchema = z
  .strictObject({
    remark: line(20).meta({ description: '备注名，最多 20 字' }),
    company: line(20),
    description: paragraph(150),
    mobiles: z.array(z.string().regex(/^[0-9+ -]{1,20}$/, { error: '手机号由数字组成' })).max(5),
  })
  .meta({ id: 'Remark', description: '这位同事在企业微信里给客户写的备注' })

/** What a rep does from beside the chat that leaves the house: a question to a colleague, a meeting, an introduction, a remark. */
export const sidebarActRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/help',
    group,
    summary: '就这位客户请同事帮忙；不写是谁就问主管。回复会作为通知回来，也记在客户身上',
    who,
    scope: 'lead',
    params: idParams,
    body: z.strictObject({ of: userid.optional(), text: line(300).min(1) }),
    answers: { 201: z.strictObject({ taskId: z.uuid() }) },
    async handle({ house, leadId, body, principal }) {
      const by = memberOf(principal)
      return created({ taskId: await tryTransaction(house.db, (tx) => askHelp(tx, house, { ...body, leadId, by })) })
    },
  }),
  route({
    method: 'post',
    path: '/api/tasks/:id/answer',
    group,
    summary: '回复同事的求助',
    who,
    scope: 'rows',
    params: z.object({ id: z.uuid() }),
    body: z.strictObject({ text: paragraph(1000).min(1) }),
    answers: { 200: z.strictObject({ done: z.literal(true) }) },
    async handle({ house, params, body, principal }) {
      const by = memberOf(principal)
      await tryTransaction(house.db, (tx) => answerHelp(tx, house, { taskId: params.id, text: body.text, by }))
      return ok({ done: true as const })
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/meetings',
    group,
    summary: '约好了一次会面：记一件到时提醒的待办，并答可以交给 sendChatMessage 的确认消息',
    who,
    scope: 'lead',
    params: idParams,
    body: z.strictObject({ at: givenTime, about: line(100).min(1), place: line(100).optional() }),
    answers: { 201: z.strictObject({ taskId: z.uuid(), todo: TodoSchema }) },
    async handle({ house, leadId, body: { at, about, place }, principal }) {
      const me = memberOf(principal)
      const now = house.clock.now()
      if (at <= now) throw new Refused(422, 'invalid', '会面要约在将来', [{ field: 'at', message: '时间已经过去了' }])
      const { calendar } = await house.playbook.current()
      const what = [`事由：${about}`, place ? `地点：${place}` : ''].filter(Boolean).join('\n')
      const todo = await sendInChat(house, {
        leadId,
        userid: me,
        roles: principal.roles,
        words: 'meeting',
        variables: { due: calendar.say(at), text: what },
      })
      const taskId = await tryTransaction(house.db, (tx) =>
        addTask(tx, house, {
          key: `meeting:${newId(house.clock)}`,
          leadId,
          owner: me,
          text: `会面：${about}${place ? `（${place}）` : ''}，${calendar.say(at)}`,
          dueAt: new Date(Math.max(now.getTime(), at.getTime() - remindMs)),
          source: 'meeting',
          by: me,
        }),
      )
      return created({ taskId, todo: await readyTodo(house, todo) })
    },
  }),
  route({
    method: 'post',
    path: '/api/transfers/:id/introduce',
    group,
    summary: '介绍新同事的话和他的名片码，可以交给 sendChatMessage',
    who,
    scope: 'rows',
    params: z.object({ id: z.uuid() }),
    answers: { 201: TodoSchema },
    async handle({ house, params, principal }) {
      const me = memberOf(principal)
      const { leadId, takeover, name, codeId } = await codeOfIntroduction(house.db, params.id, me, principal.roles)
      const { qrCode } = await makeLiveCode(house, codeId)
      if (!qrCode) throw new Refused(409, 'code_not_ready', '企业微信还没有给出名片码，请稍后再试')
      const todo = await sendInChat(house, {
        leadId,
        userid: me,
        roles: principal.roles,
        words: 'introduction',
        variables: { rep: { userid: takeover, name }, link: qrCode, qrCode },
      })
      return created(await readyTodo(house, todo))
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/remark',
    group,
    summary: '我在企业微信里给他写的备注，此刻的',
    who,
    scope: 'lead',
    params: idParams,
    answers: { 200: RemarkSchema },
    handle: async ({ house, leadId, principal }) => ok(await readRemark(house, leadId, memberOf(principal))),
  }),
  route({
    method: 'put',
    path: '/api/leads/:id/remark',
    group,
    summary: '改我的备注，写回企业微信；seen 是改之前看到的，别处改过时答 409 和现在的内容',
    who,
    scope: 'lead',
    params: idParams,
    body: z.strictObject({ seen: RemarkSchema.partial().default({}), next: RemarkSchema.partial() }),
    answers: { 200: RemarkSchema },
    handle: async ({ house, leadId, body, principal }) =>
      ok(await writeRemark(house, leadId, { ...body, userid: memberOf(principal) })),
  }),
]
