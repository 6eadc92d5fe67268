import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { readLeads } from '../../leads/read.ts'
import { wonStages } from '../../reports/ask.ts'
import { type Figure, listBehind } from '../../reports/behind.ts'
import { readChannels } from '../../reports/channels.ts'
import { readContentEffect } from '../../reports/content.ts'
import { readCohorts } from '../../reports/funnel.ts'
import { readJourneys } from '../../reports/journeys.ts'
import { kept } from '../../reports/kept.ts'
import { readSla } from '../../reports/sla.ts'
import { readFlows, readReasons, readStageTimes } from '../../reports/stages.ts'
import { readToday } from '../../reports/today.ts'
import { pageFrom } from '../page-of.ts'
import { periodQuery, readPeriod } from '../period.ts'
import type { Principal } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { leadsWithin } from '../scope.ts'
import { pageOf } from './common.schema.ts'
import { LeadSchema } from './leads.schema.ts'
import {
  BehindQuery,
  behind,
  ChannelReportQuery,
  ChannelReportSchema,
  CohortQuery,
  CohortReportSchema,
  ContentReportQuery,
  ContentReportSchema,
  FlowReportSchema,
  JourneyReportSchema,
  SlaReportSchema,
  StageReportSchema,
  TodaySchema,
} from './reports.schema.ts'

const readers = { group: '漏斗', who: ['admin', 'manager', 'mdr'], scope: 'rows' } as const
const reach = (principal: Principal) => ({ within: (first: number) => leadsWithin(principal, first) })
const said = ({ from, to }: { from: Date; to: Date }, asOf: Date) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  asOf: asOf.toISOString(),
})

