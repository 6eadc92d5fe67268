import { z } from 'zod'
import { leadsWithin } from '../../leads/reach.ts'
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
/** What managers try out is theirs together: the rules are everybody's. */
const shared = { kind: simulationKind, alsoOf: who }

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
    summary: '试过的改动，新的在前；经理和管理员看得到彼此的',
    who,
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(TriedSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'simulations',
        query,
        (after, limit) => listSimulations(house.db, { after: after?.map(String) ?? null, limit }),
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
      const { items: _, nextCursor: __, ...job } = await readReport({ ...ask, query: { limit: 1 } }, shared)
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
      const { items, ...job } = await readReport(ask, shared)
      // The counts are the house's; who somebody is, only for whom he is within reach.
      const within = leadsWithin(ask.principal, 2)
      const names = await ask.house.db.query<{ id: string; name: string }>(
        `SELECT l.id, l.name FROM leads l WHERE l.id = ANY($1) AND ${within.sql}`,
        [items.flatMap(({ leadId }) => leadId ?? []), ...within.values],
      )
      const nameOf = new Map(names.map(({ id, name }) => [id, name]))
      return ok({
        ...job,
        items: items.map(({ leadId, ...item }) => {
          const name = nameOf.get(leadId ?? '') ?? null
          return { ...item, leadId: name === null ? null : leadId, name }
        }),
      })
    },
  }),
]
