import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { isBroadcast } from '../../journeys/broadcast.ts'
import { dryRun, mostLeads } from '../../journeys/dry-run.ts'
import { enrol } from '../../journeys/enrol.ts'
import { findJourney, listJourneys, readJourney, type StoredJourney, saveJourney } from '../../journeys/library.ts'
import { migrate, previewMigration } from '../../journeys/migrate.ts'
import { allSteps } from '../../journeys/path.ts'
import { countStates, countSteps, listEnrolments, listVersions, setPaused } from '../../journeys/read.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, created, ok, type Route, route } from '../route.ts'
import { leadsWithin } from '../scope.ts'
import { namedLeads, segmentLeads } from './chosen-leads.ts'
import { idParams, pageOf } from './common.schema.ts'
import { report } from './enrol-report.ts'
import {
  DryRunInputSchema,
  DryRunSchema,
  EnrolmentListQuery,
  EnrolmentSchema,
  EnrolReportSchema,
  JourneyDetailSchema,
  JourneyInputSchema,
  JourneySavedSchema,
  JourneySummarySchema,
  LeadIdsSchema,
  MigrationSchema,
  VersionSchema,
} from './journeys.schema.ts'

const group = '培育旅程'
export const editors = ['admin', 'manager', 'mdr'] as const
const journey = { group, scope: 'house', who: editors, params: idParams } as const

