import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { listLongJobs, readJobFile, readLongJob, retryLongJob } from '../../leads/long-job.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'
import { mayRead } from './jobs.ts'

const group = '后台工作'

export const jobListRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/jobs',
    group,
    summary: '后台工作和进度，新的在前；自己交办的，管理员也可以看所有人的',
    who: 'everyone',
    scope: 'rows',
    query: z.strictObject({
      state: JobSchema.shape.state.optional(),
      kind: z.string().max(200).optional().meta({ description: '可以写几种，逗号隔开' }),
      whose: z.enum(['mine', 'all']).default('mine').meta({ description: 'all：所有人的，只有管理员' }),
      ...pageQuery,
    }),
    answers: { 200: pageOf(JobSchema) },
    async handle({ house, principal, query: { state, kind, whose, ...paging }, cursors }) {
      const all = whose === 'all' && principal.roles.includes('admin')
      const by = all ? null : (principal.userid ?? 'api')
      const page = await pageFrom(
        cursors,
        'jobs',
        paging,
        (after, limit) =>
          listLongJobs(
            house.db,
            { state, kinds: kind?.split(','), by },
            { after: after && { at: String(after[0]), id: String(after[1]) }, limit },
          ),
        ({ exact, id }) => [exact, id],
        (rows) => rows.map(({ exact: _, ...job }) => job),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/jobs/:id/retry',
    group,
    summary: '失败的后台工作从停下的地方再做',
    who: ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'],
    scope: 'rows',
    params: idParams,
    answers: { 200: JobSchema },
    async handle({ house, principal, params: { id } }) {
      mayRead(isId(id) ? await readLongJob(house.db, id) : null, principal)
      const job = await retryLongJob(house, id)
      if (!job) throw new Refused(409, 'job_not_failed', '只有失败的后台工作可以再做一次')
      return ok(job)
    },
  }),
  route({
    method: 'get',
    path: '/api/jobs/:id/file',
    group,
    summary: '后台工作做出来的文件',
    who: 'everyone',
    scope: 'rows',
    params: idParams,
    answers: { 200: z.unknown().meta({ description: '文件本身' }) },
    async handle({ house, principal, params: { id }, ctx }) {
      mayRead(isId(id) ? await readLongJob(house.db, id) : null, principal)
      const file = await readJobFile(house.db, id)
      if (!file) throw new Refused(404, 'file_unknown', '这件后台工作没有文件，或已过期删除')
      ctx.attachment(file.name)
      ctx.type = 'application/json'
      ctx.set('Cache-Control', 'no-store')
      ctx.body = file.bytes
      return { status: 200 }
    },
  }),
]
