import { z } from 'zod'
import { givenTime, line, time } from './common.schema.ts'
import { LeadIdsSchema, segment } from './journeys.schema.ts'

export const BroadcastInputSchema = z
  .strictObject({
    name: line(60).min(1).optional(),
    leadIds: LeadIdsSchema.optional(),
    segment: segment.optional().meta({ description: '或者发给一个人群：它的 id，或一个条件；一次最多 20000 人' }),
    content: line(100).min(1).optional().meta({ description: '发这一份内容' }),
    pick: z
      .strictObject({ need: line(60).min(1).optional(), kind: line(30).min(1).optional() })
      .optional()
      .meta({ description: '或者每人各发最适合的一份' }),
    at: givenTime
      .optional()
      .meta({ description: '不早于这个时间，最远 90 天以后；发给谁现在就定下，到时候退订了的不会收到' }),
    test: line(64).min(1).optional().meta({ description: '先只发给这位成员自己看；要写明 content' }),
  })
  .refine(({ content, pick }) => (content === undefined) !== (pick === undefined), {
    error: 'content 和 pick 写且只写一个',
  })
  .refine(({ test, content }) => test === undefined || content !== undefined, {
    path: ['test'],
    error: '试发要写明 content',
  })
  .refine(({ test, leadIds, segment }) => test !== undefined || (leadIds === undefined) !== (segment === undefined), {
    path: ['leadIds'],
    error: 'leadIds 和 segment 写且只写一个',
  })
  .meta({ id: 'BroadcastInput' })

export const TestSentSchema = z.strictObject({ messageId: z.string() }).meta({ id: 'BroadcastTest' })

const counts = z.record(z.string(), z.int())

export const SendsSchema = z
  .strictObject({
    ahead: z.int().meta({ description: '还走在里面、没到时候的人' }),
    startsAt: time.nullable().meta({ description: '他们中最早的一步' }),
    states: counts.meta({
      description: '各状态的消息数：planned waiting sending sent refused cancelled failed expired unknown',
    }),
    reasons: z
      .array(z.strictObject({ state: z.string(), id: z.string(), message: z.string(), count: z.int() }))
      .meta({ description: '在等什么、被什么挡下' }),
    opened: z.int(),
    read: z.int(),
  })
  .meta({ id: 'JourneySends' })

export const StoppedSchema = z
  .strictObject({
    ended: z.int().meta({ description: '这一次离开的人' }),
    withdrawn: z.int().meta({ description: '收回的消息' }),
    more: z.boolean().meta({ description: '还没收完，请再调用一次' }),
  })
  .meta({ id: 'JourneyStopped' })
