import { z } from 'zod'
import type { House } from '../../house.ts'
import { startLongJob } from '../../leads/long-job.ts'
import { readLeads } from '../../leads/read.ts'
import { bulkVerdictsKind } from '../../review/bulk-verdicts.ts'
import { claimNext, releaseClaim } from '../../review/claim.ts'
import { type QueueRow, readQueue, readQueued } from '../../review/queue.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'
import { LeadSchema } from './leads.schema.ts'
import { BulkVerdictSchema, QueueItemSchema } from './review.schema.ts'

const group = '审核'
const reviewers = ['admin', 'manager', 'mdr', 'sdr'] as const

export const reviewRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/review-queue',
    group,
    summary: '待审核的线索，按轻重缓急',
    who: reviewers,
    scope: 'rows',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(QueueItemSchema) },
    async handle({ house, principal, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'review-queue',
        query,
        (after, limit) =>
          readQueue(house.db, {
            limit,
            within: (first) => leadsWithin(principal, first),
            after: after && {
              handRaised: Boolean(after[0]),
              due: String(after[1]),
              s: Number(after[2]),
              leadId: String(after[3]),
            },
          }),
        ({ handRaised, due, s, leadId }) => [handRaised, due, s, leadId],
        (rows) => queueItems(house, rows),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/review-queue/claim',
    group,
    summary: '领取下一条；两个人永远不会领到同一条。没有可领的答 204',
    who: reviewers,
    scope: 'house',
    answers: { 200: QueueItemSchema, 204: null },
    audited: false,
    async handle({ house, actor }) {
      const claimed = await claimNext(house, actor.id)
      const row = claimed && (await readQueued(house, claimed.leadId))
      const [item] = row ? await queueItems(house, [row]) : []
      return item ? ok(item) : { status: 204 }
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/release',
    group,
    summary: '把领取的线索放回队列',
    who: reviewers,
    scope: 'lead',
    params: idParams,
    answers: { 200: LeadSchema },
    audited: false,
    async handle({ house, leadId, actor, principal }) {
      const anyones = principal.roles.some((role) => role === 'admin' || role === 'manager')
      await releaseClaim(house, leadId, actor.id, anyones)
      return ok((await readLeads(house, [leadId]))[0])
    },
  }),
  route({
    method: 'post',
    path: '/api/verdicts',
    group,
    summary: '对最多 200 条线索给同一个结论，作为一件后台工作',
    who: reviewers,
    scope: 'rows',
    body: BulkVerdictSchema,
    answers: { 202: JobSchema },
    async handle({ house, principal, body: { leadIds, ...verdict }, actor }) {
      const ids = [...new Set(await Promise.all(leadIds.map((id) => findLead(house.db, principal, id))))]
      const job = await house.db.transaction((tx) =>
        startLongJob(tx, house, {
          kind: bulkVerdictsKind,
          input: { leadIds: ids, verdict, actor },
          total: ids.length,
          by: actor.id,
        }),
      )
      return accepted(job)
    },
  }),
]

/** Queue rows with their leads. A lead that left the queue between the two readings is left out. */
async function queueItems(house: House, rows: readonly QueueRow[]) {
  const leads = new Map(
    (
      await readLeads(
        house,
        rows.map(({ leadId }) => leadId),
      )
    ).map((lead) => [lead.id, lead]),
  )
  return rows.flatMap(({ leadId, queuedAt, dueAt, why, playbookVersion, handRaised, claimedBy, claimedUntil }) => {
    const lead = leads.get(leadId)
    if (!lead) return []
    const isClaimed = claimedUntil !== null && claimedUntil > house.clock.now()
    return {
      ...lead,
      queuedAt: queuedAt.toISOString(),
      dueAt: dueAt.toISOString(),
      why,
      playbookVersion,
      handRaised,
      claimedBy: isClaimed ? claimedBy : null,
      claimedUntil: isClaimed ? claimedUntil.toISOString() : null,
    }
  })
}
