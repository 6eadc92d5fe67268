import { z } from 'zod'
import type { Actor } from '../../actor.ts'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { isId } from '../../ids.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { transferAgain } from '../../transfers/again.ts'
import { askTransfer, type TransferWish } from '../../transfers/ask.ts'
import { readHandOverBrief } from '../../transfers/brief.ts'
import { readBudget } from '../../transfers/budget.ts'
import { callTransfers } from '../../transfers/call.ts'
import { transferLine } from '../../transfers/line.ts'
import { countTransfers, type ListedTransfer, listTransfers, type TransferFilter } from '../../transfers/list.ts'
import { pageFrom } from '../page-of.ts'
import type { Principal } from '../principal.ts'
import { accepted, created, ok, type Route, route } from '../route.ts'
import { idParams, pageOf, userid } from './common.schema.ts'
import {
  HandOverBriefSchema,
  LeadTransfersSchema,
  NewTransferSchema,
  OldTransferSchema,
  standing,
  TransferCountsSchema,
  TransferListQuery,
  TransferSchema,
} from './transfers.schema.ts'

const group = '转接'
const givers = ['admin', 'manager', 'sdr', 'sales', 'csm'] as const

export const transferRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads/:id/transfers',
    group,
    summary: '这位客户换过几次手、还能在企业微信里转几次',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: LeadTransfersSchema },
    async handle({ house, leadId }) {
      const [rows, [friend]] = await Promise.all([
        listTransfers(house.db, { leadId }, null, 20),
        house.db.query<{ externalUserId: string }>(
          `SELECT external_userid AS "externalUserId" FROM follows WHERE lead_id IN (SELECT lead_family($1)) AND state = 'full' ORDER BY started_at DESC LIMIT 1`,
          [leadId],
        ),
      ])
      const budget = friend && (await readBudget(house.db, house, friend.externalUserId))
      return ok({
        items: rows.map(present),
        budget: budget ? { ...budget, freeAt: budget.freeAt?.toISOString() ?? null } : null,
      })
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/transfers',
    group,
    summary: '把客户交给同事：企业微信转接（约 24 小时，客户可以拒绝）、介绍新同事，或只转跟进；结果跟到底',
    who: givers,
    scope: 'lead',
    params: idParams,
    body: NewTransferSchema,
    answers: { 201: TransferSchema },
    async handle({ house, leadId, body: { to, from, line, ...rest }, actor }) {
      return created(await begin(house, actor, { ...rest, leadId, takeover: to, handover: from, line, by: actor.id }))
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/transfer',
    group,
    summary: '旧的写法：在企业微信里把客户转接给同事；请改用 /transfers',
    who: ['admin', 'manager'],
    scope: 'lead',
    params: idParams,
    body: OldTransferSchema,
    answers: { 202: z.strictObject({ id: z.string() }) },
    async handle({ house, leadId, body: { takeover, handover, message }, actor }) {
      const wish = { leadId, takeover, handover, line: message, how: 'present', by: actor.id } as const
      const { id } = await begin(house, actor, wish)
      return accepted({ id })
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/hand-over-brief',
    group,
    summary: '交接说明：聊过什么、答应过什么、待办、商机、发过和读过什么',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: HandOverBriefSchema },
    async handle({ house, leadId }) {
      const brief = await readHandOverBrief(house.db, house, leadId)
      const iso = (at: Date | null) => at?.toISOString() ?? null
      const { transfer, deal, sent, read, promise } = brief
      return ok({
        transfer: transfer ? present(await listed(house, transfer.id)) : null,
        records: brief.records.map((one) => ({ ...one, at: one.at.toISOString() })),
        tasks: brief.tasks.map((one) => ({ ...one, dueAt: iso(one.dueAt) })),
        promise: promise && {
          ...promise,
          madeAt: promise.madeAt.toISOString(),
          dueAt: promise.dueAt.toISOString(),
        },
        todos: brief.todos,
        deal: deal && { ...deal, nextAt: iso(deal.nextAt) },
        sent: sent && { ...sent, at: sent.at.toISOString() },
        read: read && { ...read, at: read.at.toISOString() },
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/transfers',
    group,
    summary: '所有转接，新的在前：谁转给谁、走到哪一步、没成的为什么、怎么办；主管看团队的，其他人看自己的',
    who: 'everyone',
    scope: 'rows',
    query: TransferListQuery,
    answers: { 200: pageOf(TransferSchema) },
    async handle({ house, principal, query: { limit, cursor, from, stand, ...filter }, cursors }) {
      const wanted: TransferFilter = {
        ...filter,
        states: stand && standing[stand],
        handover: from,
        ...transferReach(principal),
      }
      const page = await pageFrom(
        cursors,
        'transfers',
        { limit, cursor },
        (after, most) => listTransfers(house.db, wanted, after && { at: String(after[0]), id: String(after[1]) }, most),
        ({ order, id }) => [order, id],
        (rows) => rows.map(present),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/transfers/counts',
    group,
    summary: '各走到哪一步的有多少：没走完的全部，走完的算近 90 天；和已用完转接次数的客户',
    who: 'everyone',
    scope: 'rows',
    answers: { 200: TransferCountsSchema },
    handle: async ({ house, principal }) => ok(await countTransfers(house.db, house, transferReach(principal))),
  }),
  route({
    method: 'post',
    path: '/api/transfers/:id/again',
    group,
    summary: '没成的，或还没找到人的，再来一次；可以指定接手的同事',
    who: ['admin', 'manager'],
    scope: 'rows',
    params: idParams,
    body: z.strictObject({ to: userid.optional() }),
    answers: { 200: TransferSchema },
    async handle({ house, params: { id }, body, actor, principal }) {
      const [mine] = isId(id) ? await listTransfers(house.db, { id, ...transferReach(principal) }, null, 1) : []
      if (!mine) throw new Refused(404, 'transfer_unknown', '没有这次转接，或它不是您团队的')
      await tryTransaction(house.db, (tx) => transferAgain(tx, house, { id, ...body, by: actor.id }))
      return ok(present(await listed(house, id)))
    },
  }),
]

/** Written down first; then WeCom is asked at once, so that a refusal is heard by who wished for it. */
async function begin(house: House, actor: Actor, wish: TransferWish): Promise<z.input<typeof TransferSchema>> {
  await mayGive(house, actor, wish)
  const byWecom = wish.how === undefined || wish.how === 'present'
  const line = byWecom ? await transferLine(house, { ...wish, own: wish.line }) : undefined
  const { id } = await tryTransaction(house.db, (tx) => askTransfer(tx, house, { ...wish, line }))
  await callTransfers(house, id)
  const row = await listed(house, id)
  if (row.state === 'failed') throw new Refused(409, row.faultId ?? 'failed', row.fault ?? '转接没有成功')
  return present(row)
}

/** One gives what is one's own; a manager gives his people's. @throws Refused 403 */
async function mayGive(house: House, actor: Actor, { leadId, handover }: TransferWish): Promise<void> {
  if (actor.roles.some((role) => role === 'admin' || role === 'manager')) return
  const me = actor.id.toLowerCase()
  const [lead] = await house.db.query<{ owner: string | null; isFriend: boolean }>(
    `SELECT owner, EXISTS (SELECT 1 FROM follows WHERE lead_id IN (SELECT lead_family(leads.id)) AND state = 'full' AND lower(userid) = $2) AS "isFriend"
     FROM leads WHERE id = $1`,
    [leadId, me],
  )
  const isMine = lead?.owner?.toLowerCase() === me || (lead?.owner === null && lead.isFriend)
  if (!isMine || (handover !== undefined && handover.toLowerCase() !== me))
    throw new Refused(403, 'not_your_lead', '只能转自己名下的客户；转别人的请找主管')
}

/** Whose transfers somebody sees: a manager his people's, everybody his own. */
export const transferReach = ({ reach, userid, team }: Principal): TransferFilter =>
  reach === 'all' || (reach === 'team' && team === null)
    ? {}
    : reach === 'team'
      ? { team: { name: team ?? '', manager: userid ?? '' } }
      : { userid: userid ?? '' }

async function listed(house: House, id: string): Promise<ListedTransfer> {
  const [row] = await listTransfers(house.db, { id }, null, 1)
  if (!row) throw new Error(`transfer ${id} is gone`)
  return row
}

const dayMs = 86_400_000

const present = (row: ListedTransfer): z.input<typeof TransferSchema> => ({
  id: row.id,
  leadId: row.leadId,
  leadName: row.leadName,
  company: row.company,
  from: row.handover,
  to: row.takeover,
  reason: row.reason,
  how: row.way,
  state: row.state,
  note: row.note,
  line: row.line,
  fault: row.fault === null ? null : { id: row.faultId ?? 'failed', message: row.fault },
  until: row.until?.toISOString() ?? null,
  returnedAt: row.returnedAt?.toISOString() ?? null,
  by: row.by,
  at: row.askedAt.toISOString(),
  dueAt:
    row.state === 'asked' && (row.way === 'present' || row.way === 'leaver')
      ? new Date(row.askedAt.getTime() + dayMs).toISOString()
      : null,
  endedAt: row.endedAt?.toISOString() ?? null,
})
