import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { correctLead } from '../../leads/correct.ts'
import { readLead } from '../../leads/read.ts'
import { putTags, takeTags } from '../../leads/tags.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams, line, paragraph, tag } from './common.schema.ts'
import { LeadSchema } from './leads.schema.ts'

const known = (max: number) => line(max).nullable().optional()

const CorrectionSchema = z
  .strictObject({
    name: line(100).optional(),
    company: known(200),
    title: known(100),
    industry: known(100),
    region: known(100),
    size: known(60),
    attributes: z
      .record(line(60).min(1), z.union([paragraph(2000), z.number(), z.boolean(), z.null()]))
      .refine((fields) => Object.keys(fields).length <= 50, { error: '最多 50 项' })
      .optional(),
    version: z.int().optional(),
  })
  .meta({ id: 'LeadCorrection', description: '给出的字段以此为准，null 表示不知道；没给的不变' })

const TagsSchema = z
  .strictObject({ put: z.array(tag).max(50).default([]), take: z.array(tag).max(50).default([]) })
  .meta({ id: 'TagChanges' })

const keepers = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const

export const leadProfileRoutes: readonly Route[] = [
  route({
    method: 'put',
    path: '/api/leads/:id',
    group: '线索',
    summary: '改正资料',
    who: keepers,
    scope: 'lead',
    params: idParams,
    body: CorrectionSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body: { version, ...correction }, actor }) {
      await correctLead(house, leadId, correction, { by: actor.id, version })
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/tags',
    group: '线索',
    summary: '打上、摘下标签；互斥的组里新的换下旧的',
    who: keepers,
    scope: 'lead',
    params: idParams,
    body: TagsSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body: { put, take }, actor }) {
      const { playbook } = await house.playbook.current()
      if ([...put, ...take].some(({ group }) => group === playbook.stageTagGroup))
        throw new Refused(422, 'stage_tag', `「${playbook.stageTagGroup}」跟着阶段走，请改变阶段`)
      await tryTransaction(house.db, async (tx) => {
        const changes = (tags: typeof put) => tags.map((one) => ({ leadId, ...one, by: actor.id }))
        await takeTags(tx, house, changes(take))
        await putTags(tx, house, changes(put))
      })
      return ok(await readLead(house, leadId))
    },
  }),
]
