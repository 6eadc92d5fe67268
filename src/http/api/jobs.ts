import type { z } from 'zod'
import { Refused } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { type JobRow, type LongJob, readJobRows, readLongJob } from '../../leads/long-job.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal, Role } from '../principal.ts'
import { type Ask, ok, type Route, route } from '../route.ts'
import { idParams } from './common.schema.ts'
import { JobReportQuery, JobReportSchema } from './jobs.schema.ts'

export const jobRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/jobs/:id',
    group: '后台工作',
    summary: '一件后台工作的进度和逐行结果',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    query: JobReportQuery,
    answers: { 200: JobReportSchema },
    handle: async (ask) => ok(await readReport(ask)),
  }),
]

/** A job is its asker's, and the admins', and theirs who do the same work where `alsoOf` says so. @throws Refused 404, 403 */
export function mayRead(
  job: LongJob | null,
  principal: Principal,
  alsoOf: readonly Role[] = [],
): asserts job is LongJob {
  if (!job) throw new Refused(404, 'job_unknown', '没有这件后台工作')
  const may = principal.roles.some((role) => role === 'admin' || alsoOf.includes(role))
  if (!may && job.by !== (principal.userid ?? 'api')) throw new Refused(403, 'not_within_reach', '这件后台工作是别人的')
}

/** A job with a page of its report, for whoever may read it. `only`: of this kind, which these roles share. @throws Refused 404, 403 */
export async function readReport(
  { house, params, principal, query, cursors }: Ask<{ id: string }, z.infer<typeof JobReportQuery>, unknown>,
  only?: { kind: string; alsoOf?: readonly Role[] },
): Promise<LongJob & { items: JobRow[]; nextCursor: string | null }> {
  const found = isId(params.id) ? await readLongJob(house.db, params.id) : null
  const job = only === undefined || found?.kind === only.kind ? found : null
  mayRead(job, principal, only?.alsoOf)
  const page = await pageFrom(
    cursors,
    `job:${job.id}`,
    query,
    (after, limit) => readJobRows(house.db, job.id, { after: Number(after?.[0] ?? 0), outcome: query.outcome, limit }),
    ({ row }) => [row],
    (rows) => rows,
  )
  return { ...job, ...page }
}
