import { z } from 'zod'
import { diffPlaybooks } from '../../playbook/diff.ts'
import type { Rules } from '../../playbook/keep.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { pageOf, pageQuery } from './common.schema.ts'
import {
  ChangeSchema,
  CheckedSchema,
  noteText,
  PatchSchema,
  PlaybookAnswerSchema,
  VersionSchema,
  versionNumber,
  WantedSchema,
} from './playbook.schema.ts'

const group = '业务规则'

export const playbookRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/playbook',
    group,
    summary: '现行的业务规则',
    who: 'everyone',
    scope: 'house',
    answers: { 200: PlaybookAnswerSchema },
    handle: async ({ house }) => ok(present(await house.playbook.current())),
  }),
  route({
    method: 'put',
    path: '/api/playbook',
    group,
    summary: '修改业务规则，成为新的一版',
    who: ['admin'],
    scope: 'house',
    body: PatchSchema,
    answers: { 200: PlaybookAnswerSchema },
    async handle({ house, body: { version, note, ...patch }, actor }) {
      return ok(present(await house.playbook.change(patch, actor.id, note, version)))
    },
  }),
  route({
    method: 'post',
    path: '/api/playbook/check',
    group,
    summary: '试一试：改动成不成立、改了哪些、有什么后果；不保存',
    who: ['admin', 'manager'],
    scope: 'house',
    body: WantedSchema,
    answers: { 200: CheckedSchema },
    audited: false,
    async handle({ house, body }) {
      const checked = await house.playbook.check(body)
      if (!checked.valid) return ok({ ...checked, changes: [], consequences: [] })
      const { playbook: _, ...rest } = checked
      return ok({ ...rest, faults: [] })
    },
  }),
  route({
    method: 'get',
    path: '/api/playbook/diff',
    group,
    summary: '两版之间改了什么；不写 to 就与现行的比',
    who: ['admin', 'manager'],
    scope: 'house',
    query: z.strictObject({ from: versionNumber, to: versionNumber.optional() }),
    answers: { 200: z.strictObject({ from: z.int(), to: z.int(), changes: z.array(ChangeSchema) }) },
    async handle({ house, query: { from, to } }) {
      const [before, after] = await Promise.all([
        house.playbook.version(from),
        to === undefined ? house.playbook.current() : house.playbook.version(to),
      ])
      return ok({ from, to: after.version, changes: diffPlaybooks(before.playbook, after.playbook) })
    },
  }),
  route({
    method: 'post',
    path: '/api/playbook/rollback',
    group,
    summary: '回到某一版：成为内容相同的新一版',
    who: ['admin'],
    scope: 'house',
    body: z.strictObject({ version: versionNumber, note: noteText.optional() }),
    answers: { 200: PlaybookAnswerSchema },
    handle: async ({ house, body: { version, note }, actor }) =>
      ok(present(await house.playbook.rollBack(version, actor.id, note))),
  }),
  route({
    method: 'get',
    path: '/api/playbook/versions',
    group,
    summary: '历次版本，新的在前',
    who: ['admin', 'manager'],
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(VersionSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'playbook-versions',
        query,
        (after, limit) =>
          house.db.query<{ version: number; by: string; at: Date; note: string | null }>(
            'SELECT version, by, at, note FROM playbook_versions WHERE $1::int IS NULL OR version < $1 ORDER BY version DESC LIMIT $2',
            [after?.[0] ?? null, limit],
          ),
        ({ version }) => [version],
        (rows) => rows.map((row) => ({ ...row, at: row.at.toISOString() })),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/playbook/versions/:version',
    group,
    summary: '某一版的全文',
    who: ['admin', 'manager'],
    scope: 'house',
    params: z.object({ version: versionNumber }),
    answers: { 200: PlaybookAnswerSchema },
    handle: async ({ house, params }) => ok(present(await house.playbook.version(params.version))),
  }),
]

const present = ({ version, playbook }: Rules) => ({ version, ...playbook })
