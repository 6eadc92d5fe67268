import { z } from 'zod'
import { listSimulations } from '../../simulation/list.ts'
import { longestDays, simulationKind, startSimulation } from '../../simulation/simulate.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { givenTime, idParams, pageOf, pageQuery } from './common.schema.ts'
import { JobReportQuery, JobSchema } from './jobs.schema.ts'
import { readReport } from './jobs.ts'
import { AffectedSchema, SimulationSchema, TriedSchema } from './simulations.schema.ts'

const group = '业务规则'
const who = ['admin', 'manager'] as const

const window = {
  from: givenTime.optional().meta({ description: '从什么时候起；不写是 to 之前 30 天' }),
  to: givenTime.optional().meta({ description: `到什么时候；不写是现在。最长 ${longestDays} 天` }),
}

const WantedSchema = z
  .union(
    [
      z.strictObject({ patch: z.record(z.string(), z.unknown()), ...window }),
      z.strictObject({ version: z.int().min(1).max(2_000_000_000), ...window }),
    ],
    { error: '请写 patch（JSON merge patch）或 version（历史版本），二选一；from、to 是 ISO 8601 时间' },
  )
  .meta({ id: 'SimulationWanted' })

export const simulationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/playbook/simulate',
    group,
    summary: '模拟：改动放到已经发生的事上，送审、MQL、派单和各人负荷、超时会怎样；后台做，不改任何线索',
    who,
    scope: 'house',
    body: WantedSchema,
    answers: { 202: JobSchema },
    async handle({ house, body: { from, to, ...wanted }, actor }) {
      return accepted(await startSimulation(house, wanted, { from, to }, actor.id))
    },
  }),
  route({
    method: 'get',
    path: '/api/playbook/simulations',
    group,
    summary: '试过的改动，新的在前；管理员看得到所有人的',
    who,
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(TriedSchema) },
    async handle({ house, principal, query, cursors }) {
      const by = principal.roles.includes('admin') ? null : (principal.userid ?? 'api')
      const page = await pageFrom(
        cursors,
        'simulations',
        query,
        (after, limit) => listSimulations(house.db, { by, after: after?.map(String) ?? null, limit }),
        ({ createdAt, id }) => [createdAt, id],
        (rows) => rows,
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/playbook/simulations/:id',
    group,
    summary: '一次模拟的进度和结果',
    who,
    scope: 'house',
    params: idParams,
    answers: { 200: SimulationSchema },
    async handle(ask) {
      const { items: _, nextCursor: __, ...job } = await readReport({ ...ask, query: { limit: 1 } }, simulationKind)
      return ok(job)
    },
  }),
  route({
    method: 'get',
    path: '/api/playbook/simulations/:id/leads',
    group,
    summary:
      '两边不一样的线索，各写明为什么；outcome：only-changed 改后才送审，only-current 改后不送审，different 时间或结果不同，other-rep 换了人接，only-current-placed 改后没有人接，only-changed-placed 改后才有人接',
    who,
    scope: 'house',
    params: idParams,
    query: JobReportQuery,
    answers: { 200: AffectedSchema },
    async handle(ask) {
      const { items, ...job } = await readReport(ask, simulationKind)
      const names = await ask.house.db.query<{ id: string; name: string }>(
        'SELECT id, name FROM leads WHERE id = ANY($1)',
        [items.flatMap(({ leadId }) => leadId ?? [])],
      )
      const nameOf = new Map(names.map(({ id, name }) => [id, name]))
      return ok({ ...job, items: items.map((item) => ({ ...item, name: nameOf.get(item.leadId ?? '') ?? null })) })
    },
  }),
]