export const journeyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/journeys',
    group,
    summary: '现行的旅程，各有多少人在走、走完、达成',
    who: 'everyone',
    scope: 'house',
    answers: { 200: z.strictObject({ items: z.array(JourneySummarySchema), nextCursor: z.null() }) },
    async handle({ house }) {
      const journeys = await listJourneys(house.db)
      const counts = await countStates(
        house.db,
        journeys.map(({ id }) => id),
      )
      return ok({ items: journeys.map((one) => summary(one, counts.get(one.id) ?? {})), nextCursor: null })
    },
  }),
  route({
    method: 'post',
    path: '/api/journeys',
    group,
    summary: '新建旅程；已有同名 id 时成为它新的一版，正在走的人走完旧版',
    who: editors,
    scope: 'house',
    body: JourneyInputSchema,
    answers: { 201: JourneySavedSchema },
    async handle({ house, body, actor }) {
      const { id, version } = await saveJourney(house, textOf(body), actor.id)
      return created({ id, version })
    },
  }),
  route({
    ...journey,
    method: 'get',
    path: '/api/journeys/:id',
    summary: '一个旅程：定义，每一步至今的结果',
    who: 'everyone',
    answers: { 200: JourneyDetailSchema },
    async handle({ house, params }) {
      const stored = await findJourney(house.db, params.id)
      const [counts, lines] = await Promise.all([
        countStates(house.db, [stored.id]),
        countSteps(house.db, stored.id, stored.version),
      ])
      const steps = allSteps(stored.body).map(({ path, step: { name = null, ...step } }) => ({
        step: path,
        name,
        kind: Object.keys(step)[0] ?? '',
        outcomes: Object.fromEntries(
          lines.filter((line) => line.step === path).map(({ outcome, count }) => [outcome, count]),
        ),
      }))
      return ok({ ...summary(stored, counts.get(stored.id) ?? {}), journey: stored.body, steps })
    },
  }),
  route({
    ...journey,
    method: 'put',
    path: '/api/journeys/:id',
    summary: '改一个旅程，成为新的一版；一样的定义不产生新版',
    body: JourneyInputSchema,
    answers: { 200: JourneySavedSchema },
    async handle({ house, params, body, actor }) {
      await findJourney(house.db, params.id)
      const wanted = readJourney(textOf(body))
      if (wanted.id !== params.id) {
        const message = `地址里是 ${params.id}，定义里是 ${wanted.id}`
        throw new Refused(422, 'journey_invalid', '旅程不成立，未保存', [{ field: 'id', message }])
      }
      const { id, version } = await saveJourney(house, wanted, actor.id)
      return ok({ id, version })
    },
  }),
  route({
    ...journey,
    method: 'post',
    path: '/api/journeys/:id/enrol',
    summary: '把线索加入旅程；进入条件和再次进入的规则照样管用',
    body: z.strictObject({ leadIds: LeadIdsSchema }),
    answers: { 202: EnrolReportSchema },
    async handle({ house, principal, params, body, actor }) {
      const { id } = await findJourney(house.db, params.id)
      const { mine, others } = await namedLeads(house, principal, body.leadIds)
      const answers = await tryTransaction(house.db, (tx) =>
        enrol(
          tx,
          house,
          mine.map((leadId) => ({ journey: id, leadId, by: actor.id, chosen: true })),
        ),
      )
      return accepted(report(id, answers, others))
    },
  }),
  route({
    ...journey,
    method: 'get',
    path: '/api/journeys/:id/versions',
    summary: '一个旅程的各版，新的在前，各有多少人还走在里面；最多 100 版',
    who: 'everyone',
    answers: { 200: z.strictObject({ items: z.array(VersionSchema), nextCursor: z.null() }) },
    async handle({ house, params }) {
      const { id } = await findJourney(house.db, params.id)
      const versions = await listVersions(house.db, id)
      return ok({
        items: versions.map(({ body, at, ...row }) => ({ ...row, at: at.toISOString(), journey: body })),
        nextCursor: null,
      })
    },
  }),
  route({
    ...journey,
    method: 'post',
    path: '/api/journeys/:id/migrate',
    summary: '把走在旧版里的人转到现行的一版；preview 只看谁会落在哪一步，不改动',
    body: z.strictObject({ preview: z.boolean().default(false) }),
    answers: { 200: MigrationSchema },
    async handle({ house, params, body, actor }) {
      const wanted = await previewMigration(house.db, house, params.id)
      const done = body.preview ? { moved: 0, more: false } : await migrate(house, params.id, actor.id)
      return ok({ ...wanted, ...done })
    },
  }),
  ...(['pause', 'resume'] as const).map((word) =>
    route({
      ...journey,
      method: 'post',
      path: `/api/journeys/:id/${word}`,
      summary: word === 'pause' ? '停下：没有人进入，走在里面的人停在原处' : '接着走',
      answers: { 200: JourneySummarySchema },
      async handle({ house, params, actor }) {
        const { id } = await findJourney(house.db, (params as { id: string }).id)
        await setPaused(house, id, word === 'pause', actor.id)
        const counts = await countStates(house.db, [id])
        return ok(summary(await findJourney(house.db, id), counts.get(id) ?? {}))
      },
    }),
  ),
  route({
    ...journey,
    method: 'get',
    path: '/api/journeys/:id/enrolments',
    summary: '谁走过、走到哪、每一步的结果，新的在前',
    who: 'everyone',
    scope: 'rows',
    query: EnrolmentListQuery,
    answers: { 200: pageOf(EnrolmentSchema) },
    async handle({ house, principal, params, query, cursors }) {
      const { id } = await findJourney(house.db, params.id)
      const page = await pageFrom(
        cursors,
        `enrolments:${id}`,
        query,
        (after, limit) =>
          listEnrolments(house.db, id, {
            state: query.state,
            leadId: query.leadId,
            version: query.version,
            step: query.step,
            after: after && [String(after[0]), String(after[1])],
            limit,
            within: leadsWithin(principal, 8),
          }),
        ({ exact, id: last }) => [exact, last],
        (rows) =>
          rows.map(({ exact: _, ...row }) => ({
            ...row,
            dueAt: row.dueAt?.toISOString() ?? null,
            enteredAt: row.enteredAt.toISOString(),
            endedAt: row.endedAt?.toISOString() ?? null,
            trail: row.trail.map((line) => ({ ...line, at: new Date(line.at).toISOString() })),
          })),
      )
      return ok(page)
    },
  }),
  route({
    ...journey,
    method: 'post',
    path: '/api/journeys/:id/dry-run',
    summary: '试走：对这些人，接下来若干天会发生什么；不写入、不发送',
    body: DryRunInputSchema,
    answers: { 200: DryRunSchema },
    audited: false,
    async handle({ house, principal, params, body }) {
      const wanted = body.journey ? readJourney(textOf(body.journey)) : (await findJourney(house.db, params.id)).body
      const named = async (leadIds: readonly string[]) => (await namedLeads(house, principal, leadIds)).mine
      const leadIds =
        body.segment !== undefined
          ? await segmentLeads(house, principal, body.segment, mostLeads + 1)
          : body.leadIds === 'all'
            ? 'all'
            : await named(body.leadIds)
      const { from, calendars, ...run } = await dryRun(house, wanted, { leadIds, days: body.days, show: body.show })
      const shown = calendars.map(({ lines, ...lead }) => ({
        ...lead,
        lines: lines.map((line) => ({ ...line, at: line.at.toISOString() })),
      }))
      return ok({ ...run, from: from.toISOString(), calendars: shown })
    },
  }),
]

export const textOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'yaml' in body ? (body as { yaml: unknown }).yaml : body

const summary = ({ body, at, ...row }: StoredJourney, counts: Record<string, number>) => ({
  ...row,
  about: body.about ?? null,
  broadcast: isBroadcast(body),
  trigger: body.trigger,
  counts,
  at: at.toISOString(),
})
