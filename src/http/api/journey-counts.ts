import { z } from 'zod'
import { findJourney } from '../../journeys/library.ts'
import { readJourneyCounts } from '../../reports/journey-counts.ts'
import { periodQuery, readPeriod } from '../period.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams } from './common.schema.ts'
import { JourneyCountsSchema } from './journeys.schema.ts'

export const journeyCountRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/journeys/:id/counts',
    group: '培育旅程',
    summary: '一版旅程的现况：每一步停着多少人，一段时间里过了多少、没做成多少，A/B 各支，以及怎样结束的',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    query: z.strictObject({
      version: z.coerce.number().int().min(1).max(2_147_483_647).optional().meta({ description: '默认现行的一版' }),
      ...periodQuery,
    }),
    answers: { 200: JourneyCountsSchema },
    async handle({ house, params, query: { version, ...query } }) {
      const { from, to } = await readPeriod(house, query)
      const stored = await findJourney(house.db, params.id, version)
      const asOf = house.clock.now().toISOString()
      const counts = await readJourneyCounts(house.db, stored, { from, to })
      return ok({ version: stored.version, from: from.toISOString(), to: to.toISOString(), ...counts, asOf })
    },
  }),
]
