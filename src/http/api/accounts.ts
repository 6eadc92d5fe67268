import { z } from 'zod'
import { lockAccounts } from '../../accounts/keep.ts'
import { type AccountRow, accountColumns, listAccounts } from '../../accounts/list.ts'
import { readMap } from '../../accounts/map.ts'
import { mergeAccounts, movePerson, splitAccount } from '../../accounts/merge.ts'
import { readAccount, readMembers } from '../../accounts/read.ts'
import { setRole } from '../../accounts/roles.ts'
import { rollUp } from '../../accounts/roll-up.ts'
import { findAccount } from '../../accounts/scope.ts'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { isId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { readOpportunities } from '../../opportunities/read.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { leadsWithin } from '../scope.ts'
import {
  AccountDetailSchema,
  AccountEditSchema,
  AccountListQuery,
  AccountMapSchema,
  AccountSchema,
  AccountSuggestionSchema,
  LeadAccountSchema,
  MoveToAccountSchema,
  OpportunitySchema,
  RoleSchema,
} from './accounts.schema.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'

const group = '客户公司'
const mergers = ['admin', 'manager', 'mdr'] as const
const workers = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
const one = { group, scope: 'rows', params: idParams } as const

/** What a principal reaches, as the accounts' room takes it. */
const reachOf = (principal: Principal) => (first: number) => leadsWithin(principal, first)
const reachesAll = ({ reach, team }: Principal): boolean => reach === 'all' || (reach === 'team' && team === null)
const find = (house: House, principal: Principal, id: string) =>
  findAccount(house.db, id, reachOf(principal), principal.userid)
const present = ({ surgeAt, ...row }: AccountRow) => ({ ...row, surgeAt: surgeAt?.toISOString() ?? null })
const detail = async (house: House, principal: Principal, id: string) => {
  const { surgeAt, ...account } = await readAccount(house, id, reachOf(principal))
  return { ...account, surgeAt: surgeAt?.toISOString() ?? null }
}

export const accountRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/accounts',
    group,
    summary: '客户公司，分高的在前',
    who: 'everyone',
    scope: 'rows',
    query: AccountListQuery,
    answers: { 200: pageOf(AccountSchema) },
    async handle({ house, principal, query: { limit, cursor, surging, ...filter }, cursors }) {
      const within = reachesAll(principal) ? null : reachOf(principal)
      const page = await pageFrom(
        cursors,
        'accounts',
        { limit, cursor },
        (after, most) =>
          listAccounts(
            house.db,
            { ...filter, surging: surging === 'true' },
            { within, limit: most, after: after && { score: Number(after[0]), id: String(after[1]) } },
          ),
        ({ score, id }) => [score, id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    ...one,
    method: 'get',
    path: '/api/accounts/:id',
    summary: '一家客户公司：它的人、角色、分数的来历；被合并的答以代表它的那家',
    who: 'everyone',
    answers: { 200: AccountDetailSchema },
    handle: async ({ house, principal, params }) =>
      ok(await detail(house, principal, await find(house, principal, params.id))),
  }),
  route({
    ...one,
    method: 'put',
    path: '/api/accounts/:id',
    summary: '改公司的名字或负责人；人定了就不再跟着系统变',
    who: workers,
    body: AccountEditSchema,
    answers: { 200: AccountDetailSchema },
    async handle({ house, principal, params, body, actor }) {
      const id = await find(house, principal, params.id)
      await tryTransaction(house.db, async (tx) => {
        await lockAccounts(tx)
        if (body.owner) {
          const rows = await tx.query('SELECT 1 FROM staff WHERE lower(userid) = lower($1)', [body.owner])
          if (rows.length === 0) throw new Refused(422, 'staff_unknown', '没有这位同事')
        }
        await tx.query(
          `UPDATE accounts SET name = coalesce($2, name), name_by = CASE WHEN $3 THEN CASE WHEN $2::text IS NULL THEN NULL ELSE $6 END ELSE name_by END,
             owner = CASE WHEN $5 THEN coalesce((SELECT userid FROM staff WHERE lower(userid) = lower($4)), $4) ELSE owner END,
             owner_by = CASE WHEN $5 THEN CASE WHEN $4::text IS NULL THEN NULL ELSE $6 END ELSE owner_by END WHERE id = $1`,
          [id, body.name ?? null, body.name !== undefined, body.owner ?? null, body.owner !== undefined, actor.id],
        )
        await rollUp(tx, house, [id])
      })
      return ok(await detail(house, principal, id))
    },
  }),
  route({
    ...one,
    method: 'get',
    path: '/api/accounts/:id/map',
    summary: '关系图谱：谁认识谁、谁转发给谁、我们谁认识他、他们看了什么',
    who: 'everyone',
    answers: { 200: AccountMapSchema },
    handle: async ({ house, principal, params }) =>
      ok(await readMap(house, await find(house, principal, params.id), reachOf(principal))),
  }),
  route({
    ...one,
    method: 'get',
    path: '/api/accounts/:id/opportunities',
    summary: '这家公司的商机：在谈的在前',
    who: 'everyone',
    answers: { 200: z.strictObject({ items: z.array(OpportunitySchema) }) },
    handle: async ({ house, principal, params }) =>
      ok({ items: await readOpportunities(house, { account: await find(house, principal, params.id) }) }),
  }),
  route({
    ...one,
    method: 'post',
    path: '/api/accounts/:id/merge',
    summary: '把另一家并入这一家；随时可以拆开',
    who: mergers,
    body: z.strictObject({ accountId: z.uuid() }),
    answers: { 200: AccountDetailSchema },
    async handle({ house, principal, params, body, actor }) {
      const id = await find(house, principal, params.id)
      const other = await find(house, principal, body.accountId)
      await tryTransaction(house.db, (tx) => mergeAccounts(tx, house, id, other, actor.id))
      return ok(await detail(house, principal, id))
    },
  }),
  route({
    ...one,
    method: 'post',
    path: '/api/accounts/:id/split',
    summary: '撤销合并：给被并入的那家，或给合并后的这家（拆出最近并入的）',
    who: mergers,
    answers: { 200: AccountDetailSchema },
    async handle({ house, principal, params, actor }) {
      await find(house, principal, params.id)
      const id = await tryTransaction(house.db, (tx) => splitAccount(tx, house, params.id.toLowerCase(), actor.id))
      return ok(await detail(house, principal, id))
    },
  }),
  route({
    method: 'get',
    path: '/api/account-suggestions',
    group,
    summary: '可能是同一家的公司，等人判断',
    who: mergers,
    scope: 'rows',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(AccountSuggestionSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'account-suggestions',
        query,
        (after, limit) =>
          house.db.query<{ id: string; a: string; b: string; why: unknown; createdAt: Date; at: string }>(
            `SELECT s.id, account_root(s.a) AS a, account_root(s.b) AS b, s.why, s.created_at AS "createdAt", s.created_at::text AS at FROM account_suggestions s
             WHERE s.state = 'open' AND account_root(s.a) <> account_root(s.b) AND ($2::timestamptz IS NULL OR (s.created_at, s.id) < ($2, $3::uuid))
               AND EXISTS (SELECT FROM accounts x WHERE x.id = account_root(s.a) AND x.people > 0) AND EXISTS (SELECT FROM accounts y WHERE y.id = account_root(s.b) AND y.people > 0)
             ORDER BY s.created_at DESC, s.id DESC LIMIT $1`,
            [limit, after?.[0] ?? null, after?.[1] ?? null],
          ),
        ({ at, id }) => [at, id],
        async (rows) => {
          const found = await house.db.query<AccountRow>(
            `SELECT ${accountColumns} FROM accounts a WHERE a.id = ANY($1)`,
            [rows.flatMap(({ a, b }) => [a, b])],
          )
          const accounts = new Map(found.map((row) => [row.id, present(row)]))
          return rows.map(({ id, a, b, why, createdAt }) => ({
            id,
            a: accounts.get(a),
            b: accounts.get(b),
            why,
            createdAt: createdAt.toISOString(),
          }))
        },
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/account-suggestions/:id/dismiss',
    group,
    summary: '不是同一家',
    who: mergers,
    scope: 'house',
    params: idParams,
    answers: { 204: null },
    async handle({ house, params }) {
      const rows = isId(params.id)
        ? await house.db.query(
            "UPDATE account_suggestions SET state = 'dismissed' WHERE id = $1 AND state = 'open' RETURNING 1",
            [params.id],
          )
        : []
      if (rows.length === 0) throw new Refused(404, 'suggestion_unknown', '没有这条建议')
      return { status: 204 }
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/account',
    group,
    summary: '这条线索在哪家公司、是什么角色',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: LeadAccountSchema },
    handle: async ({ house, principal, leadId }) => ok(await readLeadAccount(house, principal, leadId)),
  }),
  route({
    method: 'put',
    path: '/api/leads/:id/account',
    group,
    summary: '把他放进一家公司，或说他不属于哪家；人定了，系统不再改',
    who: workers,
    scope: 'lead',
    params: idParams,
    body: MoveToAccountSchema,
    answers: { 200: LeadAccountSchema },
    async handle({ house, principal, leadId, body, actor }) {
      const to = body.accountId === null ? null : await find(house, principal, body.accountId)
      await tryTransaction(house.db, (tx) => movePerson(tx, house, { leadId, to, by: actor.id }))
      return ok(await readLeadAccount(house, principal, leadId))
    },
  }),
  route({
    method: 'put',
    path: '/api/leads/:id/role',
    group,
    summary: '他在公司里的角色；null 表示收回',
    who: workers,
    scope: 'lead',
    params: idParams,
    body: RoleSchema,
    answers: { 200: LeadAccountSchema },
    async handle({ house, principal, leadId, body, actor }) {
      await tryTransaction(house.db, (tx) => setRole(tx, house, { leadId, role: body.role, by: actor.id }))
      return ok(await readLeadAccount(house, principal, leadId))
    },
  }),
]

async function readLeadAccount(house: House, principal: Principal, leadId: string) {
  const [row] = await house.db.query<{ account: string | null }>(
    'SELECT account_root(account_id) AS account FROM account_people WHERE lead_id = $1',
    [leadId],
  )
  if (!row?.account) return { account: null, person: null }
  const [[account], [person]] = await Promise.all([
    house.db.query<AccountRow>(`SELECT ${accountColumns} FROM accounts a WHERE a.id = $1`, [row.account]),
    readMembers(house, row.account, reachOf(principal), 1, leadId),
  ])
  return { account: account ? present(account) : null, person: person ?? null }
}
