import { Readable } from 'node:stream'
import type { z } from 'zod'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { newId } from '../../ids.ts'
import { findJourney } from '../../journeys/library.ts'
import type { LeadFilter } from '../../leads/list.ts'
import type { Action } from '../../lists/actions.ts'
import { startBulk } from '../../lists/bulk.ts'
import { exportColumnNames, findExport, type Line, readExport, startExport } from '../../lists/export.ts'
import type { Chosen } from '../../lists/gather.ts'
import { changeView, createView, type Keeper, listViews, removeView, type View } from '../../lists/views.ts'
import { xlsxOf } from '../../lists/xlsx.ts'
import { checkWanted, findSegment } from '../../segments/library.ts'
import type { Principal } from '../principal.ts'
import { csvCell } from '../report-file.ts'
import { accepted, created, ok, type Route, route } from '../route.ts'
import { idParams, pageOf } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'
import { BulkSchema, ExportFileQuery, ExportSchema, ViewInputSchema, ViewSchema } from './lists.schema.ts'

const group = '线索列表'
/** Those who work with everybody's leads, or their team's. */
const keepers = ['admin', 'manager', 'mdr'] as const

export const listRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/lead-views',
    group,
    summary: '存下来的视图：自己的在前，然后是同事共享的',
    who: 'everyone',
    scope: 'house',
    answers: { 200: pageOf(ViewSchema) },
    async handle({ house, actor }) {
      const views = await listViews(house.db, actor.id)
      return ok({ items: views.map((view) => shown(view, actor.id)), nextCursor: null })
    },
  }),
  route({
    method: 'post',
    path: '/api/lead-views',
    group,
    summary: '把现在的条件和列存成视图；经理和 MDR 可以共享给所有同事',
    who: 'everyone',
    scope: 'house',
    body: ViewInputSchema,
    answers: { 201: ViewSchema },
    handle: async ({ house, principal, actor, body }) =>
      created(
        shown(await createView(house, { ...body, filter: filled(body.filter) }, keeper(principal, actor.id)), actor.id),
      ),
  }),
  route({
    method: 'put',
    path: '/api/lead-views/:id',
    group,
    summary: '改视图的名字、条件或列',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    body: ViewInputSchema,
    answers: { 200: ViewSchema },
    handle: async ({ house, principal, actor, params, body }) =>
      ok(
        shown(
          await changeView(house, params.id, { ...body, filter: filled(body.filter) }, keeper(principal, actor.id)),
          actor.id,
        ),
      ),
  }),
  route({
    method: 'delete',
    path: '/api/lead-views/:id',
    group,
    summary: '删除视图；线索不受影响',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 204: null },
    async handle({ house, principal, actor, params }) {
      await removeView(house.db, params.id, keeper(principal, actor.id))
      return { status: 204 }
    },
  }),
  route({
    method: 'post',
    path: '/api/bulk',
    group,
    summary: '对选中的线索，或一个列表里的全部，做同一件事：标签、指派、进旅程、进静态人群、推进阶段；作为后台工作',
    who: keepers,
    scope: 'rows',
    body: BulkSchema,
    answers: { 202: JobSchema },
    async handle({ house, principal, actor, body }) {
      const wish: Action = body.action
      if (wish.do === 'assign' && !principal.roles.some((role) => role === 'admin' || role === 'manager'))
        throw new Refused(403, 'not_allowed', '只有经理和管理员能指派')
      if (wish.do === 'enrol') await findJourney(house.db, wish.journey)
      if (wish.do === 'segment' && (await findSegment(house.db, wish.segment)).kind === 'live')
        throw new Refused(409, 'segment_live', '动态人群的成员由条件决定，请改条件')
      const chosen = await readChosen(house, body)
      return accepted(await startBulk(house, { chosen, wish, by: actor, reacher: reacherOf(principal) }))
    },
  }),
  route({
    method: 'post',
    path: '/api/exports',
    group,
    summary: '把选中的线索，或一个列表里的全部，导出成文件；只有您范围内的，手机号和邮箱是遮蔽的',
    who: keepers,
    scope: 'rows',
    body: ExportSchema,
    answers: { 202: JobSchema },
    async handle({ house, principal, actor, body }) {
      const job = await startExport(house, {
        id: newId(house.clock),
        chosen: await readChosen(house, body),
        columns: body.columns ?? exportColumnNames,
        by: actor,
        reacher: reacherOf(principal),
      })
      return accepted(job)
    },
  }),
  route({
    method: 'get',
    path: '/api/exports/:id/file',
    group,
    summary: '导出的文件，CSV 或 XLSX；只给导出的人，记入审计，保留一天',
    who: keepers,
    scope: 'house',
    params: idParams,
    query: ExportFileQuery,
    answers: { 200: null },
    async handle({ house, principal, actor, params, query: { format }, ctx }) {
      const { job, columns } = await findExport(house.db, params.id)
      if (job.by !== actor.id && !principal.roles.includes('admin'))
        throw new Refused(403, 'not_within_reach', '这次导出是别人的')
      await house.db.query(
        'INSERT INTO audit (id, at, principal, act_as, action, target, data) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [
          newId(house.clock),
          house.clock.now(),
          principal.id,
          principal.actAs ?? null,
          'GET /api/exports/:id/file',
          job.id,
          JSON.stringify({ format, rows: job.done }),
        ],
      )
      const pieces = readExport(house.db, job.id, columns)
      ctx.type =
        format === 'csv'
          ? 'text/csv; charset=utf-8'
          : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
      ctx.set('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`线索.${format}`)}`)
      ctx.body = Readable.from(format === 'csv' ? csvOf(pieces) : xlsxOf(pieces))
      return { status: 200 }
    },
  }),
]

async function* csvOf(pieces: AsyncIterable<readonly Line[]>): AsyncGenerator<string> {
  // The mark tells Excel that it is UTF-8.
  yield '\ufeff'
  for await (const lines of pieces)
    yield lines
      .map((line) => `${line.map((value) => (typeof value === 'number' ? value : csvCell(value ?? ''))).join(',')}\r\n`)
      .join('')
}

type Given = Pick<z.infer<typeof BulkSchema>, 'leadIds' | 'list'>

/** @throws Refused 404, 422 where the list asks what cannot be asked */
async function readChosen(house: House, { leadIds, list }: Given): Promise<Chosen> {
  if (leadIds) return { leadIds }
  const { segment, ...rest } = list?.filter ?? {}
  if (list?.condition) await checkWanted(house, list.condition)
  const known = segment === undefined ? undefined : await findSegment(house.db, segment)
  const filter: LeadFilter = { ...rest, segment: known && { id: known.id, kind: known.kind } }
  return { list: { filter, condition: list?.condition ?? null } }
}

const reacherOf = ({ userid, reach, team }: Principal) => ({ userid, reach, team })
const keeper = (principal: Principal, id: string): Keeper => ({
  id,
  mayShare: principal.roles.some((role) => (keepers as readonly string[]).includes(role)),
})
const filled = (filter: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : [])))
const shown = ({ updatedAt, ...view }: View, me: string) => ({
  ...view,
  mine: view.by === me,
  updatedAt: updatedAt.toISOString(),
})
