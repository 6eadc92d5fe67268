import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { newId } from '../../ids.ts'
import { setConsent } from '../../leads/consent.ts'
import { type IdentityValue, identityKey } from '../../leads/identities.ts'
import { wantJoinUrl } from '../../leads/join.ts'
import { listLeads } from '../../leads/list.ts'
import { openLeads } from '../../leads/open.ts'
import { readLead, readLeads } from '../../leads/read.ts'
import { readScoreLines } from '../../leads/score-lines.ts'
import { putTags } from '../../leads/tags.ts'
import { readTimeline, timelineParts } from '../../leads/timeline.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { searchLeads } from '../../lists/search.ts'
import { considerReview } from '../../review/consider.ts'
import { checkWanted, findSegment } from '../../segments/library.ts'
import { pageFrom } from '../page-of.ts'
import { created, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import {
  ConsentSchema,
  LeadListQuery,
  LeadSchema,
  LeadWithJoinSchema,
  NewLeadSchema,
  ScoreLinesSchema,
  TimelineItemSchema,
} from './leads.schema.ts'

const group = '线索'
type NewLead = z.infer<typeof NewLeadSchema>

export const leadRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads',
    group,
    summary: '线索列表，新的在前',
    who: 'everyone',
    scope: 'rows',
    query: LeadListQuery,
    answers: { 200: pageOf(LeadSchema) },
    async handle({ house, principal, query: { limit, cursor, segment: asked, condition, ...rest }, cursors }) {
      const segment = asked === undefined ? undefined : await findSegment(house.db, asked)
      const filter = { ...rest, segment }
      const within = (first: number) => leadsWithin(principal, first)
      if (condition) {
        await checkWanted(house, condition)
        const [at, id] = cursor === undefined ? [] : cursors.open('leads', cursor)
        const after = id === undefined ? null : { at: String(at), id: String(id) }
        const { ids, next } = await searchLeads(house, { filter, condition }, { within, after, limit })
        const nextCursor = next && cursors.seal('leads', [next.at, next.id])
        return ok({ items: await readLeads(house, ids), nextCursor })
      }
      const page = await pageFrom(
        cursors,
        'leads',
        { limit, cursor },
        (after, most) =>
          listLeads(house, filter, {
            within,
            limit: most,
            after: after && { at: String(after[0]), id: String(after[1]) },
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
  route({
    method: 'post',
    path: '/api/leads',
    group,
    summary: '新建线索；与已有线索共用身份时更新那一条',
    who: ['admin', 'manager', 'mdr'],
    scope: 'house',
    body: NewLeadSchema,
    answers: { 200: LeadWithJoinSchema, 201: LeadWithJoinSchema },
    async handle({ house, principal, body, actor }) {
      const identities = identitiesOf(body)
      checkIdentities((identity) => identityKey(house.seal, identity) !== null, body)
      const key = `api\0${newId(house.clock)}`
      const opened = await tryTransaction(house.db, async (tx) => {
        const { name, company, title, industry, region, size, attributes, source } = body
        const [one] = await openLeads(tx, house, [
          {
            identities,
            fields: { name, company, title, industry, region, size, attributes },
            source: { kind: 'api', channel: source?.channel ?? null, campaign: source?.campaign ?? null },
            at: house.clock.now(),
            by: actor.id,
            key,
          },
        ])
        if (!one) throw new Error('no lead was opened')
        const { leadId } = one
        // Somebody else's customer is neither shown nor changed.
        if (!one.created) await findLead(tx, principal, leadId)
        if (body.tags)
          await putTags(
            tx,
            house,
            body.tags.map((tag) => ({ leadId, ...tag, by: actor.id })),
          )
        if (body.consent !== undefined) {
          const consent = typeof body.consent === 'boolean' ? { granted: body.consent } : body.consent
          await setConsent(tx, house, { leadId, purpose: 'marketing', source: 'api', by: actor.id, ...consent })
        }
        await considerReview(tx, house, [leadId])
        return { ...one, joinUrl: await wantJoinUrl(tx, house, leadId, actor.id) }
      })
      const answer = { ...(await readLead(house, opened.leadId)), joinUrl: opened.joinUrl }
      return opened.created ? created(answer) : ok(answer)
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id',
    group,
    summary: '一条线索；被合并的答以代表它的那条',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: LeadSchema },
    handle: async ({ house, leadId }) => ok(await readLead(house, leadId)),
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/timeline',
    group,
    summary: '发生过的一切，新的在前',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    query: z.strictObject({
      only: z.enum(timelineParts).optional().meta({ description: '只看：客户做的、阶段与派单、消息、同事做的' }),
      ...pageQuery,
    }),
    answers: { 200: pageOf(TimelineItemSchema) },
    async handle({ house, leadId, query: { only: part, ...query }, cursors }) {
      const page = await pageFrom(
        cursors,
        `timeline:${leadId}${part ? `:${part}` : ''}`,
        query,
        (after, limit) =>
          readTimeline(house, leadId, { part, limit, after: after && { at: String(after[0]), id: String(after[1]) } }),
        ({ exact, id }) => [exact, id],
        (rows) => rows.map(({ exact: _, ...item }) => item),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/score',
    group,
    summary: '为什么是这个分数：每一分都有一行来历',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: ScoreLinesSchema },
    handle: async ({ house, leadId }) => ok(await readScoreLines(house, leadId)),
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/consent',
    group,
    summary: '记录同意或退订；退订立即生效，处处生效',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    body: ConsentSchema,
    answers: { 200: LeadSchema },
    async handle({ house, leadId, body, actor }) {
      await tryTransaction(house.db, (tx) => setConsent(tx, house, { leadId, ...body, by: actor.id }))
      return ok(await readLead(house, leadId))
    },
  }),
]

function identitiesOf({ mobile, email, identities = [] }: NewLead): IdentityValue[] {
  return [
    ...identities,
    ...(mobile ? [{ kind: 'mobile', value: mobile } as const] : []),
    ...(email ? [{ kind: 'email', value: email } as const] : []),
  ]
}

/** A value that can be nobody's is told, not dropped. @throws Refused 422 */
function checkIdentities(
  isGood: (identity: IdentityValue) => boolean,
  { mobile, email, identities = [] }: NewLead,
): void {
  const faults = [
    ...(mobile && !isGood({ kind: 'mobile', value: mobile }) ? [{ field: 'mobile', message: '不是手机号' }] : []),
    ...(email && !isGood({ kind: 'email', value: email }) ? [{ field: 'email', message: '不是邮箱' }] : []),
    ...identities.flatMap((identity, index) =>
      isGood(identity) ? [] : [{ field: `identities[${index}].value`, message: `不是有效的 ${identity.kind}` }],
    ),
  ]
  if (faults.length > 0) throw new Refused(422, 'invalid', '有字段不符合要求', faults)
}
