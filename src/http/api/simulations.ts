import { z } from 'zod'
import { longestDays, simulationKind, startSimulation } from '../../simulation/simulate.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { givenTime, idParams } from './common.schema.ts'
import { JobReportQuery, JobReportSchema, JobSchema } from './jobs.schema.ts'
import { readReport } from './jobs.ts'

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

const estimated = z.strictObject({ known: z.int(), estimated: z.number(), low: z.number(), high: z.number() }).meta({
  id: 'Estimated',
  description: 'known 是历史上有结论的；其余按同等级的比例估计，low 到 high 是 95% 区间（Wilson）',
})

const side = z
  .strictObject({
    nominations: z.int().meta({ description: '系统送审的次数' }),
    leads: z.int().meta({ description: '送审过的线索' }),
    byRule: z.record(z.string(), z.int()),
    reviewed: z.int().meta({ description: '审完的' }),
    waiting: z.int().meta({ description: '窗口结束时还在等的' }),
    unjudged: z.int().meta({ description: '历史上没有人判断过的' }),
    mql: estimated,
    lateReviews: estimated,
    promises: z
      .strictObject({
        offers: z.int(),
        lateAnswers: z.int().meta({ description: '没有按时答复的' }),
        unknownAnswers: z.int().meta({ description: '历史上超时更早，答不答不知道的' }),
        contacts: z.int().meta({ description: '接了单、欠首次联系的' }),
        lateContacts: z.int().meta({ description: '没有按时首次联系的' }),
      })
      .meta({ description: '照历史上的派单和做法，按各自的时限算' }),
  })
  .meta({ id: 'SimulationSide' })

const SimulationSchema = z
  .strictObject({
    ...JobSchema.shape,
    result: z
      .looseObject({
        base: z.int(),
        from: z.string(),
        to: z.string(),
        current: side,
        changed: side,
        recorded: z.strictObject({ nominations: z.int(), mql: z.int() }).meta({ description: '真实发生的' }),
        supposes: z.array(z.string()).meta({ description: '照搬了什么、假设了什么' }),
      })
      .or(z.strictObject({ problem: z.string() }))
      .nullable(),
  })
  .meta({ id: 'Simulation', description: 'state 为 done 后有 result：改后与现行并排' })

export const simulationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/playbook/simulate',
    group,
    summary: '模拟：改动放到已经发生的事上，送审、MQL、超时会怎样；后台做，不改任何线索',
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
      '两边不一样的线索，各写明为什么；outcome：only-changed 改后才送审，only-current 改后不送审，different 时间或结果不同',
    who,
    scope: 'house',
    params: idParams,
    query: JobReportQuery,
    answers: { 200: JobReportSchema },
    handle: async (ask) => ok(await readReport(ask, simulationKind)),
  }),
]
