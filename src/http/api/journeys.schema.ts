import { z } from 'zod'
import { WideConditionSchema } from '../../playbook/condition.ts'
import { pageQuery, time } from './common.schema.ts'
import { ArmSchema } from './reports.schema.ts'

/** The definition, as it comes in and goes out. */
export type { Exit, Journey, Step, Trigger } from '../../journeys/schema.ts'

const counts = z.record(z.string(), z.int())

export const JourneyInputSchema = z
  .union([z.strictObject({ yaml: z.string().min(1).max(200_000) }), z.record(z.string(), z.unknown())])
  .meta({
    id: 'JourneyInput',
    description:
      '旅程的 JSON（id、trigger、entry?、reentry?、goal?、exits?、steps），或 {yaml: 同样内容的 YAML 文本}。写错时 422，逐处指出位置',
  })

export const JourneySummarySchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    name: z.string(),
    about: z.string().nullable(),
    origin: z.enum(['file', 'database']),
    paused: z.boolean(),
    broadcast: z.boolean().meta({ description: '由人发起、只有一步发送的旅程，也就是群发' }),
    trigger: z.record(z.string(), z.unknown()),
    counts: counts.meta({ description: '各状态的人数：waiting paused done goal exited cancelled failed' }),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'JourneySummary' })

export const JourneyDetailSchema = JourneySummarySchema.extend({
  journey: z.record(z.string(), z.unknown()).meta({ description: '定义全文，可以改了再存' }),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      name: z.string().nullable(),
      kind: z.string(),
      outcomes: counts.meta({ description: '这一版里，这一步各种结果的人数' }),
    }),
  ),
}).meta({ id: 'Journey' })

export const JourneyCountsSchema = z
  .strictObject({
    version: z.int(),
    from: time,
    to: time,
    steps: z.array(
      z.strictObject({
        step: z.string(),
        name: z.string().nullable(),
        kind: z.string(),
        waiting: z.int().meta({ description: '现在停在这一步的人数，与时间段无关' }),
        passed: z.int().meta({ description: '这段时间里过了这一步的人数' }),
        refused: z
          .int()
          .meta({ description: '这段时间里这一步没做成的人数：规则不许、没有可发的、没有人可告诉、反复出错' }),
        outcomes: counts.meta({ description: '这一步各种结果的人数' }),
        arms: z
          .array(ArmSchema)
          .optional()
          .meta({ description: '分流的一步：这段时间里分到各支的人，后来有多少达到目标' }),
      }),
    ),
    enrolled: z.int().meta({ description: '这段时间里进入这一版的人次' }),
    reachedGoal: z.int().meta({ description: '这段时间里达到目标的人次' }),
    left: z
      .array(z.strictObject({ reason: z.string(), text: z.string(), count: z.int() }))
      .meta({ description: '这段时间里没有达到目标就结束的，多的在前；finished 是走完全程' }),
    asOf: time,
  })
  .meta({ id: 'JourneyCounts', description: '时间段按整点算' })

export const JourneySavedSchema = z.strictObject({ id: z.string(), version: z.int() }).meta({ id: 'JourneySaved' })

const standing = {
  version: z.int(),
  step: z.string(),
  name: z.string().nullable(),
  kind: z.string(),
  count: z.int().meta({ description: '现在停在这一步的人数' }),
}
export const MigrationSchema = z
  .strictObject({
    version: z.int().meta({ description: '现行的一版，人会转到这里' }),
    moves: z.array(
      z.strictObject({ ...standing, to: z.strictObject({ step: z.string(), name: z.string().nullable() }) }),
    ),
    left: z.array(z.strictObject(standing)).meta({ description: '新版里找不到这一步的人：留在原来的一版走完' }),
    moved: z.int().meta({ description: '这一次转过去的人数；预览时为 0' }),
    more: z.boolean().meta({ description: '人太多，还没转完，请再调用一次' }),
  })
  .meta({ id: 'JourneyMigration', description: '旧版里的人会落在新版的哪一步；步骤按名称和内容对应' })

