import { z } from 'zod'
import { readLead } from '../../leads/read.ts'
import { type DueAfter, dueKinds, readDue, readUnplaced } from '../../team/due.ts'
import { handOver } from '../../team/hand-over.ts'
import { startHandOver } from '../../team/hand-over-all.ts'
import { readTakersOf } from '../../team/objections.ts'
import { readRulesToday, readTeammates } from '../../team/people.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'
import { LeadSchema } from './leads.schema.ts'
import {
  DueSchema,
  HandOverAllSchema,
  HandOverSchema,
  TakersSchema,
  TeamSchema,
  UnplacedSchema,
} from './team.schema.ts'

const group = '团队'
const who = ['admin', 'manager'] as const

export const teamRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/team',
    group,
    summary: '谁在岗、各自手上有什么，以及今天的派单规则派了多少；经理看自己的团队',
    who,
    scope: 'rows',
    query: z.strictObject({ ...pageQuery, limit: pageQuery.limit.default(200) }),
    answers: { 200: TeamSchema },
    async handle({ house, principal, query, cursors }) {
      const { playbook, calendar } = await house.playbook.current()
      const [page, rules] = await Promise.all([
        pageFrom(
          cursors,
          'team',
          query,
          (after, limit) =>
            readTeammates(house, principal, { after: after?.[0] === undefined ? null : String(after[0]), limit }),
          ({ userid }) => [userid.toLowerCase()],
          (rows) => rows.map((one) => ({ ...one, until: one.until?.toISOString() ?? null })),
        ),
        readRulesToday(house, principal),
      ])
      const nameOf = (rule: string) => playbook.routing.rules.find(({ id }) => id === rule)?.name ?? rule
      return ok({
        working: calendar.isWorking(house.clock.now()),
        ...page,
        rules: rules.map((rule) => ({ ...rule, name: nameOf(rule.rule) })),
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/team/due',
    group,
    summary: '快要超时和已经超时的：待答复的派单、首次联系、审核、跟进；先到期的在前',
    who,
    scope: 'rows',
    query: z.strictObject({ kind: z.enum(dueKinds).optional(), ...pageQuery }),
    answers: { 200: pageOf(DueSchema) },
    async handle({ house, principal, query: { kind, ...paging }, cursors }) {
      const page = await pageFrom(
        cursors,
        `team-due:${kind ?? ''}`,
        paging,
        (after, limit) => {
          const from: DueAfter = after && { at: String(after[0]), key: String(after[1]) }
          return readDue(house, principal, { kind, after: from, limit })
        },
        ({ at, key }) => [at, key],
        (rows) =>
          rows.map(({ at: _, since, dueAt, ...row }) => ({
            ...row,
            since: since.toISOString(),
            dueAt: dueAt.toISOString(),
          })),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/team/unplaced',
    group,
    summary: '没有人能接、等着指派的线索，等得最久的在前',
    who,
    scope: 'rows',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(UnplacedSchema) },
    async handle({ house, principal, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'team-unplaced',
        query,
        (after, limit) =>
          readUnplaced(house, principal, { after: after && { at: String(after[0]), id: String(after[1]) }, limit }),
        ({ at, leadId }) => [at, leadId],
        (rows) => rows.map(({ at: _, since, ...row }) => ({ ...row, since: since.toISOString() })),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/takers',
    group,
    summary: '这条线索可以交给谁，派单规则对每一位有什么意见',
    who,
    scope: 'lead',
    params: idParams,
    answers: { 200: TakersSchema },
    async handle({ house, leadId, principal }) {
      return ok({ items: await readTakersOf(house, leadId, principal) })
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/hand-over',
    group,
    summary: '把一条线索交给同事：有负责人的立即转过去，连同商机和待办；没有的派给他，等他答复',
    who,
    scope: 'lead',
    params: idParams,
    body: HandOverSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor, principal }) {
      await handOver(house, { leadId, ...body, by: actor, reacher: principal })
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    method: 'post',
    path: '/api/team/hand-over',
    group,
    summary: '把一位同事手上的工作全部交出去：给一个人，或按规则重新派',
    who,
    scope: 'rows',
    body: HandOverAllSchema,
    answers: { 202: JobSchema },
    async handle({ house, body, actor, principal }) {
      return accepted(
        await house.db.transaction((tx) => startHandOver(tx, house, body, { by: actor, reacher: principal })),
      )
    },
  }),
]
