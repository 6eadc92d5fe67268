import { z } from 'zod'
import { exportColumnNames } from '../../lists/export.ts'
import { WideConditionSchema } from '../../playbook/condition.ts'
import { line, tag, time, userid } from './common.schema.ts'

const condition = z
  .unknown()
  .pipe(WideConditionSchema)
  .meta({ description: '条件，写法同人群（GET /api/segments/fields）' })

/** What a list of leads is narrowed to, as in the address of `GET /api/leads`. */
const filter = z.strictObject({
  externalUserId: z.string().max(128).optional(),
  stage: z.string().max(64).optional(),
  desk: z.string().max(64).optional(),
  owner: z.string().max(64).optional(),
  segment: z.uuid({ error: '不是人群的 id' }).optional(),
  tag: z.string().max(130).optional(),
  q: line(100).optional(),
})

export const ViewInputSchema = z
  .strictObject({
    name: line(60).min(1, { error: '请给视图起个名字' }),
    shared: z.boolean().default(false).meta({ description: '所有同事都看得到；里面有谁仍各按各的范围' }),
    filter: filter.default({}),
    condition: condition.nullish(),
    columns: z.array(line(30).min(1)).max(20).default([]),
  })
  .meta({ id: 'LeadViewInput' })

export const ViewSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    by: z.string(),
    mine: z.boolean(),
    shared: z.boolean(),
    filter: z.record(z.string(), z.string()),
    condition: z.unknown(),
    columns: z.array(z.string()),
    updatedAt: time,
  })
  .meta({ id: 'LeadView' })

const chosen = {
  leadIds: z
    .array(z.uuid({ error: '不是线索的 id' }))
    .min(1)
    .max(5000)
    .optional(),
  list: z
    .strictObject({ filter: filter.default({}), condition: condition.nullish() })
    .optional()
    .meta({ description: '或者一个列表里的全部，不只是看到的那一页' }),
}
const oneOf = <T extends { leadIds?: unknown; list?: unknown }>(given: T) =>
  (given.leadIds === undefined) !== (given.list === undefined)
const both = { path: ['leadIds'], error: 'leadIds 和 list 写且只写一个' }

const tags = z.array(tag).max(20).default([])
const ActionSchema = z.discriminatedUnion('do', [
  z
    .strictObject({ do: z.literal('tag'), put: tags, take: tags })
    .refine(({ put, take }) => put.length + take.length > 0, { error: '请写要打或要摘的标签' }),
  z.strictObject({
    do: z.literal('assign'),
    to: userid,
    anyway: z.boolean().default(false),
    note: line(500).optional(),
  }),
  z.strictObject({ do: z.literal('enrol'), journey: line(60).min(1) }),
  z.strictObject({ do: z.literal('segment'), segment: z.uuid({ error: '不是人群的 id' }) }),
  z.strictObject({ do: z.literal('advance'), to: line(64).min(1), reason: line(500).optional() }),
])

export const BulkSchema = z
  .strictObject({ ...chosen, action: ActionSchema })
  .refine(oneOf, both)
  .meta({ id: 'BulkLeads' })

export const ExportSchema = z
  .strictObject({ ...chosen, columns: z.array(z.enum(exportColumnNames)).min(1).max(40).optional() })
  .refine(oneOf, both)
  .meta({ id: 'ExportLeads' })

export const ExportFileQuery = z.strictObject({ format: z.enum(['csv', 'xlsx']).default('csv') })
