import { move } from '../../leads/move.ts'
import { readLead } from '../../leads/read.ts'
import { answerOffer } from '../../offers/answer.ts'
import { advanceLead, returnLead } from '../../offers/give-back.ts'
import { claimLead } from '../../review/claim.ts'
import { giveVerdict, undoVerdict } from '../../review/verdict.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams } from './common.schema.ts'
import { AcceptSchema, AdvanceSchema, DeclineSchema, LeadSchema, ReopenSchema, ReturnSchema } from './leads.schema.ts'
import { ClaimedSchema, VerdictSchema } from './review.schema.ts'

const group = '流转'
const reviewers = ['admin', 'manager', 'mdr', 'sdr'] as const
const sellers = ['admin', 'manager', 'sdr', 'sales', 'csm'] as const
const lead = { method: 'post', group, scope: 'lead', params: idParams } as const

export const leadMoveRoutes: readonly Route[] = [
  route({
    ...lead,
    path: '/api/leads/:id/verdict',
    summary: '给出审核结论',
    who: reviewers,
    body: VerdictSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await giveVerdict(house, leadId, body, actor)
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/undo',
    summary: '在可撤销的时间内收回刚给的结论',
    who: reviewers,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, actor }) {
      await undoVerdict(house, leadId, actor)
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/reopen',
    summary: '重新审核已关闭的线索；昵称被屏蔽的，从此照常计分',
    who: ['admin', 'manager', 'mdr'],
    body: ReopenSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await house.db.transaction((tx) => move(tx, house, { leadId, on: 'reopen', actor, ...body }))
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/claim',
    summary: '领取这一条来审核，到期自动放回',
    who: reviewers,
    answers: { 200: ClaimedSchema },
    async handle({ house, leadId, actor }) {
      const { claimedUntil } = await claimLead(house, leadId, actor.id)
      return ok({ leadId, claimedBy: actor.id, claimedUntil: claimedUntil.toISOString() })
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/accept',
    summary: '接下派来的线索',
    who: sellers,
    body: AcceptSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await answerOffer(house, { leadId, by: actor, answer: 'accept', reason: body.reason })
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/decline',
    summary: '不接，并说明原因；转给下一位',
    who: sellers,
    body: DeclineSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await answerOffer(house, { leadId, by: actor, answer: 'decline', reason: body.reason })
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/return',
    summary: '退回市场部继续培育，带着原因和全部历史',
    who: sellers,
    body: ReturnSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await returnLead(house, leadId, body, actor)
      return ok(await readLead(house, leadId))
    },
  }),
  route({
    ...lead,
    path: '/api/leads/:id/advance',
    summary: '推进到下一阶段',
    who: sellers,
    body: AdvanceSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await advanceLead(house, leadId, body, actor)
      return ok(await readLead(house, leadId))
    },
  }),
]
