import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { switchAutomation } from '../../mirror/switch-automation.ts'
import { askTransfer } from '../../mirror/transfers.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { idParams, line, tag, userid } from './common.schema.ts'

const group = '企业'

const AutomationSchema = z
  .strictObject({
    silent: z.number().int().meta({ description: '首次同步找到、还没有开启自动化的线索数；超过 10000 只报 10000' }),
    tags: z
      .array(z.strictObject({ ...tag.shape, leads: z.number().int() }))
      .meta({ description: '这些线索身上的标签，多的在前，最多 200 个' }),
  })
  .meta({ id: 'Automation' })

const SwitchSchema = z
  .strictObject({ tagToStage: z.array(z.strictObject({ ...tag.shape, stage: line(40).min(1) })).max(500) })
  .meta({ id: 'SwitchAutomation' })

const TransferSchema = z
  .strictObject({ takeover: userid, handover: userid.optional(), message: line(200).optional() })
  .meta({ id: 'NewTransfer' })

/** What is between the corp's WeCom and us: people it had before us, and handing a customer over inside WeCom. */
export const corpRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/automation',
    group,
    summary: '首次同步找到的客户还有多少没有开启自动化，他们带着哪些标签',
    who: ['admin'],
    scope: 'house',
    answers: { 200: AutomationSchema },
    async handle({ house }) {
      const [count] = await house.db.query<{ silent: number }>(
        'SELECT count(*) AS silent FROM (SELECT 1 FROM leads WHERE NOT automation AND merged_into IS NULL LIMIT 10000) l',
      )
      const tags = await house.db.query<{ group: string; name: string; leads: number }>(
        `SELECT gg.name AS "group", g.name, count(*) AS leads FROM leads l JOIN lead_tags lt ON lt.lead_id = l.id
           JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id
         WHERE NOT l.automation AND l.merged_into IS NULL GROUP BY gg.name, g.name ORDER BY count(*) DESC, gg.name, g.name LIMIT 200`,
      )
      return ok({ silent: count?.silent ?? 0, tags })
    },
  }),
  route({
    method: 'post',
    path: '/api/automation',
    group,
    summary: '把已有标签对应到阶段，为首次同步找到的客户开启自动化；进度见 /api/jobs/:id',
    who: ['admin'],
    scope: 'house',
    body: SwitchSchema,
    answers: { 202: z.strictObject({ jobId: z.string() }) },
    handle: async ({ house, body, actor }) => accepted(await switchAutomation(house, body, actor.id)),
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/transfer',
    group,
    summary: '在企业微信里把客户转接给同事：24 小时后生效，客户可以拒绝，90 天内最多两次',
    who: ['admin', 'manager'],
    scope: 'lead',
    params: idParams,
    body: TransferSchema,
    answers: { 202: z.strictObject({ id: z.string() }) },
    async handle({ house, leadId, body, actor }) {
      const [follow] = await house.db.query<{ userid: string; externalUserId: string }>(
        `SELECT f.userid, f.external_userid AS "externalUserId" FROM follows f JOIN leads l ON l.id = $1
         WHERE f.lead_id IN (SELECT lead_family($1)) AND f.state = 'full' AND ($2::text IS NULL OR lower(f.userid) = lower($2))
         ORDER BY f.userid = l.owner DESC, f.started_at DESC LIMIT 1`,
        [leadId, body.handover ?? null],
      )
      if (!follow) throw new Refused(409, 'not_a_friend', '没有同事是这位客户的企业微信好友，无法转接')
      const { takeover, message } = body
      const wish = { leadId, externalUserId: follow.externalUserId, handover: follow.userid, takeover, by: actor.id }
      return accepted(await askTransfer(house, message ? { ...wish, message } : wish))
    },
  }),
]
