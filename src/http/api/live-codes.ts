import { previewPlan } from '../../codes/preview.ts'
import { ok, type Route, route } from '../route.ts'
import { codeEditors, codeRoutes } from './code-routes.ts'
import { planOf } from './live-codes.present.ts'
import { PreviewedSchema, PreviewSchema } from './live-codes.schema.ts'

const group = '渠道活码'

export const liveCodeRoutes: readonly Route[] = [
  ...codeRoutes('live', '/api/live-codes', group, '渠道活码'),
  route({
    method: 'post',
    path: '/api/live-codes/preview',
    group,
    summary: '试一试：备注会写成什么样，接下来七天谁当班；什么也不改',
    who: codeEditors,
    scope: 'house',
    body: PreviewSchema,
    answers: { 200: PreviewedSchema },
    audited: false,
    handle: async ({ house, body }) => ok(await previewPlan(house, { ...body, plan: planOf(body) })),
  }),
]
