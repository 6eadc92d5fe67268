import { z } from 'zod'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { reachOf } from '../../leads/reach.ts'
import { askWork } from '../../mirror/work.ts'
import { pageFrom } from '../page-of.ts'
import { accepted, created, ok, type Route, route } from '../route.ts'
import { endSessionsOf, findPerson, idleMs } from '../sessions.ts'
import { createSignInLink, linkMs } from '../sign-in-links.ts'
import { line, pageOf, pageQuery, userid } from './common.schema.ts'
import { MemberSchema, SignInLinkSchema } from './members.schema.ts'
import { presentStaff, type StaffRow, staffColumns } from './staff.ts'

const group = '成员'
const params = z.object({ userid })
const MembersQuery = z.strictObject({
  q: line(60).optional().meta({ description: '姓名或账号里的几个字' }),
  state: z
    .enum(['here', 'gone', 'no-role'])
    .optional()
    .meta({ description: '在用的 · 停用或不在可见范围的 · 在用但还没有角色的' }),
  ...pageQuery,
})

type MemberRow = StaffRow & { leads: number; sessions: number; lastSignIn: Date | null }

const states = {
  here: 'AND active AND in_scope',
  gone: 'AND NOT (active AND in_scope)',
  'no-role': "AND active AND in_scope AND roles = '{}'",
} as const

export const memberRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/members',
    group,
    summary: '成员和他们的权限、登录情况',
    who: ['admin'],
    scope: 'house',
    query: MembersQuery,
    answers: { 200: pageOf(MemberSchema) },
    async handle({ house, query: { q, state, ...paging }, cursors }) {
      const page = await pageFrom(
        cursors,
        'members',
        paging,
        (after, limit) =>
          house.db.query<MemberRow>(
            `SELECT ${staffColumns}, last_sign_in AS "lastSignIn",
               (SELECT count(*) FROM leads l WHERE l.owner = staff.userid AND l.merged_into IS NULL) AS leads,
               (SELECT count(*) FROM sessions s WHERE s.userid = staff.userid AND s.expires_at > $3 AND s.seen_at > $4) AS sessions
             FROM staff WHERE ($1::text IS NULL OR lower(userid) > $1) AND ($5::text IS NULL OR name ILIKE $5 OR userid ILIKE $5)
               ${state ? states[state] : ''} ORDER BY lower(userid) LIMIT $2`,
            [
              after?.[0] ?? null,
              limit,
              house.clock.now(),
              new Date(house.clock.now().getTime() - idleMs),
              q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : null,
            ],
          ),
        ({ userid }) => [userid.toLowerCase()],
        (rows) => rows.map((row) => present(row, house.config.admins)),
      )
      return ok(page)
    },
  }),
  route({
    method: 'post',
    path: '/api/members/sync',
    group,
    summary: '现在就去企业微信同步一次成员',
    who: ['admin'],
    scope: 'house',
    answers: { 202: z.strictObject({ asked: z.literal(true) }) },
    async handle({ house }) {
      await askWork(house.db, ['staff'], house.clock.now())
      house.wake.up('sync-staff')
      return accepted({ asked: true })
    },
  }),
  route({
    method: 'post',
    path: '/api/members/:userid/sign-out',
    group,
    summary: '让他在所有地方退出登录',
    who: ['admin'],
    scope: 'house',
    params,
    answers: { 200: z.strictObject({ ended: z.int() }) },
    async handle({ house, params: { userid } }) {
      await mustExist(house, userid)
      return ok({ ended: await endSessionsOf(house.db, userid) })
    },
  }),
  route({
    method: 'post',
    path: '/api/members/:userid/sign-in-link',
    group,
    summary: '给他一个一次性的登录链接，一天内有效',
    who: ['admin'],
    scope: 'house',
    params,
    answers: { 201: SignInLinkSchema },
    async handle({ house, params: { userid } }) {
      await mustExist(house, userid)
      const person = await findPerson(house, userid)
      if (!person) throw new Refused(409, 'not_ours', '他已停用或不在应用的可见范围里，不能登录')
      const url = await createSignInLink(house, person.userid)
      return created({ url, expiresAt: new Date(house.clock.now().getTime() + linkMs).toISOString() })
    },
  }),
]

async function mustExist(house: House, userid: string): Promise<void> {
  const rows = await house.db.query('SELECT 1 FROM staff WHERE lower(userid) = lower($1)', [userid])
  if (rows.length === 0) throw new Refused(404, 'staff_unknown', '没有这位成员')
}

function present({ leads, sessions, lastSignIn, ...row }: MemberRow, admins: readonly string[]) {
  const adminByConfig = admins.some((admin) => admin.toLowerCase() === row.userid.toLowerCase())
  return {
    ...presentStaff(row),
    reach: reachOf(adminByConfig ? ['admin'] : row.roles),
    adminByConfig,
    leads,
    sessions,
    lastSignIn: lastSignIn?.toISOString() ?? null,
  }
}
