import { z } from 'zod'
import {
  type AnswerRow,
  listAnswers,
  readAnswer,
  readAnswerVersions,
  resetAnswer,
  retireAnswer,
  saveAnswer,
} from '../../answers/answers.ts'
import { answerShape } from '../../answers/files.ts'
import { findAnswers } from '../../answers/find.ts'
import { closeMissed, listMissed } from '../../answers/given.ts'
import { judge } from '../../answers/judge.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { idParams, line, pageOf, pageQuery, paragraph, time } from './common.schema.ts'
import { editors } from './content.ts'

const group = '客服问答'

export const AnswerInputSchema = z
  .strictObject({
    title: line(40).min(1).meta({ description: '问题的名字；菜单里就这么写' }),
    asks: z
      .array(line(100).min(1))
      .max(50)
      .default([])
      .meta({ description: '客户会怎么问，一行一种；错字和拼音不用写' }),
    say: paragraph(640).min(1).meta({ description: '回什么；客服一条消息最多 2048 字节' }),
    piece: answerShape.piece.meta({ description: '一起发的内容的 id' }),
  })
  .meta({ id: 'AnswerInput' })
const AnswerChangeSchema = AnswerInputSchema.extend({
  version: z.int().optional().meta({ description: '打开时的版本；别人先改过就拒绝' }),
}).meta({ id: 'AnswerChange' })

export const AnswerSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    asks: z.array(z.string()),
    say: z.string(),
    piece: z.string().nullable(),
    retiredAt: time.nullable(),
    origin: z.enum(['file', 'database']),
    version: z.int(),
    by: z.string(),
    at: time,
    said: z.int().optional().meta({ description: '近 90 天答过几次；只在列表里' }),
  })
  .meta({ id: 'Answer' })

const HitSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  ask: z.string().meta({ description: '最像的那种问法' }),
  score: z.number().meta({ description: '有多像，0 … 1' }),
  say: z.string(),
})
export const TrySchema = z
  .strictObject({
    does: z.enum(['answers', 'asks', 'calls']).meta({ description: '直接答 · 问是不是这几个 · 答不上来，叫人' }),
    hits: z.array(HitSchema).meta({ description: '像的在前' }),
    bounds: z
      .strictObject({ sure: z.number(), apart: z.number(), near: z.number(), most: z.int() })
      .meta({ description: '业务规则里的线：够 sure、且比第二像的高出 apart 才直接答；够 near 才问是不是' }),
  })
  .meta({ id: 'AnswerTry' })
export const MissedSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid().nullable(),
    text: z.string(),
    near: z.array(z.string()),
    close: z
      .array(z.strictObject({ id: z.string(), title: z.string() }))
      .meta({ description: '比较接近、还在用的问答' }),
    at: time,
  })
  .meta({ id: 'MissedQuestion' })

function present({ checksum: _, retiredAt, at, ...answer }: Omit<AnswerRow, 'said' | 'checksum'> & Partial<AnswerRow>) {
  return { ...answer, retiredAt: retiredAt?.toISOString() ?? null, at: at.toISOString() }
}

export const answerRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/answers',
    group,
    summary: '客服机器人会答的问题',
    who: 'everyone',
    scope: 'house',
    query: z.strictObject({
      q: line(100).optional(),
      state: z.enum(['live', 'retired']).default('live'),
      ...pageQuery,
    }),
    answers: { 200: pageOf(AnswerSchema) },
    async handle({ house, query: { limit, cursor, q, state }, cursors }) {
      const page = await pageFrom(
        cursors,
        `answers:${state}`,
        { limit, cursor },
        (after, most) =>
          listAnswers(
            house.db,
            { q, retired: state === 'retired' },
            { after: after === null ? null : String(after[0]), limit: most, now: house.clock.now() },
          ),
        ({ id }) => [id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/answers',
    group,
    summary: '新写一条',
    who: editors,
    scope: 'house',
    body: AnswerInputSchema,
    answers: { 201: AnswerSchema },
    handle: async ({ house, body, actor }) => created(present(await saveAnswer(house, body, actor.id))),
  }),
  route({
    method: 'post',
    path: '/api/answers/try',
    group,
    summary: '客户这么问，机器人会怎么做；只试，不发',
    who: ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'],
    scope: 'house',
    audited: false,
    body: z.strictObject({ text: paragraph(2000).min(1) }),
    answers: { 200: TrySchema },
    async handle({ house, body: { text } }) {
      const { playbook } = await house.playbook.current()
      const hits = await findAnswers(house.db, text)
      const { sure, near } = judge(hits, playbook.bot.answers)
      return ok({
        does: sure ? ('answers' as const) : near.length > 0 ? ('asks' as const) : ('calls' as const),
        hits: hits.map(({ piece: _, score, ...hit }) => ({ ...hit, score: Math.round(score * 100) / 100 })),
        bounds: playbook.bot.answers,
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/answers/missed',
    group,
    summary: '客户问过、库里没有答案的，新的在前',
    who: editors,
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(MissedSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'missed-questions',
        query,
        (after, limit) =>
          listMissed(house.db, { after: after && { at: String(after[0]), id: String(after[1]) }, limit }),
        ({ order, id }) => [order, id],
        (rows) => rows.map(({ order: _, at, ...missed }) => ({ ...missed, at: at.toISOString() })),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/answers/missed/close',
    group,
    summary: '已经补上答案，或不需要答的，划掉',
    who: editors,
    scope: 'house',
    body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(200) }),
    answers: { 200: z.strictObject({ closed: z.int() }) },
    handle: async ({ house, body: { ids }, actor }) =>
      ok({ closed: await closeMissed(house.db, house, ids, actor.id) }),
  }),
  route({
    method: 'get',
    path: '/api/answers/:id',
    group,
    summary: '一条问答',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: AnswerSchema },
    handle: async ({ house, params }) => ok(present(await readAnswer(house.db, params.id))),
  }),
  route({
    method: 'get',
    path: '/api/answers/:id/versions',
    group,
    summary: '一条问答的历次版本，新的在前',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: z.strictObject({ items: z.array(AnswerSchema) }) },
    handle: async ({ house, params }) =>
      ok({ items: (await readAnswerVersions(house.db, params.id)).map((one) => present(one)) }),
  }),
  route({
    method: 'put',
    path: '/api/answers/:id',
    group,
    summary: '改一条；一样的内容不产生新版',
    who: editors,
    scope: 'house',
    params: idParams,
    body: AnswerChangeSchema,
    answers: { 200: AnswerSchema },
    handle: async ({ house, params: { id }, body: { version, ...input }, actor }) =>
      ok(present(await saveAnswer(house, input, actor.id, { id, version }))),
  }),
  change('/retire', '停用：机器人不再这么答', (house, id, by) => retireAnswer(house, id, true, by)),
  change('/restore', '重新启用', (house, id, by) => retireAnswer(house, id, false, by)),
  change('/reset', '恢复成文件里的样子', (house, id) => resetAnswer(house, id)),
]

function change(
  path: string,
  summary: string,
  to: (house: Parameters<typeof retireAnswer>[0], id: string, by: string) => ReturnType<typeof readAnswer>,
): Route {
  return route({
    method: 'post',
    path: `/api/answers/:id${path}`,
    group,
    summary,
    who: editors,
    scope: 'house',
    params: idParams,
    answers: { 200: AnswerSchema },
    handle: async ({ house, params: { id }, actor }) => ok(present(await to(house, id, actor.id))),
  })
}
