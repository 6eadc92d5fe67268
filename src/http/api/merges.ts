import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { isId } from '../../ids.ts'
import { mergeLeads, splitLead } from '../../leads/merge.ts'
import { listMerged, previewMerge } from '../../leads/merge-preview.ts'
import { readLead, readLeads } from '../../leads/read.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { findLead, leadsWithin } from '../scope.ts'
import { idParams, pageOf, pageQuery } from './common.schema.ts'
import {
  LeadSchema,
  MergedIntoSchema,
  MergedSchema,
  MergePreviewSchema,
  MergeSchema,
  MergeSuggestionSchema,
} from './leads.schema.ts'

const group = '线索'
const mergers = ['admin', 'manager', 'mdr'] as const

export const mergeRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads/:id/merges',
    group,
    summary: '并入这条的线索，新的在前',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: z.strictObject({ items: z.array(MergedIntoSchema) }) },
    async handle({ house, leadId }) {
      const rows = await listMerged(house, leadId)
      return ok({ items: rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })) })
    },
  }),
  route({
    method: 'get',
    path: '/api/leads/:id/merge-preview',
    group,
    summary: '把另一条并入这一条会怎样；什么也不改',
    who: mergers,
    scope: 'lead',
    params: idParams,
    query: MergeSchema,
    answers: { 200: MergePreviewSchema },
    async handle({ house, principal, leadId, query }) {
      return ok(await previewMerge(house, leadId, await findLead(house.db, principal, query.leadId)))
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/merge',
    group,
    summary: '把另一条线索并入这一条；随时可以拆开',
    who: mergers,
    scope: 'lead',
    params: idParams,
    body: MergeSchema,
    answers: { 200: MergedSchema },
    async handle({ house, principal, leadId, body, actor }) {
      const other = await findLead(house.db, principal, body.leadId)
      const mergeId = await tryTransaction(house.db, (tx) => mergeLeads(tx, house, leadId, other, actor.id))
      return ok({ ...(await readLead(house, leadId)), mergeId })
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/split',
    group,
    summary: '撤销合并：给被并入的那条，或给合并后的这条（拆出最近并入的）',
    who: mergers,
    scope: 'lead',
    params: idParams,
    answers: { 200: LeadSchema },
    async handle({ house, params, leadId, actor }) {
      const loser = await tryTransaction(house.db, async (tx) => {
        const [last] = await tx.query<{ loser: string }>(
          `SELECT loser FROM merges WHERE undone_at IS NULL AND ${params.id === leadId ? 'winner' : 'loser'} = $1 ORDER BY at DESC LIMIT 1`,
          [params.id],
        )
        if (!last) throw new Refused(409, 'not_merged', '这条线索没有合并可以撤销')
        await splitLead(tx, house, last.loser, actor.id)
        return last.loser
      })
      return ok(await readLead(house, loser))
    },
  }),
  route({
    method: 'get',
    path: '/api/merge-suggestions',
    group,
    summary: '可能是同一个人的线索：身份互相矛盾，等人判断',
    who: mergers,
    scope: 'rows',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(MergeSuggestionSchema) },
    async handle({ house, principal, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'merge-suggestions',
        query,
        (after, limit) => {
          const within = leadsWithin(principal, 4)
          return house.db.query<Suggestion>(
            `SELECT s.id, lead_root(s.a) AS a, lead_root(s.b) AS b, s.why, s.created_at AS "createdAt", s.created_at::text AS at
             FROM merge_suggestions s
             WHERE s.state = 'open' AND lead_root(s.a) <> lead_root(s.b)
               AND EXISTS (SELECT FROM leads l WHERE l.id = lead_root(s.a) AND ${within.sql})
               AND EXISTS (SELECT FROM leads l WHERE l.id = lead_root(s.b) AND ${within.sql})
               AND ($2::timestamptz IS NULL OR (s.created_at, s.id) < ($2, $3::uuid))
             ORDER BY s.created_at DESC, s.id DESC LIMIT $1`,
            [limit, after?.[0] ?? null, after?.[1] ?? null, ...within.values],
          )
        },
        ({ at, id }) => [at, id],
        async (rows) => {
          const leads = new Map(
            (
              await readLeads(
                house,
                rows.flatMap(({ a, b }) => [a, b]),
              )
            ).map((lead) => [lead.id, lead]),
          )
          return rows.map(({ id, a, b, why, createdAt }) => ({
            id,
            a: leads.get(a),
            b: leads.get(b),
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
    path: '/api/merge-suggestions/:id/dismiss',
    group,
    summary: '不是同一个人',
    who: mergers,
    scope: 'house',
    params: idParams,
    answers: { 204: null },
    async handle({ house, params }) {
      const rows = isId(params.id)
        ? await house.db.query(
            "UPDATE merge_suggestions SET state = 'dismissed' WHERE id = $1 AND state = 'open' RETURNING 1",
            [params.id],
          )
        : []
      if (rows.length === 0) throw new Refused(404, 'suggestion_unknown', '没有这条建议')
      return { status: 204 }
    },
  }),
]

interface Suggestion {
  id: string
  a: string
  b: string
  why: unknown
  createdAt: Date
  at: string
}
