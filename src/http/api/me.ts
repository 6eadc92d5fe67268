import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { sayAbsent } from '../../transfers/absence.ts'
import { roles } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { AbsenceSchema, SaidAwaySchema } from './transfers.schema.ts'

export const MeSchema = z.strictObject({
  userid: z.string().nullable(),
  roles: z.array(z.enum(roles)),
  reach: z.enum(['all', 'team', 'own']),
  team: z.string().nullable(),
})

const TourSchema = z.strictObject({ done: z.boolean().meta({ description: '看过了，或不想看' }) })

export const meRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/me',
    group: '登录',
    summary: '我是谁，能看到哪些线索',
    who: 'everyone',
    scope: 'house',
    answers: { 200: MeSchema },
    handle: async ({ principal: { userid, roles, reach, team } }) => ok({ userid, roles, reach, team }),
  }),
  route({
    method: 'get',
    path: '/api/me/tour',
    group: '登录',
    summary: '带看：我是不是看过了',
    who: 'everyone',
    scope: 'house',
    answers: { 200: TourSchema },
    async handle({ house, principal: { userid } }) {
      const [row] = await house.db.query<{ done: boolean }>(
        'SELECT toured_at IS NOT NULL AS done FROM staff WHERE lower(userid) = lower($1)',
        [userid],
      )
      return ok({ done: row?.done ?? true })
    },
  }),
  route({
    method: 'put',
    path: '/api/me/tour',
    group: '登录',
    summary: '带看：看完了、跳过，或下次再看',
    who: 'everyone',
    scope: 'house',
    body: TourSchema,
    answers: { 200: TourSchema },
    audited: false,
    async handle({ house, principal: { userid }, body: { done } }) {
      await house.db.query('UPDATE staff SET toured_at = $2 WHERE lower(userid) = lower($1)', [
        userid,
        done ? house.clock.now() : null,
      ])
      return ok({ done })
    },
  }),
  route({
    method: 'put',
    path: '/api/me/absence',
    group: '成员',
    summary: '我请假到什么时候、谁替我照看客户；null 表示回来了。请假期间不派单，活码上由别人接',
    who: 'everyone',
    scope: 'house',
    body: AbsenceSchema,
    answers: { 200: SaidAwaySchema },
    async handle({ house, principal, body: { until, cover } }) {
      if (!principal.userid) throw new Refused(409, 'nobody', '机器接口请用 Act-As 说明是哪位成员')
      const now = house.clock.now()
      if (until && until <= now) throw new Refused(422, 'absence_over', '请假要到将来的某个时间；回来了请写 null')
      const absent = await tryTransaction(house.db, (tx) =>
        sayAbsent(tx, house, { userid: principal.userid ?? '', until, cover }),
      )
      return ok({ absentUntil: absent.until?.toISOString() ?? null, cover: absent.cover })
    },
  }),
]
