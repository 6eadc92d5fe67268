import { z } from 'zod'
import { readProcesses, readQueues } from '../../status/queues.ts'
import { readParts } from '../../status/system.ts'
import { readApiUse, readLimits, readSendingToday } from '../../status/wecom-use.ts'
import { chinaDay } from '../../wecom/tally.ts'
import { probesOf } from '../probes.ts'
import { ok, type Route, route } from '../route.ts'
import { time } from './common.schema.ts'

export const SystemSchema = z
  .strictObject({
    parts: z.array(
      z.strictObject({
        id: z.string(),
        state: z.enum(['ok', 'warn', 'fail']),
        text: z.string().meta({ description: '看到了什么；不正常时，该做什么' }),
        at: time.nullable(),
      }),
    ),
    processes: z.array(z.strictObject({ role: z.string(), since: time.nullable(), at: time })),
    queues: z.array(
      z.strictObject({
        id: z.string(),
        depth: z.int().meta({ description: '超过 10000 只报 10000' }),
        oldest: time.nullable(),
      }),
    ),
    recurring: z.array(z.strictObject({ job: z.string(), runs: z.int(), failed: z.int() })),
  })
  .meta({ id: 'System' })

export const WecomUseSchema = z
  .strictObject({
    day: z.string(),
    apis: z.array(
      z.strictObject({
        api: z.string(),
        calls: z.int(),
        failed: z.int(),
        faults: z.array(
          z.strictObject({
            errcode: z.int().nullable().meta({ description: 'null：没有回答' }),
            calls: z.int(),
            what: z.string(),
            meaning: z.string(),
            operator: z.string().meta({ description: '人该做什么' }),
          }),
        ),
      }),
    ),
    limits: z.array(
      z.strictObject({
        name: z.string(),
        limit: z.int(),
        seconds: z.int(),
        used: z.int(),
        closedUntil: time.nullable(),
      }),
    ),
    sending: z.strictObject({
      channels: z.array(
        z.strictObject({ channel: z.string(), sent: z.int(), waiting: z.int(), refused: z.int(), failed: z.int() }),
      ),
      refusals: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
      full: z.int().meta({ description: '这个月已收满四次群发的客户' }),
    }),
  })
  .meta({ id: 'WecomUse' })

const group = '运维'
const who = ['admin'] as const

/** Whether workers are alive is known better than by what waits for them. */
const rest = ({ worker: backlog, ...probes }: ReturnType<typeof probesOf>) => ({
  ...probes,
  ...(backlog ? { backlog } : {}),
})

export const systemRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/system',
    group,
    summary: '系统现在怎么样：进程、数据库、回调、凭证、各个队列积了多少',
    who,
    scope: 'house',
    answers: { 200: SystemSchema },
    async handle({ house }) {
      const [parts, { processes, recurring }, queues] = await Promise.all([
        readParts(house, rest(probesOf(house))),
        readProcesses(house),
        readQueues(house),
      ])
      const iso = (at: Date | null) => at?.toISOString() ?? null
      return ok({
        parts: parts.map((part) => ({ ...part, at: iso(part.at) })),
        processes: processes.map(({ role, since, at }) => ({ role, since: iso(since), at: at.toISOString() })),
        queues: queues.map((queue) => ({ ...queue, oldest: iso(queue.oldest) })),
        recurring,
      })
    },
  }),
  route({
    method: 'get',
    path: '/api/wecom-use',
    group,
    summary: '企业微信接口一天里的调用和失败，每种失败该怎么办；此刻用掉的限额；今天的发送',
    who,
    scope: 'house',
    query: z.strictObject({ day: z.iso.date().optional().meta({ description: '北京时间的日期；不填是今天' }) }),
    answers: { 200: WecomUseSchema },
    async handle({ house, query: { day = chinaDay(house.clock.now()) } }) {
      const [apis, limits, sending] = await Promise.all([
        readApiUse(house, day),
        readLimits(house),
        readSendingToday(house),
      ])
      return ok({
        day,
        apis,
        limits: limits.map((limit) => ({ ...limit, closedUntil: limit.closedUntil?.toISOString() ?? null })),
        sending,
      })
    },
  }),
]