export const VersionSchema = z
  .strictObject({
    version: z.int(),
    current: z.boolean(),
    origin: z.enum(['file', 'database']),
    by: z.string(),
    at: time,
    live: z.int().meta({ description: '还走在这一版里的人数' }),
    journey: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'JourneyVersion' })

export const LeadIdsSchema = z
  .array(z.uuid({ error: '不是线索的 id' }))
  .min(1)
  .max(5000)

export const EnrolReportSchema = z
  .strictObject({
    journey: z.string(),
    accepted: z.int(),
    enrolled: z.array(z.strictObject({ leadId: z.string(), enrolment: z.string() })),
    refused: z.array(z.strictObject({ leadId: z.string(), id: z.string(), message: z.string() })),
  })
  .meta({ id: 'EnrolReport', description: '收下多少；没收下的逐条说明' })

export const EnrolmentListQuery = z.strictObject({
  state: z.enum(['waiting', 'paused', 'done', 'goal', 'exited', 'cancelled', 'failed']).optional(),
  leadId: z.uuid().optional(),
  version: z.coerce.number().int().min(1).optional(),
  step: z
    .string()
    .regex(/^[a-z0-9.]{1,200}$/)
    .optional()
    .meta({ description: '现在停在这一步的人，例如 3.then.1；请同时写 version' }),
  ...pageQuery,
})

export const EnrolmentSchema = z
  .strictObject({
    id: z.string(),
    journey: z.string(),
    version: z.int(),
    leadId: z.string(),
    lead: z.strictObject({ name: z.string(), company: z.string().nullable(), stage: z.string(), desk: z.string() }),
    state: z.enum(['waiting', 'paused', 'done', 'goal', 'exited', 'cancelled', 'failed']),
    step: z.string().nullable().meta({ description: '现在所在的一步；结束后为 null' }),
    dueAt: time.nullable(),
    enteredAt: time,
    enteredBy: z.string(),
    endedAt: time.nullable(),
    why: z.string().nullable(),
    trail: z.array(
      z.strictObject({
        step: z.string(),
        outcome: z.string(),
        messageId: z.string().nullable(),
        at: time,
        playbookVersion: z.int(),
      }),
    ),
  })
  .meta({ id: 'Enrolment' })

/** A segment by its id, or the condition it would have. */
export const segment = z.union([z.uuid(), WideConditionSchema], { error: '请写人群的 id，或一个条件' })

export const DryRunInputSchema = z.strictObject({
  leadIds: z.union([LeadIdsSchema.max(500), z.literal('all')]).default('all'),
  segment: segment.optional().meta({ description: '人群的 id，或一个条件；写了就不看 leadIds' }),
  days: z.int().min(1).max(365).default(30),
  show: z.int().min(0).max(100).default(0).meta({ description: '逐人列出前几位每一天会遇到什么，最多 100 位' }),
  journey: JourneyInputSchema.optional().meta({ description: '还没存的改动；不写则用现行的一版' }),
})

export const DryRunSchema = z
  .strictObject({
    from: time,
    days: z.int(),
    asked: z.int(),
    more: z.boolean().meta({ description: '线索太多，只看了最新的 500 条' }),
    entered: z.int(),
    refused: z.array(z.strictObject({ id: z.string(), message: z.string(), count: z.int() })),
    steps: z.array(
      z.strictObject({ step: z.string(), name: z.string().nullable(), reached: z.int(), outcomes: counts }),
    ),
    sends: z.int(),
    putOff: counts,
    capConflicts: z.int().meta({ description: '被频次上限推迟或挡下的发送' }),
    byDay: z.array(z.strictObject({ day: z.string(), sends: z.int() })),
    ends: counts,
    calendars: z.array(
      z.strictObject({
        leadId: z.string(),
        name: z.string(),
        company: z.string().nullable(),
        end: z.string().nullable().meta({ description: '怎样结束的；null 表示到时候还走在里面' }),
        lines: z.array(
          z.strictObject({
            step: z.string(),
            outcome: z.string(),
            at: time,
            content: z.string().nullable().meta({ description: '会发的内容' }),
            putOffBy: z.array(z.string()).meta({ description: '被什么推迟到这个时候' }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'JourneyDryRun', description: '假设这些人期间什么都不做；不写入、不发送任何东西' })
