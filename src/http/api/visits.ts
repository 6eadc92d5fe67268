import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { listVisits, readEffect, type VisitRow } from '../../tracking/effect.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams, pageOf, pageQuery, time } from './common.schema.ts'

const VisitSchema = z
  .strictObject({
    id: z.string(),
    contentId: z.string(),
    title: z.string(),
    openedAt: time,
    seenAt: time.meta({ description: '最后一次有动静的时间' }),
    seconds: z.int().meta({ description: '页面在眼前多少秒' }),
    depth: z.int().meta({ description: '读到百分之几' }),
    read: z.boolean().meta({ description: '读完大半' }),
    part: z.int().nullable().meta({ description: '看到第几页，或第几秒' }),
    parts: z.int().nullable().meta({ description: '一共几页，或几秒；没有页的是 null' }),
    unit: z.enum(['page', 'second']).nullable().meta({ description: '数的是页，还是秒' }),
    acts: z.array(z.string()).meta({ description: '点开过的按钮' }),
    hops: z.int().meta({ description: '0 是我们发给他的；别人转来的，数转了几手' }),
    forwardedBy: z.string().nullable().meta({ description: '转给他的线索' }),
    forwardedTo: z.int().meta({ description: '他转出去之后，有几个人打开' }),
  })
  .meta({ id: 'Visit' })

const EffectSchema = z
  .strictObject({
    contentId: z.string(),
    sent: z.int().meta({ description: '送到多少线索' }),
    opened: z.int(),
    read: z.int(),
    forwarded: z.int().meta({ description: '多少线索转发过' }),
    strangers: z.int().meta({ description: '转到多少陌生人那里' }),
    anonymous: z.int().meta({ description: '不知是谁的打开次数' }),
  })
  .meta({ id: 'ContentEffect' })

export const visitRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads/:id/visits',
    group: '内容',
    summary: '他看过哪些内容，每次看了多久、读到哪里，新的在前',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(VisitSchema) },
    async handle({ house, leadId, query, cursors }) {
      const page = await pageFrom(
        cursors,
        `visits:${leadId}`,
        query,
        (after, limit) =>
          listVisits(house.db, leadId, { after: after && { at: String(after[0]), id: String(after[1]) }, limit }),
        ({ exact, id }) => [exact, id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/content/:id/effect',
    group: '内容',
    summary: '一份内容发给了多少人，多少人打开、读完、转发',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: EffectSchema },
    async handle({ house, params: { id } }) {
      const effect = await readEffect(house.db, id)
      if (!effect) throw new Refused(404, 'content_unknown', '没有这份内容')
      return ok({ contentId: id, ...effect })
    },
  }),
]

const present = (row: VisitRow) => ({
  id: row.id,
  contentId: row.contentId,
  title: row.title,
  openedAt: row.openedAt.toISOString(),
  seenAt: row.seenAt.toISOString(),
  seconds: Math.round(row.dwellMs / 1000),
  depth: row.depth,
  read: row.read,
  part: row.part,
  parts: row.parts,
  unit: row.unit,
  acts: row.acts,
  hops: row.hops,
  forwardedBy: row.fromLead,
  forwardedTo: row.forwardedTo,
})
