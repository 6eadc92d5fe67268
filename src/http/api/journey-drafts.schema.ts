import { z } from 'zod'
import { time } from './common.schema.ts'
import { MigrationSchema } from './journeys.schema.ts'

const longest = 200_000

export const DraftInputSchema = z
  .strictObject({
    journey: z
      .record(z.string(), z.unknown())
      .refine((journey) => JSON.stringify(journey).length <= longest, { error: `最多 ${longest} 个字符` })
      .refine((journey) => !/\\u0000/.test(JSON.stringify(journey)), { error: '含有无法保存的字符' }),
    base: z.int().min(1).nullable().default(null).meta({ description: '从哪一版改起；null 表示新写的' }),
  })
  .meta({ id: 'JourneyDraftInput' })

export const DraftSchema = z
  .strictObject({
    journey: z.string(),
    body: z.record(z.string(), z.unknown()),
    base: z.int().nullable(),
    at: time,
  })
  .meta({ id: 'JourneyDraft' })

export const CheckedSchema = z
  .strictObject({
    faults: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .meta({ description: '空的就可以存；field 例如 steps[2].branch.then[0].send' }),
    journey: z.record(z.string(), z.unknown()).nullable().meta({ description: '读懂之后的样子；读不懂时为 null' }),
    changes: z
      .strictObject({
        version: z.int().meta({ description: '和这一版比' }),
        settings: z.array(z.string()),
        steps: z.array(
          z.strictObject({
            what: z.enum(['added', 'removed', 'changed', 'moved']),
            from: z.string().nullable(),
            to: z.string().nullable(),
          }),
        ),
      })
      .nullable()
      .meta({ description: '还没有这个旅程时为 null' }),
    migration: MigrationSchema.pick({ moves: true, left: true })
      .nullable()
      .meta({ description: '发布之后若要转，现在走在里面的人各落在哪一步' }),
  })
  .meta({ id: 'JourneyChecked' })
