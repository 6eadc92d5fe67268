import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { breakdowns, readFunnel } from '../../leads/funnel.ts'
import { ok, type Route, route } from '../route.ts'
import { time } from './common.schema.ts'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const moment = z.union([day, z.iso.datetime({ offset: true })])

const FunnelSchema = z
  .strictObject({
    from: time,
    to: time,
    by: z.enum(breakdowns).nullable(),
    items: z.array(
      z.strictObject({
        key: z.string().nullable(),
        stages: z.array(
          z.strictObject({
            stage: z.string(),
            name: z.string(),
            entered: z.int(),
            converted: z.int(),
            rate: z.number().nullable(),
            medianHours: z.number().nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Funnel' })

const monthMs = 30 * 864e5

export const funnelRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/funnel',
    group: '漏斗',
    summary: '各阶段进来多少、往后走了多少、要多久',
    who: ['admin', 'manager', 'mdr'],
    scope: 'house',
    query: z.strictObject({
      from: moment.optional().meta({ description: '从哪天或哪一刻起（业务时区），默认 30 天前' }),
      to: moment.optional().meta({ description: '到哪天（含）或哪一刻为止，默认现在' }),
      by: z.enum(breakdowns).optional(),
    }),
    answers: { 200: FunnelSchema },
    async handle({ house, query }) {
      const { calendar } = await house.playbook.current()
      const now = house.clock.now()
      const start = (text: string) => (text.length === 10 ? calendar.dayStart(text) : new Date(text))
      const to =
        query.to === undefined
          ? justAfter(now)
          : query.to.length === 10
            ? calendar.dayStart(dayAfter(query.to))
            : new Date(query.to)
      const from = query.from === undefined ? new Date(to.getTime() - monthMs) : start(query.from)
      if (!(from < to)) {
        throw new Refused(422, 'invalid', '有字段不符合要求', [{ field: 'from', message: 'from 要早于 to' }])
      }
      const items = await readFunnel(house, { from, to, by: query.by })
      return ok({ from: from.toISOString(), to: to.toISOString(), by: query.by ?? null, items })
    },
  }),
]

/** The end of a period is not in it; what happened this very moment is. */
const justAfter = (at: Date): Date => new Date(at.getTime() + 1)

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}
