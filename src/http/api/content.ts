import { z } from 'zod'
import { type Content, listContent, saveContent } from '../../messages/library.ts'
import { pickContent } from '../../messages/pick.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { idParams, line, pageOf, pageQuery, paragraph, time } from './common.schema.ts'
import { SuggestionSchema } from './leads.schema.ts'

const kinds = ['article', 'text', 'link', 'pdf', 'image', 'video', 'miniprogram'] as const
const words = z.array(line(60).min(1)).max(50)

const ContentInputSchema = z
  .strictObject({
    kind: z.enum(kinds),
    title: line(120).min(1),
    body: paragraph(100_000).optional().meta({ description: 'LiquidJS 模板' }),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    stages: z.array(z.string().min(1).max(64)).min(1).max(50),
    audiences: words.optional(),
    industries: words.optional(),
    needs: words.optional(),
    plain: paragraph(2000).optional().meta({ description: '正文渲染不出来时发这一句，不含变量' }),
    say: paragraph(1000).optional().meta({ description: '随链接一起发的话' }),
    counts: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .or(z.literal(''))
      .optional()
      .meta({ description: '打开它同时算作哪种行为，例如 price_view' }),
  })
  .meta({ id: 'ContentInput' })

const ContentSchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    kind: z.string(),
    title: z.string(),
    body: z.string(),
    url: z.string().nullable(),
    stages: z.array(z.string()),
    audiences: z.array(z.string()),
    industries: z.array(z.string()),
    needs: z.array(z.string()),
    plain: z.string(),
    say: z.string(),
    counts: z.string(),
    origin: z.enum(['file', 'database']),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'Content' })

const SavedSchema = z.strictObject({ id: z.string(), version: z.int() }).meta({ id: 'ContentSaved' })

const group = '内容'
const editors = ['admin', 'manager', 'mdr'] as const

export const contentRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/content',
    group,
    summary: '内容库里现行的内容',
    who: 'everyone',
    scope: 'house',
    query: z.strictObject({
      kind: z
        .enum([...kinds, 'words'])
        .optional()
        .meta({ description: 'words 是系统自己说的话' }),
      stage: z.string().max(64).optional(),
      ...pageQuery,
    }),
    answers: { 200: pageOf(ContentSchema) },
    async handle({ house, query: { kind, stage, ...paging }, cursors }) {
      const page = await pageFrom(
        cursors,
        'content',
        paging,
        async (after, limit) => {
          const all = await listContent(house.db, { kind, stage })
          const sorted = all.sort((a, b) => (a.id < b.id ? -1 : 1))
          return sorted.filter(({ id }) => after === null || id > String(after[0])).slice(0, limit)
        },
        ({ id }) => [id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/content',
    group,
    summary: '新建一份内容',
    who: editors,
    scope: 'house',
    body: ContentInputSchema,
    answers: { 201: SavedSchema },
    handle: async ({ house, body, actor }) => created(await saveContent(house, body, actor.id)),
  }),
  route({
    method: 'put',
    path: '/api/content/:id',
    group,
    summary: '改一份内容，成为新的一版；一样的内容不产生新版',
    who: editors,
    scope: 'house',
    params: idParams,
    body: ContentInputSchema,
    answers: { 200: SavedSchema },
    handle: async ({ house, params, body, actor }) => ok(await saveContent(house, body, actor.id, params.id)),
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/suggestions',
    group,
    summary: '现在最适合发给他、又没发过的内容',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: z.strictObject({ items: z.array(SuggestionSchema) }) },
    async handle({ house, leadId }) {
      const items = await pickContent(house.db, house, leadId)
      return ok({ items: items.map(({ contentId, title, reason }) => ({ contentId, title, reason })) })
    },
  }),
]

const present = ({ at, ...content }: Content) => ({ ...content, at: at.toISOString() })
