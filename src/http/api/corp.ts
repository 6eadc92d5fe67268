import { z } from 'zod'
import { switchAutomation } from '../../mirror/switch-automation.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { line, tag } from './common.schema.ts'

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

/** What is between the corp's WeCom and us: people it had before us. */
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
]
