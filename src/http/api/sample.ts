import { z } from 'zod'
import { countSample, startLoad, startWipe } from '../../erasure/sample.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { JobSchema } from './jobs.schema.ts'

const group = '样例数据'
const who = ['admin'] as const

export const sampleRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/sample',
    group,
    summary: '样例线索有多少，现在能不能载入',
    who,
    scope: 'house',
    answers: { 200: z.strictObject({ leads: z.int(), mayLoad: z.boolean() }) },
    handle: async ({ house }) => ok({ leads: await countSample(house.db), mayLoad: house.config.sandbox }),
  }),
  route({
    method: 'post',
    path: '/api/sample/load',
    group,
    summary: '载入样例公司；只在沙盒里',
    who,
    scope: 'house',
    answers: { 202: JobSchema },
    handle: async ({ house, actor }) => accepted(await house.db.transaction((tx) => startLoad(tx, house, actor.id))),
  }),
  route({
    method: 'post',
    path: '/api/sample/wipe',
    group,
    summary: '清除样例数据，只清样例',
    who,
    scope: 'house',
    answers: { 202: JobSchema },
    handle: async ({ house, actor }) => accepted(await house.db.transaction((tx) => startWipe(tx, house, actor.id))),
  }),
]
