import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { compareJourneys } from '../../journeys/compare.ts'
import { dropDraft, keepDraft, listDrafts } from '../../journeys/drafts.ts'
import { findFaults, findJourney, readJourney } from '../../journeys/library.ts'
import { previewMigration } from '../../journeys/migrate.ts'
import { ok, type Route, route } from '../route.ts'
import { CheckedSchema, DraftInputSchema, DraftSchema } from './journey-drafts.schema.ts'
import { JourneyInputSchema } from './journeys.schema.ts'
import { editors, textOf } from './journeys.ts'

const group = '培育旅程'
const draftParams = z.object({
  journey: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, { error: '旅程的 id 用小写字母、数字和 -' }),
})

/** What stands between a thought and a version: keeping it, and asking what is wrong with it and what it would change. */
export const journeyDraftRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/journeys/check',
    group,
    summary: '检查一个旅程，不保存：哪里写错，和现行的一版有什么不同，走在里面的人会落在哪一步',
    who: editors,
    scope: 'house',
    body: JourneyInputSchema,
    answers: { 200: CheckedSchema },
    audited: false,
    async handle({ house, body }) {
      const wanted = tryRead(textOf(body))
      if ('faults' in wanted) return ok({ ...wanted, journey: null, changes: null, migration: null })
      const { journey } = wanted
      const faults = await findFaults(house, journey)
      const before = await findJourney(house.db, journey.id).catch(onlyUnknown)
      if (!before) return ok({ faults, journey, changes: null, migration: null })
      const { moves, left } = await previewMigration(house.db, house, journey.id, journey)
      const changes = { version: before.version, ...compareJourneys(before.body, journey) }
      return ok({ faults, journey, changes, migration: { moves, left } })
    },
  }),
  route({
    method: 'get',
    path: '/api/journeys/drafts',
    group,
    summary: '我还没有发布的旅程草稿，新的在前',
    who: editors,
    scope: 'house',
    answers: { 200: z.strictObject({ items: z.array(DraftSchema) }) },
    async handle({ house, actor }) {
      const drafts = await listDrafts(house.db, actor.id)
      return ok({ items: drafts.map((draft) => ({ ...draft, at: draft.at.toISOString() })) })
    },
  }),
  route({
    method: 'put',
    path: '/api/journeys/drafts/:journey',
    group,
    summary: '留下正在改的旅程，写错了也留；不影响走在里面的人',
    who: editors,
    scope: 'house',
    params: draftParams,
    body: DraftInputSchema,
    answers: { 204: null },
    audited: false,
    async handle({ house, params, body, actor }) {
      await keepDraft(house, actor.id, { journey: params.journey, body: body.journey, base: body.base })
      return { status: 204 }
    },
  }),
  route({
    method: 'delete',
    path: '/api/journeys/drafts/:journey',
    group,
    summary: '扔掉草稿',
    who: editors,
    scope: 'house',
    params: draftParams,
    answers: { 204: null },
    async handle({ house, params, actor }) {
      await dropDraft(house.db, actor.id, params.journey)
      return { status: 204 }
    },
  }),
]

function tryRead(input: unknown): { journey: ReturnType<typeof readJourney> } | { faults: unknown } {
  try {
    return { journey: readJourney(input) }
  } catch (error) {
    if (error instanceof Refused && error.id === 'journey_invalid') return { faults: error.details }
    throw error
  }
}

function onlyUnknown(error: unknown): null {
  if (error instanceof Refused && error.status === 404) return null
  throw error
}
