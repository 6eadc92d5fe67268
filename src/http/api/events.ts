import { z } from 'zod'
import { newId } from '../../ids.ts'
import { findLeads } from '../../leads/find.ts'
import { identityKinds } from '../../leads/identities.ts'
import { type Behaviour, noteEvents } from '../../leads/note.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { considerReview } from '../../review/consider.ts'
import { accepted, type Route, route } from '../route.ts'
import { givenTime, line } from './common.schema.ts'

const EventSchema = z
  .strictObject({
    lead: z.strictObject({ kind: z.enum([...identityKinds, 'id']), value: z.string().trim().min(1).max(512) }),
    type: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, { error: '事件类型由 1–64 个字母、数字和 _.- 组成' })
      .meta({ description: '业务规则里的类型才计分；其他类型只记在时间线上' }),
    at: givenTime.optional().meta({ description: '发生的时间，默认现在' }),
    id: line(200).min(1).optional().meta({ description: '同一个 id 只记一次，不论重发多少遍' }),
    data: z
      .record(z.string().max(60), z.unknown())
      .refine((data) => JSON.stringify(data).length <= 8000, { error: '最多 8000 个字符' })
      .optional(),
  })
  .meta({ id: 'Event' })

const ReportSchema = z
  .strictObject({
    accepted: z.int(),
    refused: z.array(z.strictObject({ index: z.int(), id: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'EventReport', description: '收下多少；没收下的逐条说明' })

/** Clocks differ a little; more than this ahead is a mistake. */
const aheadMs = 300_000

export const eventRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/events',
    group: '事件',
    summary: '线索做了什么，一件或最多 1000 件',
    who: ['admin'],
    scope: 'house',
    body: z.union([EventSchema, z.array(EventSchema).min(1).max(1000)]),
    answers: { 202: ReportSchema },
    audited: false,
    async handle({ house, body, actor }) {
      const events = Array.isArray(body) ? body : [body]
      const now = house.clock.now()
      const keys = events.map(({ id }) => `event\0${id ?? newId(house.clock)}`)
      const report = await tryTransaction(house.db, async (tx) => {
        const leads = await findLeads(
          tx,
          house.seal,
          events.map(({ lead }) => lead),
        )
        const refused: { index: number; id: string | null; message: string }[] = []
        const noted: Behaviour[] = []
        events.forEach(({ type, at = now, id = null, data }, index) => {
          const leadId = leads[index]
          if (!leadId) refused.push({ index, id, message: '没有这条线索' })
          else if (at.getTime() > now.getTime() + aheadMs) refused.push({ index, id, message: '时间在未来' })
          else noted.push({ leadId, type, at, actor: actor.id, data, key: keys[index] as string })
        })
        const touched = await noteEvents(tx, house, noted)
        await considerReview(
          tx,
          house,
          touched.map(({ leadId }) => leadId),
        )
        return { accepted: noted.length, refused }
      })
      return accepted(report)
    },
  }),
]
