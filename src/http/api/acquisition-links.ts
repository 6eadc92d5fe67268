import { z } from 'zod'
import { keptQuota } from '../../codes/quota.ts'
import { ok, type Route, route } from '../route.ts'
import { codeEditors, codeRoutes } from './code-routes.ts'
import { time } from './common.schema.ts'

const group = '获客链接'

const QuotaSchema = z
  .strictObject({
    total: z.int(),
    balance: z.int().meta({ description: '剩余次数' }),
    lots: z.array(z.strictObject({ expiresAt: time, balance: z.int() })),
    at: time.nullable().meta({ description: '什么时候问的；null 还没有问过' }),
    problem: z.string().nullable().meta({ description: '企业微信不说的原因' }),
    warnAt: z.array(z.int()),
  })
  .meta({ id: 'AcquisitionQuota' })

export const acquisitionLinkRoutes: readonly Route[] = [
  // Before `:id`, which would take it for a link.
  route({
    method: 'get',
    path: '/api/acquisition-links/quota',
    group,
    summary: '获客助手的剩余次数',
    who: codeEditors,
    scope: 'house',
    answers: { 200: QuotaSchema },
    async handle({ house }) {
      const kept = await keptQuota(house.db)
      const { warnAt } = (await house.playbook.current()).playbook.codes.quota
      const { told: _, ...quota } = kept ?? { total: 0, balance: 0, lots: [], at: null, problem: null, told: null }
      return ok({ ...quota, warnAt })
    },
  }),
  ...codeRoutes('link', '/api/acquisition-links', group, '获客链接'),
]
