import { z } from 'zod'
import { Refused } from '../../failures.ts'
import type { House } from '../../house.ts'
import { createWecom } from '../../wecom/client.ts'
import { examine, steps } from '../../wecom/doctor.ts'
import type { Finding, Patient, Step } from '../../wecom/doctor-step.ts'
import { callbackPath } from '../callback.ts'
import { patientOf } from '../patient.ts'
import { ok, type Route, route } from '../route.ts'

const FindingSchema = z
  .strictObject({
    state: z.enum(['ok', 'warn', 'fail']),
    text: z.string().meta({ description: '看到了什么；没通过时，在管理后台点哪里' }),
  })
  .meta({ id: 'Finding' })
const SetupSchema = z
  .strictObject({
    sandbox: z.boolean(),
    corpId: z.string(),
    agentId: z.int(),
    publicUrl: z.string(),
    callbackUrl: z.string(),
    steps: z.array(z.strictObject({ id: z.string(), title: z.string(), needs: z.string().nullable() })),
  })
  .meta({ id: 'Setup' })
const TrySchema = z
  .strictObject({
    corpId: z
      .string()
      .trim()
      .regex(/^w[wx][0-9a-zA-Z]{8,40}$/, { error: '企业 ID 以 ww 开头，在 管理后台 → 我的企业 页面最下方' }),
    agentId: z.int().positive(),
    secret: z
      .string()
      .trim()
      .regex(/^[\w-]{20,80}$/, { error: 'Secret 是应用详情页里的一串字母数字' }),
  })
  .meta({ id: 'TryCorp', description: '只拿来试，不保存' })

const group = '接入'
const who = ['admin'] as const

export const setupRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/setup',
    group,
    summary: '接入真实企业要检查的步骤，按企业微信解锁的先后',
    who,
    scope: 'house',
    answers: { 200: SetupSchema },
    async handle({ house: { config } }) {
      return ok({
        sandbox: config.sandbox,
        corpId: config.wecom.corpId,
        agentId: config.wecom.agentId,
        publicUrl: config.publicUrl,
        callbackUrl: `${config.publicUrl}${callbackPath}`,
        steps: steps.map(({ id, title, needs }) => ({ id, title, needs: needs ?? null })),
      })
    },
  }),
  route({
    method: 'post',
    path: '/api/setup/checks/:id',
    group,
    summary: '现在检查一步；它依赖的先检查，没通过时说点哪里',
    who,
    scope: 'house',
    params: z.object({ id: z.string() }),
    answers: { 200: FindingSchema },
    audited: false,
    async handle({ house, params: { id } }) {
      const step = steps.find((one) => one.id === id)
      if (!step) throw new Refused(404, 'step_unknown', '没有这一步')
      return ok(await check(await patientOf(house), step))
    },
  }),
  route({
    method: 'post',
    path: '/api/setup/try',
    group,
    summary: '用填的企业 ID、应用和 Secret 向企业微信要一次凭证并读应用；不保存',
    who,
    scope: 'house',
    body: TrySchema,
    answers: { 200: FindingSchema },
    handle: async ({ house, body }) => ok(await tryCorp(house, body)),
  }),
]

/** One step, after those it needs. */
async function check(patient: Patient, step: Step): Promise<Finding> {
  const chain = [step]
  for (let needs = step.needs; needs !== undefined; ) {
    const before = steps.find(({ id }) => id === needs)
    if (!before) break
    chain.unshift(before)
    needs = before.needs
  }
  let last: Finding = { state: 'fail', text: '' }
  await examine(patient, (_, finding) => (last = finding), chain)
  return last
}

/** The sandbox speaks to itself; a real corp is tried at the real WeCom. */
const realApi = 'https://qyapi.weixin.qq.com'

async function tryCorp(house: House, corp: z.infer<typeof TrySchema>): Promise<Finding> {
  const { config, db, clock, log, seal } = house
  const apiUrl = config.sandbox ? realApi : config.wecom.apiUrl
  const tried = { ...config, sandbox: false, wecom: { ...config.wecom, ...corp, apiUrl } }
  const wecom = createWecom({ config: tried, db, clock, log, seal })
  try {
    const step = steps.find(({ id }) => id === 'trusted-ip')
    if (!step) throw new Error('the doctor has lost a step')
    return await check(await patientOf({ wecom, config: tried, db, clock }), step)
  } finally {
    await wecom.close()
  }
}
