import { z } from 'zod'
import { Refused } from '../../failures.ts'
import type { Rules } from '../../playbook/keep.ts'
import { pageFrom } from '../page-of.ts'
import { ok, type Route, route } from '../route.ts'
import { pageOf, pageQuery, time } from './common.schema.ts'

const PlaybookAnswerSchema = z
  .looseObject({ version: z.int() })
  .meta({ id: 'Playbook', description: '业务规则全文，外加它的版本号 version' })

const VersionSchema = z
  .strictObject({ version: z.int(), by: z.string(), at: time, note: z.string().nullable() })
  .meta({ id: 'PlaybookVersion' })

const PatchSchema = z
  .record(z.string(), z.unknown())
  .meta({ description: 'JSON merge patch（RFC 7396）；带上 version 时，与现行版本不同则拒绝' })

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
    async handle({ house, body: { version, ...patch }, actor }) {
      const current = await house.playbook.current()
      if (version !== undefined && version !== current.version) {
        throw new Refused(409, 'stale_version', '业务规则已被他人更新，请刷新后再试', { version: current.version })
      }
      return ok(present(await house.playbook.change(patch, actor.id)))
    },
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
    params: z.object({ version: z.coerce.number().int().min(1).max(2_000_000_000) }),
    answers: { 200: PlaybookAnswerSchema },
    handle: async ({ house, params }) => ok(present(await house.playbook.version(params.version))),
  }),
]

const present = ({ version, playbook }: Rules) => ({ version, ...playbook })
