import { z } from 'zod'
import { JobReportSchema, JobSchema } from './jobs.schema.ts'
import { ChangeSchema } from './playbook.schema.ts'

const estimated = z.strictObject({ known: z.int(), estimated: z.number(), low: z.number(), high: z.number() }).meta({
  id: 'Estimated',
  description: 'known 是历史上有结论的；其余按同等级的比例估计，low 到 high 是 95% 区间（Wilson）',
})

const spread = z.strictObject({ count: z.int(), low: z.number(), high: z.number() }).meta({
  id: 'Spread',
  description: 'count 是照估计的 MQL 派下来的次数，low 到 high 是可能的范围',
})

const answers = { offers: spread, taken: spread, declined: spread, lapsed: spread }

const placing = z
  .strictObject({
    ...answers,
    unplaced: spread.meta({ description: '没有人能接的次数' }),
    asRecorded: z.int().meta({ description: '与历史上派给同一人、同样结束的' }),
    reps: z.array(
      z.strictObject({
        userid: z.string(),
        capacity: z.int(),
        ...answers,
        peak: spread.meta({ description: '在手最多时，含待答复的' }),
        atEnd: spread.meta({ description: '窗口结束时在手' }),
        answers: z
          .strictObject({ basis: z.enum(['own', 'all', 'none']), known: z.int() })
          .meta({ description: '历史上没派给他的，照谁的答复：他自己的、全体的、没有记录（按立即接单算）' }),
      }),
    ),
  })
  .meta({ id: 'SimulatedPlacing', description: '各自重新派单的结果' })

const counts = { offers: z.int(), taken: z.int(), declined: z.int(), lapsed: z.int() }
const recordedPlacing = z.strictObject({
  ...counts,
  unplaced: z.int(),
  reps: z.array(z.strictObject({ userid: z.string(), ...counts })),
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
    placing: placing.nullable().optional(),
  })
  .meta({ id: 'SimulationSide' })

export const SimulationSchema = z
  .strictObject({
    ...JobSchema.shape,
    result: z
      .looseObject({
        base: z.int(),
        from: z.string(),
        to: z.string(),
        changes: z.array(ChangeSchema).optional().meta({ description: '试的是什么' }),
        current: side,
        changed: side,
        recorded: z
          .strictObject({ nominations: z.int(), mql: z.int(), placing: recordedPlacing.optional() })
          .meta({ description: '真实发生的' }),
        supposes: z.array(z.string()).meta({ description: '照搬了什么、假设了什么' }),
      })
      .or(z.strictObject({ problem: z.string() }))
      .nullable(),
  })
  .meta({ id: 'Simulation', description: 'state 为 done 后有 result：改后与现行并排' })

export const AffectedSchema = z
  .strictObject({
    ...JobReportSchema.shape,
    items: z.array(
      JobReportSchema.shape.items.element.extend({
        name: z.string().nullable().meta({ description: '不在您范围内的线索，leadId 和 name 都是 null' }),
      }),
    ),
  })
  .meta({ id: 'SimulatedLeads' })

export const TriedSchema = z
  .strictObject({
    ...z
      .strictObject(JobSchema.shape)
      .pick({ id: true, state: true, done: true, total: true, by: true, createdAt: true }).shape,
    changes: z.int().nullable().meta({ description: '试了几处改动；没做完时为 null' }),
    about: z.string().nullable().meta({ description: '第一处改的是什么' }),
  })
  .meta({ id: 'SimulationListed' })
