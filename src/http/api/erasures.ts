import { z } from 'zod'
import { checkErasure, type Erasure, listErasures } from '../../erasure/erase.ts'
import { startErasure, startExport } from '../../erasure/requests.ts'
import { Refused } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { idParams, line, pageOf, pageQuery, time } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'

const erasure = {
  id: z.uuid(),
  leadId: z.uuid(),
  reason: z.string(),
  by: z.string(),
  at: time,
  counts: z.record(z.string(), z.int()).meta({ description: '每张表删掉或抹去了多少行' }),
  proof: z.string().meta({ description: 'SHA-256：以上各项和墓碑的摘要' }),
}
export const ErasureSchema = z.strictObject(erasure).meta({ id: 'Erasure' })
export const CheckedErasureSchema = z
  .strictObject({
    ...erasure,
    matches: z.boolean().meta({ description: '现在重算的摘要和当时一致' }),
    back: z.array(z.string()).meta({ description: '又有了他的行的表；应当是空的' }),
  })
  .meta({ id: 'CheckedErasure' })

const group = '个人信息'
const who = ['admin'] as const
const present = ({ at, ...row }: Erasure) => ({ ...row, at: at.toISOString() })

export const erasureRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/export-person',
    group,
    summary: '把关于一个人的一切导出成一个文件；做好后从 /api/jobs/:id/file 下载，保留七天',
    who,
    scope: 'lead',
    params: idParams,
    answers: { 202: JobSchema },
    handle: async ({ house, leadId, actor }) =>
      accepted(await house.db.transaction((tx) => startExport(tx, house, leadId, actor.id))),
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/erase-person',
    group,
    summary: '彻底删除一个人，不能撤销；留下墓碑，同步和导入都不会把他带回来',
    who,
    scope: 'lead',
    params: idParams,
    body: z.strictObject({
      reason: line(200).min(1).meta({ description: '依据，例如工单号；不要写他的姓名和联系方式' }),
      confirm: z.literal('erase').meta({ description: '写 erase，表示知道不能撤销' }),
    }),
    answers: { 202: JobSchema },
    handle: async ({ house, leadId, body: { reason }, actor }) =>
      accepted(await house.db.transaction((tx) => startErasure(tx, house, { leadId, reason, by: actor.id }))),
  }),
  route({
    method: 'get',
    path: '/api/erasures',
    group,
    summary: '删除过的人：何时、谁、依据、删了多少，新的在前',
    who,
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(ErasureSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'erasures',
        query,
        (after, limit) =>
          listErasures(house.db, { after: after && { at: String(after[0]), id: String(after[1]) }, limit }),
        ({ exact, id }) => [exact, id],
        (rows) => rows.map(({ exact: _, ...row }) => present(row)),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/erasures/:id',
    group,
    summary: '一次删除的证明：重算摘要，并再查一遍他没有回来',
    who,
    scope: 'house',
    params: idParams,
    answers: { 200: CheckedErasureSchema },
    async handle({ house, params: { id } }) {
      if (!isId(id)) throw new Refused(404, 'erasure_unknown', '没有这次删除')
      const { matches, back, ...erasure } = await checkErasure(house.db, id)
      return ok({ ...present(erasure), matches, back })
    },
  }),
]
