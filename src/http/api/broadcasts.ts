import { broadcast, testSend } from '../../journeys/broadcast.ts'
import { findJourney } from '../../journeys/library.ts'
import { countSends } from '../../journeys/sends.ts'
import { stopJourney } from '../../journeys/stop.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { BroadcastInputSchema, SendsSchema, StoppedSchema, TestSentSchema } from './broadcasts.schema.ts'
import { namedLeads, wholeSegment } from './chosen-leads.ts'
import { idParams } from './common.schema.ts'
import { report } from './enrol-report.ts'
import { EnrolReportSchema } from './journeys.schema.ts'
import { editors } from './journeys.ts'

const group = '培育旅程'

/** What is said to many at once, what became of it, and the way to stop it. */
export const broadcastRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/broadcasts',
    group,
    summary: '群发：只有一步的旅程；频次、免打扰和退订照样管用。test 先发给自己看，at 定在以后',
    who: editors,
    scope: 'house',
    body: BroadcastInputSchema,
    answers: { 200: TestSentSchema, 202: EnrolReportSchema },
    async handle({ house, principal, body, actor }) {
      const { name, content, pick, test, segment, leadIds = [], at } = body
      if (test !== undefined && content !== undefined)
        return ok({ messageId: await testSend(house, content, test, actor.id) })
      const { mine, others } =
        segment === undefined
          ? await namedLeads(house, principal, leadIds)
          : { mine: await wholeSegment(house, principal, segment), others: [] }
      const send = content === undefined ? { pick: 'best' as const, ...pick } : { content }
      const { journey: id, answers } = await broadcast(house, { name, leadIds: mine, send, at }, actor.id)
      return accepted(report(id, answers, others))
    },
  }),
  route({
    method: 'get',
    path: '/api/journeys/:id/sends',
    group,
    summary: '一个旅程（或群发）发出的消息：多少还没到时候、在等什么、被什么挡下、送到、打开、读完',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: SendsSchema },
    async handle({ house, params }) {
      const { id } = await findJourney(house.db, params.id)
      const { startsAt, ...sends } = await countSends(house.db, id)
      return ok({ ...sends, startsAt: startsAt?.toISOString() ?? null })
    },
  }),
  route({
    method: 'post',
    path: '/api/journeys/:id/stop',
    group,
    summary: '停下并收回：没有人再进入，走在里面的人全部离开，没发出去的消息收回',
    who: editors,
    scope: 'house',
    params: idParams,
    answers: { 200: StoppedSchema },
    handle: async ({ house, params, actor }) => ok(await stopJourney(house, params.id, actor.id)),
  }),
]
