import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { replay } from '../../inbox/replay.ts'
import { readOutgoing, setOutgoing } from '../../messages/outgoing.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { pageOf, pageQuery, time } from './common.schema.ts'

const OutgoingSchema = z
  .strictObject({ paused: z.boolean(), channels: z.array(z.string()).meta({ description: '单独暂停的通道' }) })
  .meta({ id: 'Outgoing' })

const InboxItemSchema = z
  .strictObject({
    id: z.int(),
    path: z.string(),
    lane: z.string(),
    subject: z.string(),
    state: z.enum(['received', 'working', 'done', 'failed', 'ignored']),
    attempts: z.int(),
    reason: z.string().nullable(),
    receivedAt: time,
    doneAt: time.nullable(),
  })
  .meta({ id: 'InboxItem' })

const group = '运维'

export const operationRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/outgoing',
    group,
    summary: '总闸：现在能不能往外发',
    who: ['admin', 'manager'],
    scope: 'house',
    answers: { 200: OutgoingSchema },
    handle: async ({ house }) => ok(await readOutgoing(house.db)),
  }),
  route({
    method: 'put',
    path: '/api/outgoing',
    group,
    summary: '拔掉或接上总闸，或其中一个通道；拔掉期间什么都发不出去',
    who: ['admin'],
    scope: 'house',
    body: z.strictObject({ paused: z.boolean(), channel: z.string().min(1).max(40).optional() }),
    answers: { 200: OutgoingSchema },
    async handle({ house, body, actor }) {
      if (body.channel !== undefined && !house.shelves.channels.has(body.channel)) {
        const message = `没有「${body.channel}」这种通道`
        throw new Refused(422, 'invalid', '有字段不符合要求', [{ field: 'channel', message }])
      }
      return ok(await setOutgoing(house, body, actor.id))
    },
  }),
  route({
    method: 'get',
    path: '/api/inbox',
    group,
    summary: '收到的事件和它们的去向，新的在前',
    who: ['admin'],
    scope: 'house',
    query: z.strictObject({ state: InboxItemSchema.shape.state.optional(), ...pageQuery }),
    answers: { 200: pageOf(InboxItemSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'inbox',
        query,
        (after, limit) =>
          house.db.query<InboxItem>(
            `SELECT id, path, lane, subject, state, attempts, reason, received_at AS "receivedAt", done_at AS "doneAt" FROM inbox
             WHERE ($1::text IS NULL OR state = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
            [query.state ?? null, after?.[0] ?? null, limit],
          ),
        ({ id }) => [id],
        (rows) =>
          rows.map((row) => ({
            ...row,
            receivedAt: row.receivedAt.toISOString(),
            doneAt: row.doneAt?.toISOString() ?? null,
          })),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/inbox/:id/replay',
    group,
    summary: '把存下的事件再处理一遍；做过的不会重做',
    who: ['admin'],
    scope: 'house',
    params: z.object({ id: z.string() }),
    answers: { 202: z.strictObject({ id: z.int() }) },
    async handle({ house, params }) {
      if (!/^\d{1,15}$/.test(params.id)) throw new Refused(404, 'event_unknown', '没有这个事件')
      const id = Number(params.id)
      await replay(house, id)
      return accepted({ id })
    },
  }),
]

interface InboxItem {
  id: number
  path: string
  lane: string
  subject: string
  state: string
  attempts: number
  reason: string | null
  receivedAt: Date
  doneAt: Date | null
}
