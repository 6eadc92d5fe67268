import { z } from 'zod'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { readOpenPromise } from '../../promises/open.ts'
import { keepPromise, takePromise } from '../../promises/take.ts'
import { memberOf } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams } from './common.schema.ts'

const group = '侧边栏'
const who = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
const done = z.strictObject({ done: z.literal(true) })

/** What one does about the answer a customer was promised. */
export const promiseRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/promise/take',
    group,
    summary: '答应过客户有人回：我来回，客服会话随即转给我',
    who,
    scope: 'lead',
    params: idParams,
    answers: { 200: done },
    async handle({ house, leadId, principal }) {
      await takePromise(house, { id: await openOf(house, leadId), userid: memberOf(principal) })
      return ok({ done: true as const })
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/promise/kept',
    group,
    summary: '我已经在聊天或电话里回过了，不用再提醒',
    who,
    scope: 'lead',
    params: idParams,
    answers: { 200: done },
    async handle({ house, leadId, principal }) {
      await keepPromise(house, { id: await openOf(house, leadId), userid: memberOf(principal) })
      return ok({ done: true as const })
    },
  }),
]

async function openOf(house: House, leadId: string): Promise<string> {
  const open = await readOpenPromise(house.db, leadId)
  if (!open) throw new Refused(409, 'promise_kept', '已经有人回过了')
  return open.id
}
