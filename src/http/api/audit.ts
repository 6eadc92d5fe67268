import { z } from 'zod'
import { readAudit } from '../../status/audit-log.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { givenTime, line, pageOf, pageQuery, time } from './common.schema.ts'

export const AuditSchema = z
  .strictObject({
    id: z.uuid(),
    at: time,
    principal: z.string().meta({ description: '凭证：api，或登录的人' }),
    actAs: z.string().nullable(),
    action: z.string().meta({ description: '调用的接口，或 sign-in、member-changed、person-exported、person-erased' }),
    target: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditLine' })

export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/audit',
    group: '运维',
    summary: '谁在什么时候对什么做了什么，新的在前；被拒绝的尝试也在',
    who: ['admin'],
    scope: 'house',
    query: z.strictObject({
      by: line(64).optional(),
      action: line(120).optional(),
      target: line(200).optional(),
      from: givenTime.optional(),
      to: givenTime.optional(),
      ...pageQuery,
    }),
    answers: { 200: pageOf(AuditSchema) },
    async handle({ house, query: { limit, cursor, ...filter }, cursors }) {
      const page = await pageFrom(
        cursors,
        'audit',
        { limit, cursor },
        (after, most) =>
          readAudit(house.db, filter, {
            after: after && { at: String(after[0]), id: String(after[1]) },
            limit: most,
          }),
        ({ exact, id }) => [exact, id],
        (rows) => rows.map(({ exact: _, at, ...row }) => ({ ...row, at: at.toISOString() })),
      )
      return ok(page)
    },
  }),
]
