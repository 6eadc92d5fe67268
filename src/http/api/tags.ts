import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { markTagDefinitions } from '../../mirror/tag-definitions.ts'
import {
  addTag,
  mostCounted,
  readTagLibrary,
  readTagStory,
  renameTag,
  renameTagGroup,
} from '../../mirror/tag-library.ts'
import { accepted, created, ok, type Route, route } from '../route.ts'
import { idParams, line, time } from './common.schema.ts'
import { editors } from './content.ts'

const sync = z.enum(['there', 'coming', 'gone', 'too-long']).meta({
  description: '企业微信里有了 · 还没写过去 · 在企业微信里删掉了 · 超过 30 个字，写不过去',
})

export const TagLibrarySchema = z
  .strictObject({
    groups: z.array(
      z.strictObject({
        id: z.uuid(),
        name: z.string(),
        kind: z.string(),
        exclusive: z.boolean().meta({ description: '一组只戴一枚' }),
        ours: z.boolean().meta({ description: '由本应用建，可以改名' }),
        sync,
        tags: z.array(
          z.strictObject({
            id: z.uuid(),
            name: z.string(),
            stage: z.string().nullable(),
            ours: z.boolean(),
            sync,
            leads: z.int().meta({ description: `戴着它的线索，数到 ${mostCounted} 为止` }),
          }),
        ),
      }),
    ),
    syncedAt: time.nullable().meta({ description: '上次与企业微信对过的时间' }),
  })
  .meta({ id: 'TagLibrary' })

export const TagStorySchema = z
  .strictObject({
    id: z.uuid(),
    group: z.string(),
    name: z.string(),
    uses: z
      .array(z.strictObject({ kind: z.enum(['code', 'journey', 'segment', 'rule']), id: z.string(), name: z.string() }))
      .meta({ description: '哪里写着它：打上它的，和拿它作条件的' }),
    by: z
      .array(z.strictObject({ by: z.string(), rule: z.string().nullable(), leads: z.int() }))
      .meta({ description: '谁打上的，最多看 2000 条' }),
  })
  .meta({ id: 'TagStory' })

/** WeCom's limit. */
const name = line(30).min(1)
const NewTagSchema = z.strictObject({ group: name, name }).meta({ id: 'NewTag' })
const NamedSchema = z.strictObject({ name })
const MadeSchema = z.strictObject({ id: z.uuid() })

const group = '标签'

export const tagRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/tags',
    group,
    summary: '标签组和标签，各有多少线索戴着，和企业微信对上没有',
    who: 'everyone',
    scope: 'house',
    answers: { 200: TagLibrarySchema },
    async handle({ house }) {
      const { groups, syncedAt } = await readTagLibrary(house.db)
      return ok({ groups, syncedAt: syncedAt?.toISOString() ?? null })
    },
  }),
  route({
    method: 'post',
    path: '/api/tags',
    group,
    summary: '新建标签；组还没有就一起建。随后写到企业微信',
    who: editors,
    scope: 'house',
    body: NewTagSchema,
    answers: { 201: MadeSchema },
    handle: async ({ house, body }) => created({ id: await tryTransaction(house.db, (tx) => addTag(tx, house, body)) }),
  }),
  route({
    method: 'post',
    path: '/api/tags/sync',
    group,
    summary: '马上与企业微信对一次标签',
    who: editors,
    scope: 'house',
    answers: { 202: z.strictObject({ asked: z.boolean() }) },
    async handle({ house }) {
      await house.db.transaction((tx) => markTagDefinitions(tx, house))
      return accepted({ asked: true })
    },
  }),
  route({
    method: 'get',
    path: '/api/tags/:id',
    group,
    summary: '一个标签：什么会打上它、哪里拿它作条件、谁打上的',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: TagStorySchema },
    handle: async ({ house, params: { id } }) => ok(await readTagStory(house, known(id))),
  }),
  route({
    method: 'put',
    path: '/api/tags/:id',
    group,
    summary: '标签改名，企业微信里一起改；别处写着它的名字就拒绝，并列出在哪里',
    who: editors,
    scope: 'house',
    params: idParams,
    body: NamedSchema,
    answers: { 200: MadeSchema },
    async handle({ house, params: { id }, body }) {
      await renameTag(house, known(id), body.name)
      return ok({ id })
    },
  }),
  route({
    method: 'put',
    path: '/api/tag-groups/:id',
    group,
    summary: '标签组改名，规矩同标签',
    who: editors,
    scope: 'house',
    params: idParams,
    body: NamedSchema,
    answers: { 200: MadeSchema },
    async handle({ house, params: { id }, body }) {
      await renameTagGroup(house, known(id), body.name)
      return ok({ id })
    },
  }),
]

function known(id: string): string {
  if (!isId(id)) throw new Refused(404, 'tag_unknown', '没有这个标签')
  return id
}
