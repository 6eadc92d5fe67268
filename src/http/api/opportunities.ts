import { z } from 'zod'
import { findAccount } from '../../accounts/scope.ts'
import type { Transaction } from '../../db.ts'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { isId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { addPerson, editOpportunity, openOpportunity } from '../../opportunities/open.ts'
import { readChanges, readOpportunities } from '../../opportunities/read.ts'
import { lockOpportunity, mayWorkOn, recordChange } from '../../opportunities/row.ts'
import { loseOpportunity, reopenOpportunity, stepOn, tickItem, winOpportunity } from '../../opportunities/work.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { created, ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import {
  EditOpportunitySchema,
  LoseSchema,
  NewOpportunitySchema,
  OpportunityLineSchema,
  OpportunityPersonSchema,
  OpportunitySchema,
  ReopenSchema,
  StepOnSchema,
  TickSchema,
  WinSchema,
} from './accounts.schema.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'

const group = '商机'
const sellers = ['admin', 'manager', 'sdr', 'sales', 'csm'] as const
const one = { group, scope: 'rows', params: idParams } as const

/** A deal within reach: its lead's, its company's, or one's own. @throws Refused 403, 404 */
async function find(house: House, principal: Principal, id: string): Promise<string> {
  const [row] = isId(id)
    ? await house.db.query<{ id: string; leadId: string; accountId: string | null; owner: string | null }>(
        'SELECT id, lead_id AS "leadId", account_id AS "accountId", owner FROM opportunities WHERE id = $1',
        [id],
      )
    : []
  if (!row) throw new Refused(404, 'opportunity_unknown', '没有这个商机')
  if (row.owner && row.owner.toLowerCase() === principal.userid?.toLowerCase()) return row.id
  if (row.accountId)
    await findAccount(house.db, row.accountId, (first) => leadsWithin(principal, first), principal.userid)
  else await findLead(house.db, principal, row.leadId)
  return row.id
}

async function answer(house: House, id: string) {
  const [view] = await readOpportunities(house, { id })
  if (!view) throw new Error(`opportunity ${id} is gone`)
  return view
}

export const opportunityRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/opportunities',
    group,
    summary: '新建商机',
    who: sellers,
    scope: 'rows',
    body: NewOpportunitySchema,
    answers: { 201: OpportunitySchema },
    async handle({ house, principal, body: { leadId, ...fields }, actor }) {
      const lead = await findLead(house.db, principal, leadId)
      const id = await tryTransaction(house.db, (tx) => openOpportunity(tx, house, lead, fields, actor.id))
      return created(await answer(house, id))
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/opportunities',
    group,
    summary: '他参与的商机',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: z.strictObject({ items: z.array(OpportunitySchema) }) },
    handle: async ({ house, leadId }) => ok({ items: await readOpportunities(house, { lead: leadId }) }),
  }),
  route({
    ...one,
    method: 'get',
    path: '/api/opportunities/:id',
    summary: '一个商机：走到哪一步、清单、还差什么',
    who: 'everyone',
    answers: { 200: OpportunitySchema },
    handle: async ({ house, principal, params }) => ok(await answer(house, await find(house, principal, params.id))),
  }),
  route({
    ...one,
    method: 'get',
    path: '/api/opportunities/:id/history',
    summary: '商机上发生过的一切，新的在前；只增不改',
    who: 'everyone',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(OpportunityLineSchema) },
    async handle({ house, principal, params, query, cursors }) {
      const id = await find(house, principal, params.id)
      const page = await pageFrom(
        cursors,
        `opportunity:${id}`,
        query,
        (after, limit) => readChanges(house.db, id, after ? Number(after[0]) : null, limit),
        ({ seq }) => [seq],
        (rows) => rows,
      )
      return ok(page)
    },
  }),
  change(
    'put',
    '',
    '改金额、预计成交日、竞争对手、下一步等',
    EditOpportunitySchema,
    async (tx, house, id, body, actor) => {
      mayWorkOn(await lockOpportunity(tx, id), actor)
      await editOpportunity(tx, house, id, body, actor.id)
    },
  ),
  change('post', '/tick', '在清单上打勾，或收回', TickSchema, (tx, house, id, body, actor) =>
    tickItem(tx, house, { id, ...body }, actor),
  ),
  change('post', '/advance', '走到下一步；门没开时 409，主管可带理由放行', StepOnSchema, (tx, house, id, body, actor) =>
    stepOn(tx, house, { id, ...body }, actor),
  ),
  change('post', '/won', '赢单：商机阶段的线索一起转为成交', WinSchema, (tx, house, id, body, actor) =>
    winOpportunity(tx, house, { id, ...body }, actor),
  ),
  change('post', '/lost', '输单：说明原因，商机阶段的线索带着原因回到培育', LoseSchema, (tx, house, id, body, actor) =>
    loseOpportunity(tx, house, { id, ...body }, actor),
  ),
  change(
    'post',
    '/reopen',
    '重新打开：输了又有戏，或赢得太早；从原来那一步接着谈',
    ReopenSchema,
    (tx, house, id, body, actor) => reopenOpportunity(tx, house, { id, ...body }, actor),
  ),
  route({
    ...one,
    method: 'post',
    path: '/api/opportunities/:id/people',
    summary: '谁参与这个商机，什么角色',
    who: sellers,
    body: OpportunityPersonSchema,
    answers: { 200: OpportunitySchema },
    async handle({ house, principal, params, body, actor }) {
      const id = await find(house, principal, params.id)
      const leadId = await findLead(house.db, principal, body.leadId)
      const { playbook } = await house.playbook.current()
      const known = playbook.accounts.roles.map((role) => role.id)
      if (body.role !== null && !known.includes(body.role))
        throw new Refused(422, 'role_unknown', '业务规则里没有这个角色', { known })
      await tryTransaction(house.db, async (tx) => {
        const row = await lockOpportunity(tx, id)
        mayWorkOn(row, actor)
        await addPerson(tx, house, { opportunityId: id, leadId, role: body.role, by: actor.id })
        await recordChange(tx, house, row, { kind: 'person', by: actor.id, data: { lead: leadId, role: body.role } })
      })
      return ok(await answer(house, id))
    },
  }),
]

/** One step of work on a deal. */
function change<Body>(
  method: 'post' | 'put',
  path: string,
  summary: string,
  body: z.ZodType<Body>,
  work: (
    tx: Transaction,
    house: House,
    id: string,
    body: Body,
    actor: Parameters<typeof mayWorkOn>[1],
  ) => Promise<void>,
): Route {
  return route({
    ...one,
    method,
    path: `/api/opportunities/:id${path}`,
    summary,
    who: sellers,
    body,
    answers: { 200: OpportunitySchema },
    async handle({ house, principal, params, body, actor }) {
      const id = await find(house, principal, params.id)
      await tryTransaction(house.db, (tx) => work(tx, house, id, body, actor))
      return ok(await answer(house, id))
    },
  })
}
