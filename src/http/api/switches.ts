import { z } from 'zod'
import { readSwitches, type Switch, setSwitch } from '../../switches.ts'
import { audit } from '../audit.ts'
import { ok, type Route, route } from '../route.ts'
import { paragraph, time } from './common.schema.ts'

const SwitchSchema = z
  .strictObject({
    key: z.string(),
    name: z.string(),
    does: z.string().meta({ description: '开着时做什么' }),
    off: z.string().meta({ description: '关了会怎样' }),
    speaker: z.enum(['customer', 'staff']).nullable().meta({ description: '机器人听谁的话；不是机器人的为 null' }),
    switchedOff: z
      .strictObject({ by: z.string(), at: time, why: z.string().nullable() })
      .nullable()
      .meta({ description: 'null：开着' }),
  })
  .meta({ id: 'Switch' })

const group = '自动化'

export const switchRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/switches',
    group,
    summary: '自己会做的事：定时的提醒和通知、机器人会的，各自开着没有、关了会怎样',
    who: ['admin', 'manager'],
    scope: 'house',
    answers: {
      200: z.strictObject({
        items: z.array(SwitchSchema),
        model: z.boolean().meta({ description: '接了大模型（MODEL_URL）' }),
      }),
    },
    async handle({ house }) {
      return ok({ items: (await readSwitches(house)).map(present), model: house.config.model !== undefined })
    },
  }),
  route({
    method: 'put',
    path: '/api/switches',
    group,
    summary: '打开或关掉一件；马上生效，记入审计',
    who: ['admin'],
    scope: 'house',
    body: z.strictObject({ key: z.string().min(1).max(100), on: z.boolean(), why: paragraph(300).optional() }),
    answers: { 200: SwitchSchema },
    audited: false,
    async handle({ house, principal, body: { key, on, why }, actor }) {
      const set = await setSwitch(house, { key, on, why: why || null }, actor.id)
      const action = on ? 'switched-on' : 'switched-off'
      await audit(house.db, house, { by: principal.id, actAs: principal.actAs, action, target: key })
      return ok(present(set))
    },
  }),
]

const present = ({ automatic, ...one }: Switch): z.input<typeof SwitchSchema> => ({ ...one, ...automatic })
