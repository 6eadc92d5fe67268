import { z } from 'zod'
import type { House } from '../../house.ts'
import { findLeads, leadNameOf } from '../../leads/find.ts'
import { readLeads } from '../../leads/read.ts'
import { readChoices } from '../../segments/choices.ts'
import { estimate } from '../../segments/estimate.ts'
import { fits } from '../../segments/facts.ts'
import {
  changeSegment,
  checkWanted,
  createSegment,
  findSegment,
  listSegments,
  removeSegment,
  type Segment,
} from '../../segments/library.ts'
import { changeMembers, lagOf, listMembers } from '../../segments/members.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { created, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import { LeadSchema } from './leads.schema.ts'
import {
  ChoicesSchema,
  EstimateInputSchema,
  EstimateSchema,
  MembersInputSchema,
  MembersSchema,
  SegmentInputSchema,
  SegmentListSchema,
  SegmentSchema,
} from './segments.schema.ts'

const group = '人群'
const editors = ['admin', 'manager', 'mdr'] as const

export const segmentRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/segments',
    group,
    summary: '人群，各有多少人、是否跟上了最新变化',
    who: 'everyone',
    scope: 'house',
    answers: { 200: SegmentListSchema },
    async handle({ house }) {
      const [segments, behindMs] = await Promise.all([listSegments(house.db), lagOf(house.db)])
      return ok({ items: segments.map(view), nextCursor: null, behindMs })
    },
  }),
  route({
    method: 'post',
    path: '/api/segments',
    group,
    summary: '新建人群；成员由后台分批算好',
    who: editors,
    scope: 'house',
    body: SegmentInputSchema,
    answers: { 201: SegmentSchema },
    handle: async ({ house, body, actor }) => created(view(await createSegment(house, body, actor.id))),
  }),
  route({
    method: 'get',
    path: '/api/segments/fields',
    group,
    summary: '条件里能问什么：字段、运算、可选的值、标签、行为、内容、旅程',
    who: 'everyone',
    scope: 'house',
    answers: { 200: ChoicesSchema },
    handle: async ({ house }) => ok(await readChoices(house)),
  }),
  route({
    method: 'post',
    path: '/api/segments/estimate',
    group,
    summary: '一个条件大约有多少人，是哪些人；编辑时用，不保存',
    who: editors,
    scope: 'rows',
    body: EstimateInputSchema,
    answers: { 200: EstimateSchema },
    audited: false,
    async handle({ house, principal, body: { condition, leadId } }) {
      await checkWanted(house, condition)
      const asked = leadId === undefined ? null : await findLead(house.db, principal, leadId)
      const { leads, ...reckoned } = await estimate(house, condition, (first) => leadsWithin(principal, first))
      return ok({
        ...reckoned,
        leads: await readLeads(house, leads),
        fits: asked === null ? null : await fits(house.db, house, asked, condition),
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/segments/:id',
    group,
    summary: '一个人群',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: SegmentSchema },
    handle: async ({ house, params }) => ok(view(await findSegment(house.db, params.id))),
  }),
  route({
    method: 'put',
    path: '/api/segments/:id',
    group,
    summary: '改名，或换一个条件；换了条件则重新算成员',
    who: editors,
    scope: 'house',
    params: idParams,
    body: SegmentInputSchema,
    answers: { 200: SegmentSchema },
    handle: async ({ house, params, body, actor }) => ok(view(await changeSegment(house, params.id, body, actor.id))),
  }),
  route({
    method: 'delete',
    path: '/api/segments/:id',
    group,
    summary: '删除人群；还有旅程由它触发时拒绝',
    who: editors,
    scope: 'house',
    params: idParams,
    answers: { 204: null },
    async handle({ house, params }) {
      await removeSegment(house, params.id)
      return { status: 204 }
    },
  }),
  route({
    method: 'get',
    path: '/api/segments/:id/leads',
    group,
    summary: '人群里的线索，新的在前',
    who: 'everyone',
    scope: 'rows',
    params: idParams,
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(LeadSchema) },
    async handle({ house, principal, params, query, cursors }) {
      const segment = await findSegment(house.db, params.id)
      const page = await pageFrom(
        cursors,
        `segment:${segment.id}`,
        query,
        (after, limit) =>
          listMembers(house.db, segment, {
            within: (first) => leadsWithin(principal, first),
            after: after && String(after[0]),
            limit,
          }),
        ({ id }) => [id],
        (rows) =>
          readLeads(
            house,
            rows.map(({ id }) => id),
          ),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/segments/:id/members',
    group,
    summary: '往静态人群里加人、减人：按线索的 id，或一行行 external_userid、手机号、邮箱',
    who: editors,
    scope: 'rows',
    params: idParams,
    body: MembersInputSchema,
    answers: { 200: MembersSchema },
    async handle({ house, principal, params, body: { add, remove, addPeople, removePeople } }) {
      const segment = await findSegment(house.db, params.id)
      const [came, gone] = [
        [...add, ...addPeople],
        [...remove, ...removePeople],
      ]
      const mine = await within(house, principal, [...came, ...gone])
      const keep = (named: readonly string[]) => [...new Set(named.flatMap((one) => mine.get(one) ?? []))]
      const changed = await changeMembers(house, segment, { add: keep(came), remove: keep(gone) })
      const refused = [...new Set([...came, ...gone].filter((one) => !mine.has(one)))]
      return ok({ ...changed, refused })
    },
  }),
]

/** Who speaks for the people among these, however they are named, that are within reach. */
async function within(house: House, principal: Principal, named: readonly string[]): Promise<Map<string, string>> {
  const texts = [...new Set(named)]
  const found = await findLeads(house.db, house.seal, texts.map(leadNameOf))
  const scope = leadsWithin(principal, 2)
  const rows = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l WHERE l.id = ANY($1::uuid[]) AND ${scope.sql}`,
    [found.filter((id) => id !== null), ...scope.values],
  )
  const mine = new Set(rows.map(({ id }) => id))
  return new Map(
    texts.flatMap((text, place) => {
      const id = found[place]
      return id && mine.has(id) ? [[text, id] as const] : []
    }),
  )
}

const view = ({ createdAt, updatedAt, ...segment }: Segment) => ({
  ...segment,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
