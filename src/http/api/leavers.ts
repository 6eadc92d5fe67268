import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { tryTransaction } from '../../leads/try-transaction.ts'
import { readAway, sayAwayFor } from '../../team/away.ts'
import { startGiveLeaver } from '../../team/give-leaver.ts'
import { countLeavers } from '../../transfers/list.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { userid } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'
import { AbsenceSchema, AwaySchema, LeaverSchema, SaidAwaySchema } from './transfers.schema.ts'
import { transferReach } from './transfers.ts'

const group = '转接'
const who = ['admin', 'manager'] as const
const params = z.object({ userid })

/** People who left, with the customers they leave; and people who are away for a while. */
export const leaverRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leavers',
    group,
    summary: '离开的同事，各自的客户分到哪一步了；经理看自己团队的',
    who,
    scope: 'rows',
    answers: { 200: z.strictObject({ items: z.array(LeaverSchema) }) },
    async handle({ house, principal }) {
      const items = await countLeavers(house.db, transferReach(principal))
      return ok({ items: items.map((one) => ({ ...one, leftAt: one.leftAt?.toISOString() ?? null })) })
    },
  }),
  route({
    method: 'post',
    path: '/api/leavers/:userid/give',
    group,
    summary: '把一位离开的同事还没分出去的客户全部分出去：给一个人，或按派单规则；后台做，逐位有结果',
    who,
    scope: 'rows',
    params,
    body: z.strictObject({ to: userid.nullable().meta({ description: 'null：按派单规则找人' }) }),
    answers: { 202: JobSchema },
    async handle({ house, params: { userid: from }, body: { to }, principal, actor }) {
      const wish = { from, to, by: actor.id, reacher: principal }
      return accepted(await tryTransaction(house.db, (tx) => startGiveLeaver(tx, house, wish)))
    },
  }),
  route({
    method: 'get',
    path: '/api/absences',
    group,
    summary: '谁在请假、到什么时候、谁替他照看客户；主管看团队的，其他人看自己的',
    who: 'everyone',
    scope: 'rows',
    answers: { 200: z.strictObject({ items: z.array(AwaySchema) }) },
    async handle({ house, principal }) {
      const items = await readAway(house.db, house, principal)
      return ok({ items: items.map((one) => ({ ...one, until: one.until.toISOString() })) })
    },
  }),
  route({
    method: 'put',
    path: '/api/absences/:userid',
    group,
    summary: '替团队里的同事登记请假、换照看的人，或销假（until 为 null）',
    who,
    scope: 'rows',
    params,
    body: AbsenceSchema,
    answers: { 200: SaidAwaySchema },
    async handle({ house, params: { userid: of }, body: { until, cover }, principal }) {
      if (until && until <= house.clock.now())
        throw new Refused(422, 'absence_over', '请假要到将来的某个时间；回来了请写 null')
      const said = await tryTransaction(house.db, (tx) =>
        sayAwayFor(tx, house, { userid: of, until, cover }, principal),
      )
      return ok({ absentUntil: said.until?.toISOString() ?? null, cover: said.cover })
    },
  }),
]
