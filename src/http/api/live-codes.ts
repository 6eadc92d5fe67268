import { z } from 'zod'
import { RetryLater } from '../../failures.ts'
import { type LiveCodeRow, listLiveCodes, makeLiveCode, wantLiveCode } from '../../leads/live-codes.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { line, pageOf, pageQuery, tag, time, userid } from './common.schema.ts'

const source = z.strictObject({ channel: line(60).optional(), campaign: line(60).optional() })

const code = {
  id: z.uuid(),
  state: z.string(),
  configId: z.string().nullable(),
  qrCode: z.string().nullable().meta({ description: '二维码图片地址；企业微信暂时不可达时为 null，稍后自动生成' }),
}
const MadeSchema = z.strictObject(code).meta({ id: 'LiveCodeMade' })
const LiveCodeSchema = z
  .strictObject({
    ...code,
    name: z.string(),
    staff: z.array(z.string()),
    tags: z.array(tag),
    source: source.nullable(),
    welcome: z.string().nullable(),
    made: z.enum(['wanted', 'made', 'failed', 'unknown']),
    problem: z.string().nullable(),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'LiveCode' })

const NewLiveCodeSchema = z
  .strictObject({
    name: line(60).min(1),
    staff: z.array(userid).min(1).max(100),
    tags: z.array(tag).max(20).optional(),
    source: source.optional(),
    welcome: z.string().trim().min(1).max(1000).optional(),
  })
  .meta({ id: 'NewLiveCode' })

const group = '渠道活码'

export const liveCodeRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/live-codes',
    group,
    summary: '渠道活码，新的在前',
    who: ['admin', 'manager', 'mdr'],
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(LiveCodeSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'live-codes',
        query,
        (after, limit) =>
          listLiveCodes(house.db, {
            limit,
            ...(after ? { before: { createdAt: new Date(String(after[0])), id: String(after[1]) } } : {}),
          }),
        ({ createdAt, id }) => [createdAt.toISOString(), id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/live-codes',
    group,
    summary: '新建渠道活码，并在企业微信里生成「联系我」',
    who: ['admin', 'manager', 'mdr'],
    scope: 'house',
    body: NewLiveCodeSchema,
    answers: { 201: MadeSchema },
    async handle({ house, body, actor }) {
      const { id, state } = await house.db.transaction((tx) =>
        wantLiveCode(tx, house, { kind: 'live', ...body, by: actor.id }),
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
]

const present = ({ kind: _, madeError, createdAt, ...row }: LiveCodeRow) => ({
  ...row,
  problem: madeError,
  createdAt: createdAt.toISOString(),
})
