import { z } from 'zod'
import type { CodeKind } from '../../codes/carriers.ts'
import { archiveCode, changeCode } from '../../codes/edit.ts'
import { makeLiveCode, wantLiveCode } from '../../codes/make.ts'
import { drawQr } from '../../codes/qr.ts'
import { listLiveCodes, readLiveCode } from '../../codes/read.ts'
import { Refused, RetryLater } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import { planOf, presentCodes } from './live-codes.present.ts'
import {
  LiveCodeChangesSchema,
  LiveCodeMadeSchema,
  LiveCodeSchema,
  NewLiveCodeSchema,
  QrQuery,
} from './live-codes.schema.ts'

export const codeEditors = ['admin', 'manager', 'mdr'] as const

/** The calls a kind of code has, below its path. Live codes and acquisition links have the same ones. */
export function codeRoutes(kind: CodeKind, path: string, group: string, thing: string): readonly Route[] {
  const shared = { group, who: codeEditors, scope: 'house' } as const
  return [
    route({
      ...shared,
      method: 'get',
      path,
      summary: `${thing}，新的在前；带今天和累计的添加数`,
      query: z.strictObject({
        ...pageQuery,
        archived: z
          .enum(['true', 'false', 'all'])
          .default('all')
          .meta({ description: 'false 只看在用的，true 只看归档的' }),
      }),
      answers: { 200: pageOf(LiveCodeSchema) },
      async handle({ house, query, cursors }) {
        const archived = query.archived === 'all' ? null : query.archived === 'true'
        const page = await pageFrom(
          cursors,
          `${path}:${query.archived}`,
          query,
          (after, limit) =>
            listLiveCodes(house.db, {
              kind,
              limit,
              archived,
              ...(after ? { before: { createdAt: new Date(String(after[0])), id: String(after[1]) } } : {}),
            }),
          ({ createdAt, id }) => [createdAt.toISOString(), id],
          (rows) => presentCodes(house, rows),
        )
        return ok(page)
      },
    }),
    route({
      ...shared,
      method: 'post',
      path,
      summary: `新建${thing}，并在企业微信里生成`,
      body: NewLiveCodeSchema,
      answers: { 201: LiveCodeMadeSchema },
      async handle({ house, body, actor }) {
        const { name, staff, tags, source, welcome } = body
        const { id, state } = await house.db.transaction((tx) =>
          wantLiveCode(tx, house, { kind, name, staff, tags, source, welcome, plan: planOf(body), by: actor.id }),
        )
        try {
          const { configId, qrCode } = await makeLiveCode(house, id)
          return created({ id, state, configId, qrCode })
        } catch (error) {
          if (!(error instanceof RetryLater)) throw error
          // It is written down and will be made as soon as WeCom answers.
          return created({ id, state, configId: null, qrCode: null })
        }
      },
    }),
    route({
      ...shared,
      method: 'get',
      path: `${path}/:id`,
      summary: `一个${thing}`,
      params: idParams,
      answers: { 200: LiveCodeSchema },
      async handle({ house, params }) {
        const [shown] = await presentCodes(house, [await readLiveCode(house.db, kind, needId(params.id))])
        return ok(shown)
      },
    }),
    route({
      ...shared,
      method: 'put',
      path: `${path}/:id`,
      summary: `修改${thing}；企业微信里几秒内跟上，二维码和链接不变`,
      params: idParams,
      body: LiveCodeChangesSchema,
      answers: { 200: LiveCodeSchema },
      async handle({ house, params, body }) {
        const { name, staff, tags, source, welcome, version } = body
        const changes = { name, staff, tags, source, welcome, version, plan: planOf(body) }
        const [shown] = await presentCodes(house, [await changeCode(house, kind, needId(params.id), changes)])
        return ok(shown)
      },
    }),
    route({
      ...shared,
      method: 'delete',
      path: `${path}/:id`,
      summary: `归档${thing}：企业微信里删除，不能再添加客户；来过的人和统计都留着`,
      params: idParams,
      answers: { 200: LiveCodeSchema },
      async handle({ house, params }) {
        const [shown] = await presentCodes(house, [await archiveCode(house, kind, needId(params.id))])
        return ok(shown)
      },
    }),
    route({
      ...shared,
      method: 'get',
      path: `${path}/:id/qr`,
      summary: `${thing}的二维码图片`,
      params: idParams,
      query: QrQuery,
      answers: { 200: null },
      async handle({ house, params, query, ctx }) {
        const code = await readLiveCode(house.db, kind, needId(params.id))
        if (!code.qrCode) throw new Refused(409, 'live_code_not_made', '二维码还没有生成，请稍后再试')
        const { type, bytes } = await drawQr(house, code, query)
        ctx.type = type
        ctx.set(
          'Content-Disposition',
          `attachment; filename*=UTF-8''${encodeURIComponent(`${code.name}.${query.format}`)}`,
        )
        // An SVG may hold what a stranger named it; nothing in it runs here.
        ctx.set('Content-Security-Policy', "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox")
        ctx.body = bytes
        return { status: 200 }
      },
    }),
  ]
}

function needId(id: string): string {
  if (!isId(id)) throw new Refused(404, 'live_code_unknown', '没有这个活码或链接')
  return id
}