export const reportRoutes: readonly Route[] = [
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/content',
    summary: '每份内容：送到、打开、读完、转发，以及收到它的人比相似而没收到的人多走了多少（匹配对照，带置信区间）',
    query: ContentReportQuery,
    answers: { 200: ContentReportSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const asked = { ...period, ...reach(principal), horizonDays: query.horizon }
      const { answer: rows, asOf } = await kept(house, ['content', query.horizon], asked, () =>
        readContentEffect(house, asked),
      )
      const items = rows.map((row) => {
        const of = (did: string) => behind(period, { what: 'content', content: row.contentId, did })
        const leads = { sent: of('sent'), opened: of('opened'), read: of('read'), forwarded: of('forwarded') }
        return { ...row, leads }
      })
      return ok({ ...said(period, asOf), horizon: query.horizon, items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/journeys',
    summary: '每个旅程：多少人达到目标，A/B 各支差多少（带置信区间）',
    query: z.strictObject(periodQuery),
    answers: { 200: JourneyReportSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const asked = { ...period, ...reach(principal) }
      const { answer: rows, asOf } = await kept(house, ['journeys'], asked, () => readJourneys(house, asked))
      const items = rows.map((row) => {
        const of = (more: Record<string, string> = {}) =>
          behind(period, { what: 'journey', journey: row.journey, ...more })
        const splits = row.splits.map(({ arms, ...split }) => {
          const linked = arms.map((arm) => ({ ...arm, leads: of({ step: split.step, arm: String(arm.arm) }) }))
          return { ...split, arms: linked }
        })
        return { ...row, splits, leads: { entered: of(), goal: of({ state: 'goal' }) } }
      })
      return ok({ ...said(period, asOf), items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/channels',
    summary: '每个渠道：来了多少、走到哪一步、成交多少、花了多少、获客成本（费用 ÷ 成交客户）',
    query: ChannelReportQuery,
    answers: { 200: ChannelReportSchema },
    async handle({ house, principal, query: { model, by, ...query } }) {
      const period = await readPeriod(house, query)
      const byCampaign = by === 'campaign'
      const asked = { ...period, ...reach(principal), model, byCampaign }
      const { answer: rows, asOf } = await kept(house, ['channels', model, byCampaign], asked, () =>
        readChannels(house, asked),
      )
      const items = rows.map((row) => {
        const campaign = byCampaign ? (row.campaign ?? '-') : undefined
        const of = (more: Record<string, string> = {}) =>
          behind(period, { what: 'channel', model, channel: row.channel ?? '-', campaign, ...more })
        const reached = row.reached.map((stop) => ({ ...stop, link: of({ stage: stop.stage }) }))
        return { ...row, reached, links: { leads: of(), customers: of({ won: 'true' }) } }
      })
      return ok({ ...said(period, asOf), model, items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/stages',
    summary: '各阶段现在有多少、停留多久，以及丢掉、退回、暂缓的原因',
    query: z.strictObject(periodQuery),
    answers: { 200: StageReportSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const asked = { ...period, ...reach(principal) }
      const { answer, asOf } = await kept(house, ['stages'], asked, async () => ({
        times: await readStageTimes(house, asked),
        reasons: await readReasons(house, asked),
      }))
      const { times, reasons } = answer
      const stages = times.map((row) => ({ ...row, leads: behind(period, { what: 'now', stage: row.stage }) }))
      const linked = reasons.map(({ leads: count, ...row }) => {
        const { kind, reason, fromStage: stage } = row
        return { ...row, count, leads: behind(period, { what: 'reason', kind, reason, stage }) }
      })
      return ok({ ...said(period, asOf), stages, reasons: linked })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/flows',
    summary: '从哪个阶段到哪个阶段各走了多少次，往回走的也在内',
    query: z.strictObject(periodQuery),
    answers: { 200: FlowReportSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const asked = { ...period, ...reach(principal) }
      const { answer: flows, asOf } = await kept(house, ['flows'], asked, () => readFlows(house, asked))
      const items = flows.map(({ leads: count, ...flow }) => {
        const leads = behind(period, { what: 'flow', start: flow.from ?? '-', stage: flow.to })
        return { ...flow, count, leads }
      })
      return ok({ ...said(period, asOf), items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/cohorts',
    summary: '同一周（月）来的线索后来走到了哪里',
    query: CohortQuery,
    answers: { 200: CohortReportSchema },
    async handle({ house, principal, query: { by, stage: wanted, ...query } }) {
      const period = await readPeriod(house, query)
      const { playbook } = await house.playbook.current()
      const stage = wanted ?? wonStages(playbook)[0] ?? ''
      if (!playbook.stages[stage] || playbook.stages[stage].closed) throw wrong('stage', '没有这个阶段')
      const asked = { ...period, ...reach(principal) }
      const { answer, asOf } = await kept(house, ['cohorts', by, stage], asked, () =>
        readCohorts(house, asked, { by, stage }),
      )
      const items = answer.cohorts.map((row) => ({
        ...row,
        link: behind(period, { what: 'cohort', by, key: row.key }),
      }))
      return ok({ ...said(period, asOf), by, stage, way: answer.way, items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/sla',
    summary: '说好的时限守住了多少：审核、接单、首次联系，合计和每个人的',
    query: z.strictObject(periodQuery),
    answers: { 200: SlaReportSchema },
    async handle({ house, principal, query }) {
      const period = await readPeriod(house, query)
      const asked = { ...period, ...reach(principal) }
      const { answer, asOf } = await kept(house, ['sla'], asked, () => readSla(house, asked))
      const items = answer.map((row) => {
        const of = (outcome: string) => behind(period, { what: 'sla', promise: row.promise, outcome, who: row.who })
        return { ...row, leads: { met: of('met'), late: of('late'), running: of('running') } }
      })
      return ok({ ...said(period, asOf), items })
    },
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/today',
    summary: '今天要人处理的：超时的、没确认的、失败的',
    answers: { 200: TodaySchema },
    handle: async ({ house, principal }) => ok({ items: await readToday(house, reach(principal).within) }),
  }),
  route({
    ...readers,
    method: 'get',
    path: '/api/reports/leads',
    summary: '报表里一个数字背后的线索，新的在前；地址由报表给出',
    query: BehindQuery,
    answers: { 200: pageOf(LeadSchema) },
    async handle({ house, principal, query, cursors }) {
      const { limit, cursor, ...asked } = query
      const period = await readPeriod(house, query)
      const figure = figureOf(asked)
      const page = await pageFrom(
        cursors,
        `behind:${JSON.stringify(figure)}`,
        { limit, cursor },
        (after, most) =>
          listBehind(house, { ...period, ...reach(principal) }, figure, {
            after: after && { at: String(after[0]), id: String(after[1]) },
            limit: most,
          }),
        ({ at, id }) => [at, id],
        (rows) =>
          readLeads(
            house,
            rows.map(({ id }) => id),
          ),
      )
      return ok(page)
    },
  }),
]

/** @throws Refused 422 when a part of the address is missing */
function figureOf(query: Omit<z.infer<typeof BehindQuery>, 'limit' | 'cursor'>): Figure {
  const need = (
    name:
      | 'stage'
      | 'reason'
      | 'content'
      | 'journey'
      | 'channel'
      | 'start'
      | 'kind'
      | 'did'
      | 'promise'
      | 'outcome'
      | 'key',
  ): string => {
    const value = query[name]
    if (value === undefined) throw wrong(name, `看 ${query.what} 要写 ${name}`)
    return value
  }
  const known = (value: string): string | null => (value === '-' ? null : value)
  const maybe = (value: string | undefined) => (value === undefined ? undefined : known(value))
  switch (query.what) {
    case 'stage': {
      const by = query.by ?? null
      return {
        what: 'stage',
        stage: need('stage'),
        by,
        key: by ? maybe(query.key) : undefined,
        converted: query.converted === 'true',
      }
    }
    case 'now':
      return { what: 'now', stage: need('stage') }
    case 'flow':
      return { what: 'flow', from: known(need('start')), to: need('stage') }
    case 'reason':
      return { what: 'reason', kind: need('kind') as 'lost', reason: need('reason'), stage: need('stage') }
    case 'sla': {
      const { who = null } = query
      return { what: 'sla', promise: need('promise') as 'review', outcome: need('outcome') as 'met', who }
    }
    case 'cohort':
      return { what: 'cohort', by: query.by === 'week' ? 'week' : 'month', key: need('key') }
    case 'content':
      return { what: 'content', content: need('content'), did: need('did') as 'sent' }
    case 'journey': {
      const { state = null, step = null, arm = null } = query
      return { what: 'journey', journey: need('journey'), state, step, arm }
    }
    case 'channel': {
      const { campaign, model, won, stage = null } = query
      const channel = known(need('channel'))
      return { what: 'channel', channel, campaign: maybe(campaign), model, won: won === 'true', stage }
    }
  }
}

const wrong = (field: string, message: string) => new Refused(422, 'invalid', '有字段不符合要求', [{ field, message }])
