import { z } from 'zod'
import { listScripts, listSent } from '../../content/scripts.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams, time } from './common.schema.ts'

export const ScriptsSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        contentId: z.string(),
        title: z.string(),
        text: z.string().meta({ description: '已经填好客户的称呼、公司等，发出去就是这样' }),
        needs: z.array(z.string()),
        fits: z.boolean().meta({ description: '适合他现在的阶段' }),
        initials: z.string().meta({ description: '标题的拼音首字母，如 bj' }),
        pinyin: z.string(),
        sentAt: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'Scripts' })

export const SentPiecesSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        contentId: z.string(),
        title: z.string(),
        sentAt: time,
        by: z.string().nullable(),
        openedAt: time.nullable(),
        depth: z.int(),
        read: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'SentPieces' })

/** What a rep has at hand to say, and what has been said. */
export const scriptRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads/:id/scripts',
    group: '侧边栏',
    summary: '话术架：适合这位客户阶段的在前，已填好称呼；可按字、词、拼音或首字母找。发送用 POST /api/leads/:id/todos',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: ScriptsSchema },
    async handle({ house, leadId, principal }) {
      const scripts = await listScripts(house, leadId, principal.userid)
      return ok({ items: scripts.map((one) => ({ ...one, sentAt: one.sentAt?.toISOString() ?? null })) })
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/sent',
    group: '侧边栏',
    summary: '最近发给他的内容，各自打开了没有',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: SentPiecesSchema },
    async handle({ house, leadId }) {
      const sent = await listSent(house, leadId)
      const items = sent.map(({ sentAt, openedAt, ...one }) => ({
        ...one,
        sentAt: sentAt.toISOString(),
        openedAt: openedAt?.toISOString() ?? null,
      }))
      return ok({ items })
    },
  }),
]
