import { z } from 'zod'
import { WideConditionSchema } from '../../playbook/condition.ts'
import { line, time } from './common.schema.ts'

/** The contract's condition, with what a lead's whole history answers; kept as it was written. */
const condition = z.unknown().pipe(WideConditionSchema).meta({
  description:
    '{field, op, value}、{tag: {group, name}}、{event, atLeast?, within?}、{content: {did, id?, kind?}, atLeast?, within?}、{journey, is}、{all}、{any}、{not}；可用字段见 GET /api/segments/fields',
})

export type SegmentCondition = z.infer<typeof WideConditionSchema>

export const SegmentInputSchema = z
  .strictObject({
    name: line(60).min(1, { error: '请给人群起个名字' }),
    kind: z
      .enum(['live', 'static'])
      .default('live')
      .meta({ description: 'live 随条件变；static 由人增减，写了条件则按条件取一次' }),
    condition: condition.optional(),
  })
  .meta({ id: 'SegmentInput' })

export const SegmentSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['live', 'static']),
    condition: z.unknown().meta({ description: '条件，没有时为 null' }),
    version: z.int(),
    state: z.enum(['filling', 'ready']),
    size: z.int(),
    progress: z.strictObject({ done: z.int(), total: z.int() }).nullable(),
    usedBy: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    by: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Segment' })

export const SegmentListSchema = z.strictObject({
  items: z.array(SegmentSchema),
  nextCursor: z.null(),
  behindMs: z.int().meta({ description: '动态人群落后多少毫秒；0 表示没有等着算的变化' }),
})

export const EstimateInputSchema = z.strictObject({
  condition,
  leadId: z.uuid().optional().meta({ description: '顺便问这一条线索合不合条件' }),
})

export const EstimateSchema = z
  .strictObject({
    count: z.int(),
    exact: z.boolean().meta({ description: 'false：由抽样推算，真实人数有 95% 的把握在 low 与 high 之间' }),
    low: z.int(),
    high: z.int(),
    leads: z.array(z.unknown()).meta({ description: '其中最多五条，Lead' }),
    fits: z.boolean().nullable().meta({ description: '所问的那条线索合不合；没问时为 null' }),
  })
  .meta({ id: 'SegmentEstimate' })

const leadIds = z
  .array(z.uuid({ error: '不是线索的 id' }))
  .max(5000)
  .default([])
const pasted = z
  .array(line(254).min(1))
  .max(5000)
  .default([])
  .meta({ description: '一行一个人：external_userid、手机号、邮箱或线索的 id' })
export const MembersInputSchema = z.strictObject({
  add: leadIds,
  remove: leadIds,
  addPeople: pasted,
  removePeople: pasted,
})
export const MembersSchema = z.strictObject({
  added: z.int(),
  removed: z.int(),
  refused: z.array(z.string()).meta({ description: '没有，或不在您范围内的，照原样' }),
})

const choice = z.strictObject({ value: z.string(), label: z.string() })
export const ChoicesSchema = z
  .strictObject({
    fields: z.array(
      z.strictObject({
        name: z.string(),
        label: z.string(),
        type: z.enum(['text', 'choice', 'number', 'time']),
        operators: z.array(z.strictObject({ op: z.string(), label: z.string() })),
        values: z.array(choice).nullable(),
      }),
    ),
    tags: z.array(z.strictObject({ group: z.string(), name: z.string() })),
    events: z.array(choice),
    contents: z.array(z.strictObject({ id: z.string(), title: z.string(), kind: z.string() })),
    journeys: z.array(choice),
  })
  .meta({ id: 'SegmentFields' })
