import { z } from 'zod'
import { listPieces, readMatrix } from '../../content/list.ts'
import { listVersions, readContent, restoreVersion, retire } from '../../content/versions.ts'
import { type Content, saveContent } from '../../messages/library.ts'
import { pickContent } from '../../messages/pick.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { idParams, line, pageQuery } from './common.schema.ts'
import {
  ContentInputSchema,
  ContentPage,
  ContentSchema,
  kinds,
  MatrixSchema,
  SavedSchema,
  VersionSchema,
} from './content.schema.ts'
import { SuggestionSchema } from './leads.schema.ts'

const group = '内容'
export const editors = ['admin', 'manager', 'mdr'] as const

export const contentRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/content',
    group,
    summary: '内容库里现行的内容，和每份送达、打开、读完的人数',
    who: 'everyone',
    scope: 'house',
    query: z.strictObject({
      kind: z
        .enum([...kinds, 'words'])
        .optional()
        .meta({ description: 'words 是系统自己说的话' }),
      stage: z.string().max(64).optional(),
      audience: line(60).optional(),
      industry: line(60).optional(),
      need: line(60).optional(),
      language: line(20).optional(),
      owner: line(64).optional(),
      state: z.enum(['live', 'lapsed', 'retired']).optional(),
      q: line(100).optional(),
      ...pageQuery,
    }),
    answers: { 200: ContentPage },
    async handle({ house, query: { limit, cursor, ...filter }, cursors }) {
      const page = await pageFrom(
        cursors,
        'content',
        { limit, cursor },
        (after, most) =>
          listPieces(house.db, filter, {
            after: after === null ? null : String(after[0]),
            limit: most,
            now: house.clock.now(),
          }),
        ({ id }) => [id],
        (rows) => rows.map(({ effect, lapsed, ...piece }) => ({ ...presentContent(piece), lapsed, effect })),
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
    method: 'get',
    path: '/api/content/matrix',
    group,
    summary: '阶段 × 对象各有几份能发的内容；0 就是缺口',
    who: 'everyone',
    scope: 'house',
    answers: { 200: MatrixSchema },
    async handle({ house }) {
      const { playbook } = await house.playbook.current()
      const open = Object.entries(playbook.stages).filter(([, { closed }]) => !closed)
      const { audiences, stages } = await readMatrix(
        house.db,
        open.map(([id]) => id),
        house.clock.now(),
      )
      return ok({
        audiences,
        stages: stages.map((row) => ({ ...row, name: playbook.stages[row.stage]?.name ?? row.stage })),
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/content/:id',
    group,
    summary: '一份内容现在的样子',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: ContentSchema },
    handle: async ({ house, params }) => ok(presentContent(await readContent(house.db, params.id))),
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
    path: '/api/content/:id/versions',
    group,
    summary: '一份内容的每一版，新的在前',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: z.strictObject({ items: z.array(VersionSchema) }) },
    async handle({ house, params }) {
      const versions = await listVersions(house.db, params.id)
      return ok({ items: versions.map(({ current, ...piece }) => ({ ...presentContent(piece), current })) })
    },
  }),
  route({
    method: 'post',
    path: '/api/content/:id/restore',
    group,
    summary: '回到某一版：成为新的一版；回到文件的最新一版，就重新跟着文件走',
    who: editors,
    scope: 'house',
    params: idParams,
    body: z.strictObject({ version: z.int().positive().max(2_147_483_647) }),
    answers: { 200: SavedSchema },
    handle: async ({ house, params, body, actor }) =>
      ok(await restoreVersion(house, params.id, body.version, actor.id)),
  }),
  route({
    method: 'post',
    path: '/api/content/:id/retire',
    group,
    summary: '停用（不再推荐和发送，发出去的链接照样能看）或重新启用',
    who: editors,
    scope: 'house',
    params: idParams,
    body: z.strictObject({ retired: z.boolean() }),
    answers: { 200: ContentSchema },
    async handle({ house, params, body }) {
      await retire(house, params.id, body.retired)
      return ok(presentContent(await readContent(house.db, params.id)))
    },
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

function presentContent({ appId, appPage, validFrom, validUntil, retiredAt, at, ...content }: Content) {
  return {
    ...content,
    miniProgram: appId && appPage ? { appId, page: appPage } : null,
    validFrom: validFrom?.toISOString() ?? null,
    validUntil: validUntil?.toISOString() ?? null,
    retiredAt: retiredAt?.toISOString() ?? null,
    at: at.toISOString(),
  }
}
