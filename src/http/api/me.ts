import { z } from 'zod'
import { roles } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'

const MeSchema = z.strictObject({
  userid: z.string().nullable(),
  roles: z.array(z.enum(roles)),
  reach: z.enum(['all', 'team', 'own']),
  team: z.string().nullable(),
})

export const meRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/me',
    group: '登录',
    summary: '我是谁，能看到哪些线索',
    who: 'everyone',
    scope: 'house',
    answers: { 200: MeSchema },
    handle: async ({ principal: { userid, roles, reach, team } }) => ok({ userid, roles, reach, team }),
  }),
]
