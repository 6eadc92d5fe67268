import { z } from 'zod'
import { formFields } from '../../leads/form-fields.ts'
import { listHookSources, saveHookSource } from '../../leads/hooks.ts'
import { ok, type Route, route } from '../route.ts'
import { line } from './common.schema.ts'

const mapping = z
  .record(line(60).min(1), z.enum([...formFields, '']))
  .meta({ description: '对方的字段名 → 我们的字段；空为不要。常见的中英文名字不用写' })

const source = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, { error: '由 1–40 个小写字母、数字和 _- 组成' })

const HookSchema = z
  .strictObject({
    source: z.string(),
    channel: z.string(),
    mapping: z.record(z.string(), z.string()),
    active: z.boolean(),
  })
  .meta({ id: 'HookSource' })

const group = '表单接入'

export const hookRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/hooks',
    group,
    summary: '接进来的表单和广告平台',
    who: ['admin'],
    scope: 'house',
    answers: { 200: z.strictObject({ items: z.array(HookSchema), nextCursor: z.null() }) },
    handle: async ({ house }) => ok({ items: await listHookSources(house.db), nextCursor: null }),
  }),
  route({
    method: 'put',
    path: '/api/hooks/:source',
    group,
    summary: '新建或修改一个来源；令牌只在新建或 renew 时回答一次',
    who: ['admin'],
    scope: 'house',
    params: z.object({ source }),
    body: z.strictObject({
      channel: line(60).min(1).optional().meta({ description: '记为线索的渠道，默认同来源名' }),
      mapping: mapping.optional(),
      active: z.boolean().optional(),
      renew: z.boolean().optional().meta({ description: '换一个新令牌，旧的立即失效' }),
    }),
    answers: {
      200: z
        .strictObject({ ...HookSchema.shape, token: z.string().nullable(), url: z.url() })
        .meta({ id: 'HookSourceSaved' }),
    },
    async handle({ house, params: { source }, body, actor }) {
      const { channel = source, mapping = {}, active = true, renew = false } = body
      const saved = await saveHookSource(house, { source, channel, mapping, active, renew }, actor.id)
      return ok({ ...saved, url: `${house.config.publicUrl}/hooks/${source}` })
    },
  }),
]
