import { z } from 'zod'
import { breakdowns, readFunnel } from '../../reports/funnel.ts'
import { kept } from '../../reports/kept.ts'
import { periodQuery, readPeriod } from '../period.ts'
import { ok, type Route, route } from '../route.ts'
import { leadsWithin } from '../scope.ts'
import { time } from './common.schema.ts'
import { behind, link } from './reports.schema.ts'

export const FunnelSchema = z
  .strictObject({
    from: time,
    to: time,
    asOf: time.meta({ description: '按这一刻的数据；算得久的报表会留一会儿' }),
    by: z.enum(breakdowns).nullable(),
    items: z.array(
      z.strictObject({
        key: z.string().nullable(),
        stages: z.array(
          z.strictObject({
            stage: z.string(),
            name: z.string(),
            entered: z.int(),
            converted: z.int(),
            rate: z.number().nullable(),
            medianHours: z.number().nullable(),
            leads: z.strictObject({ entered: link, converted: link }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Funnel' })

export const funnelRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/funnel',
    group: '漏斗',
    summary: '各阶段进来多少、往后走了多少、要多久；leads 是数字背后的线索。by=period 按时段长短自动取日、周、月',
    who: ['admin', 'manager', 'mdr'],
    scope: 'rows',
    query: z.strictObject({ ...periodQuery, by: z.enum(breakdowns).optional() }),
    answers: { 200: FunnelSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const by = query.by ?? null
      const within = (first: number) => leadsWithin(principal, first)
      const asked = { ...period, within }
      const { answer, asOf } = await kept(house, ['funnel', by], asked, () => readFunnel(house, asked, by))
      const items = answer.map(({ key, stages }) => ({
        key,
        stages: stages.map((row) => {
          const at = { what: 'stage', stage: row.stage, ...(by ? { by, key: key ?? '-' } : {}) }
          const leads = { entered: behind(period, at), converted: behind(period, { ...at, converted: 'true' }) }
          return { ...row, leads }
        }),
      }))
      const said = { from: period.from.toISOString(), to: period.to.toISOString(), asOf: asOf.toISOString() }
      return ok({ ...said, by, items })
    },
  }),
]
