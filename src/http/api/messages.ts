import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { newId } from '../../ids.ts'
import { lockLead } from '../../leads/lock.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { answerApproval } from '../../messages/approvals.ts'
import { plan } from '../../messages/plan.ts'
import { presentMessage, presentMessages } from '../../messages/read.ts'
import { type MessageRow, messageColumns } from '../../messages/row.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { idParams, pageOf, paragraph } from './common.schema.ts'
import { MessageListQuery, MessageSchema, NewMessageSchema } from './leads.schema.ts'

const group = '消息'

export const messageRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/messages',
    group,
    summary: '发一份内容或一段话；不该发时答 409 和原因',
    who: ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'],
    scope: 'lead',
    params: idParams,
    body: NewMessageSchema,
    answers: { 201: MessageSchema },
    async handle({ house, leadId, body, actor, principal }) {
      const { channel } = body
      if (channel !== undefined && !house.shelves.channels.has(channel)) {
        throw new Refused(422, 'invalid', '有字段不符合要求', [
          { field: 'channel', message: `没有「${channel}」这种通道` },
        ])
      }
      const key = `api:${newId(house.clock)}`
      const row = await tryTransaction(house.db, async (tx) => {
        const lead = await lockLead(tx, leadId)
        return plan(tx, house, {
          key,
          leadId: lead.id,
          purpose: 'marketing',
          ...body,
          by: actor.id,
          // A person who writes to his own customer knows what time it is.
          personal: principal.userid !== null,
          // Whoever answers for red lines need not ask himself; he is warned.
          mayApprove:
            principal.userid !== null && principal.roles.some((role) => role === 'admin' || role === 'manager'),
        })
      })
      const message = await presentMessage(house, row)
      // The refusal itself is kept with the lead; the caller is told why.
      if (row.state === 'refused' && row.reason) throw new Refused(409, row.reason.id, row.reason.message, message)
      return created(message)
    },
  }),
  route({
    method: 'get',
    path: '/api/messages',
    group,
    summary: '消息和它们的去向，新的在前',
    who: 'everyone',
    scope: 'rows',
    query: MessageListQuery,
    answers: { 200: pageOf(MessageSchema) },
    async handle({ house, principal, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'messages',
        query,
        (after, limit) => {
          const within = leadsWithin(principal, 7)
          const mine =
            within.sql === 'true'
              ? 'true'
              : `EXISTS (SELECT FROM leads l WHERE l.id = lead_root(m.lead_id) AND ${within.sql})`
          return house.db.query<MessageRow & { at: string }>(
            `SELECT ${messageColumns('m')}, m.created_at::text AS at FROM messages m
             WHERE ($1::uuid IS NULL OR m.lead_id IN (SELECT lead_family(lead_root($1)))) AND ($2::text IS NULL OR m.state = $2)
               AND ($6::text IS NULL OR m.state = 'waiting' AND m.batch_id IS NULL AND m.waits_for ->> 'for' = $6)
               AND ($3::timestamptz IS NULL OR (m.created_at, m.id) < ($3, $4::uuid)) AND ${mine}
             ORDER BY m.created_at DESC, m.id DESC LIMIT $5`,
            [
              query.leadId ?? null,
              query.state ?? null,
              after?.[0] ?? null,
              after?.[1] ?? null,
              limit,
              query.waits ?? null,
              ...within.values,
            ],
          )
        },
        ({ at, id }) => [at, id],
        (rows) => presentMessages(house, rows),
      )
      return ok(page)
    },
  }),
  ...(['approve', 'refuse'] as const).map((verb) =>
    route({
      method: 'post',
      path: `/api/messages/:id/${verb}`,
      group,
      summary: verb === 'approve' ? '主管同意：触到高压线、等批的消息可以发' : '主管不同意：这条不发',
      who: ['admin', 'manager'],
      scope: 'rows',
      params: z.object({ id: z.uuid() }),
      body: z.strictObject({ note: paragraph(500).optional() }),
      answers: { 200: MessageSchema },
      async handle({ house, params, body, actor, principal }) {
        const [message] = await house.db.query<{ leadId: string | null }>(
          'SELECT lead_id AS "leadId" FROM messages WHERE id = $1',
          [params.id],
        )
        if (!message?.leadId) throw new Refused(404, 'message_unknown', '没有这条消息')
        await findLead(house.db, principal, message.leadId)
        const answer = verb === 'approve' ? 'approved' : 'refused'
        const row = await answerApproval(house, { messageId: params.id, by: actor, answer, note: body.note })
        return ok(await presentMessage(house, row))
      },
    }),
  ),
]
