import { z } from 'zod'
import { listCalls, replayCall } from '../../webhooks/calls.ts'
import { changeWebhook, createWebhook, listWebhooks, removeWebhook } from '../../webhooks/library.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { idParams, line, pageOf, pageQuery, time } from './common.schema.ts'

const id = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, { error: 'id 用小写字母、数字和 -，以字母开头，例如 crm-sync' })
const input = {
  url: line(1000).min(1).meta({ description: '只能是公网的 https 地址；不跟随跳转' }),
  fields: z
    .array(line(80).min(1))
    .max(50)
    .default([])
    .transform((fields) => [...new Set(fields)])
    .meta({ description: '除 id 以外告诉对方哪些线索字段；手机号和邮箱永远不给' }),
  active: z.boolean().default(true),
}
const webhook = {
  id: z.string(),
  url: z.string(),
  fields: z.array(z.string()),
  active: z.boolean(),
  usedBy: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  by: z.string(),
  createdAt: time,
  updatedAt: time,
}
const key = z.string().meta({ description: '验签的密钥，只回答这一次' })
const WebhookSchema = z.strictObject(webhook).meta({ id: 'Webhook' })

const state = z.enum(['waiting', 'done', 'failed'])
const CallSchema = z
  .strictObject({
    id: z.string().meta({ description: '即请求头 X-Bowtie-Id' }),
    webhook: z.string(),
    enrolment: z.string(),
    journey: z.string(),
    step: z.string(),
    leadId: z.string(),
    state,
    attempts: z.int(),
    dueAt: time,
    status: z.int().nullable().meta({ description: '对方最近一次的状态码' }),
    fault: z.string().nullable(),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'WebhookCall' })

const webhooks = { group: '外部系统', scope: 'house', who: ['admin'] } as const

export const webhookRoutes: readonly Route[] = [
  route({
    ...webhooks,
    method: 'get',
    path: '/api/webhooks',
    summary: '旅程可以调用的外部系统，各被哪些旅程用着',
    answers: { 200: z.strictObject({ items: z.array(WebhookSchema), nextCursor: z.null() }) },
    handle: async ({ house }) => ok({ items: (await listWebhooks(house.db)).map(view), nextCursor: null }),
  }),
  route({
    ...webhooks,
    method: 'post',
    path: '/api/webhooks',
    summary: '登记一个外部系统；密钥只回答这一次',
    body: z.strictObject({ id, ...input }).meta({ id: 'WebhookInput' }),
    answers: { 201: z.strictObject({ ...webhook, key }) },
    handle: async ({ house, body, actor }) => created(view(await createWebhook(house, body, actor.id))),
  }),
  route({
    ...webhooks,
    method: 'put',
    path: '/api/webhooks/:id',
    summary: '改地址、字段，停用或启用；renew 换新密钥，旧的立即失效',
    params: idParams,
    body: z.strictObject({ ...input, renew: z.boolean().default(false) }),
    answers: { 200: z.strictObject({ ...webhook, key: key.optional() }) },
    handle: async ({ house, params, body }) => ok(view(await changeWebhook(house, params.id, body))),
  }),
  route({
    ...webhooks,
    method: 'delete',
    path: '/api/webhooks/:id',
    summary: '删除一个外部系统；还有旅程在用时拒绝，还没送到的调用作废',
    params: idParams,
    answers: { 204: null },
    async handle({ house, params }) {
      await removeWebhook(house, params.id)
      return { status: 204 }
    },
  }),
  route({
    ...webhooks,
    method: 'get',
    path: '/api/webhooks/calls',
    summary: '调用记录，新的在前；送到和失败的留 30 天',
    query: z.object({ ...pageQuery, state: state.default('failed') }),
    answers: { 200: pageOf(CallSchema) },
    handle: async ({ house, query, cursors }) =>
      ok(
        await pageFrom(
          cursors,
          `webhook-calls ${query.state}`,
          query,
          (after, limit) => listCalls(house.db, { state: query.state, after: after && String(after[0]), limit }),
          (row) => [row.id],
          (rows) => rows.map(callView),
        ),
      ),
  }),
  route({
    ...webhooks,
    method: 'post',
    path: '/api/webhooks/calls/:id/replay',
    summary: '把结束了的一次调用重新送，X-Bowtie-Id 不变',
    params: idParams,
    answers: { 200: CallSchema },
    handle: async ({ house, params }) => ok(callView(await replayCall(house, params.id))),
  }),
]

const view = <T extends { createdAt: Date; updatedAt: Date }>(row: T) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

const callView = <T extends { createdAt: Date; dueAt: Date; endedAt: Date | null }>(row: T) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  dueAt: row.dueAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})
