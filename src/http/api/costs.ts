import { z } from 'zod'
import { keepCosts, listCosts, mostFen, readCostTable } from '../../reports/costs.ts'
import { decodeText, readBody } from '../body.ts'
import { ok, type Route, route } from '../route.ts'
import { line, time } from './common.schema.ts'

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, { error: '月份请写成 2026-11' })
const CostSchema = z
  .strictObject({
    month,
    channel: line(60).min(1),
    campaign: line(60).default('').meta({ description: '空：整个渠道' }),
    amount: z.int().min(0).max(mostFen).meta({ description: '分；0 表示去掉这一笔' }),
  })
  .meta({ id: 'Cost' })
const KeptSchema = z.strictObject({ items: z.array(z.strictObject({ ...CostSchema.shape, by: z.string(), at: time })) })
const KeptManySchema = z.strictObject({ kept: z.int() })

const mostBytes = 1024 * 1024
const group = '漏斗'
const who = ['admin', 'manager'] as const

export const costRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/costs',
    group,
    summary: '记下的获客费用',
    who: ['admin', 'manager', 'mdr'],
    scope: 'house',
    query: z.strictObject({ from: month.default('2000-01'), to: month.default('9999-12') }),
    answers: { 200: KeptSchema },
    async handle({ house, query }) {
      const items = (await listCosts(house.db, query)).map((cost) => ({ ...cost, at: cost.at.toISOString() }))
      return ok({ items })
    },
  }),
  route({
    method: 'put',
    path: '/api/costs',
    group,
    summary: '记获客费用：同一月份、渠道、活动的后一次代替前一次',
    who,
    scope: 'house',
    body: z.strictObject({ items: z.array(CostSchema).min(1).max(2000) }),
    answers: { 200: KeptManySchema },
    async handle({ house, body: { items }, actor }) {
      await house.db.transaction((tx) => keepCosts(tx, items, actor.id, house.clock.now()))
      return ok({ kept: items.length })
    },
  }),
  route({
    method: 'post',
    path: '/api/costs/import',
    group,
    summary: '从 CSV 记获客费用：月份、渠道、活动（可无）、金额（元）。有一行不对就一行也不记',
    who,
    scope: 'house',
    upload: ['text/csv'],
    answers: { 200: KeptManySchema },
    async handle({ house, ctx, actor }) {
      const costs = await readCostTable(decodeText(await readBody(ctx.req, mostBytes)))
      await house.db.transaction((tx) => keepCosts(tx, costs, actor.id, house.clock.now()))
      return ok({ kept: costs.length })
    },
  }),
]
