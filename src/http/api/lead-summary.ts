import { z } from 'zod'
import { summarise } from '../../model/summarise.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams, tag } from './common.schema.ts'

const SummarySchema = z
  .strictObject({
    draft: z
      .strictObject({
        summary: z.string(),
        next: z.string().meta({ description: '建议的下一步，没有就是空' }),
        intent: z.string().nullable().meta({ description: '业务规则 bot.model.intents 里的一个' }),
        tags: z.array(tag).meta({ description: '可以打上的需求标签，还没打' }),
        sources: z.array(z.strictObject({ at: z.iso.datetime(), text: z.string() })),
      })
      .nullable(),
    why: z
      .enum(['off', 'spent', 'no_help', 'nothing'])
      .nullable()
      .meta({ description: 'off 没有开 · spent 今天的额度用完了 · no_help 模型没有给出能用的话 · nothing 还没有记录' }),
  })
  .meta({ id: 'LeadSummary', description: '语言模型写的草稿：什么都不会留下，采用与否由人决定' })

export const leadSummaryRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/leads/:id/summary',
    group: '线索',
    summary: '请语言模型小结跟进，提出意向和需求标签；只是草稿',
    who: ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'],
    scope: 'lead',
    params: idParams,
    answers: { 200: SummarySchema },
    async handle({ house, leadId }) {
      const { draft, why } = await summarise(house, leadId)
      const sources = draft?.sources.map(({ at, text }) => ({ at: at.toISOString(), text })) ?? []
      return ok({ draft: draft && { ...draft, sources }, why })
    },
  }),
]
