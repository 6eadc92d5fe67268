import { z } from 'zod'
import type { Actor } from '../../actor.ts'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { readGlance } from '../../sidebar/glance.ts'
import { pageSignature } from '../../wecom/tickets.ts'
import type { Principal } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { findLead } from '../scope.ts'
import { idParams } from './common.schema.ts'
import { presentBrief } from './console.ts'
import { ContactSchema, JsSdkSchema } from './sidebar.schema.ts'

const group = '侧边栏'

export const sidebarRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/js-sdk',
    group,
    summary: '页面调用企业微信 JS-SDK 要的签名：corp 给 config，agent 给 agentConfig',
    who: 'everyone',
    scope: 'house',
    query: z.strictObject({ url: z.url().max(2000).meta({ description: '页面现在的地址，不含 # 以后' }) }),
    answers: { 200: JsSdkSchema },
    async handle({ house, query: { url } }) {
      return ok(await signPageOfOurs(house, url))
    },
  }),
  route({
    method: 'get',
    path: '/api/contacts/:externalUserId',
    group,
    summary: '打开和一位客户的聊天时要知道的一切：他是谁、读了什么、时限、下一步、发什么',
    who: 'everyone',
    scope: 'rows',
    params: z.object({ externalUserId: z.string().min(1).max(128) }),
    answers: { 200: ContactSchema },
    async handle({ house, params, principal, actor }) {
      const [found] = await house.db.query<{ id: string }>(
        `SELECT lead_root(lead_id) AS id FROM identities WHERE kind = 'externalUserId' AND key = $1`,
        [params.externalUserId],
      )
      if (!found) throw new Refused(404, 'contact_unknown', '系统里还没有这位客户；刚加上的好友一般几秒后就有')
      return ok(await glance(house, await findLead(house.db, principal, found.id), actor, principal))
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/glance',
    group,
    summary: '同上，按线索打开',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    query: z.strictObject({
      of: z
        .enum(['chat', 'desk'])
        .default('chat')
        .meta({ description: 'desk：不是从聊天里看，建议给负责这条线索的人' }),
    }),
    answers: { 200: ContactSchema },
    handle: async ({ house, leadId, actor, principal, query }) =>
      ok(await glance(house, leadId, actor, principal, query.of)),
  }),
]

/** A signature lets a page speak for the app; it is given to our own pages only. @throws Refused 422; RetryLater, GiveUp */
export async function signPageOfOurs(house: House, url: string): Promise<z.output<typeof JsSdkSchema>> {
  if (new URL(url).origin !== new URL(house.config.publicUrl).origin)
    throw new Refused(422, 'foreign_page', '只为本系统的页面签名', [{ field: 'url', message: '不是本系统的地址' }])
  const { corpId, agentId } = house.config.wecom
  const [page = url] = url.split('#')
  const sign = (kind: 'corp' | 'agent') => pageSignature(house.wecom, house.clock, kind, page)
  const [corp, agent] = await Promise.all([sign('corp'), sign('agent')])
  return { corpId, agentId, corp, agent }
}

async function glance(house: House, leadId: string, actor: Actor, principal: Principal, of: 'chat' | 'desk' = 'chat') {
  const { brief, ...rest } = await readGlance(house, leadId, actor, of)
  return { ...rest, brief: presentBrief(brief, principal, house.clock.now()) }
}
