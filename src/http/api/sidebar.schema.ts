import { z } from 'zod'
import { time } from './common.schema.ts'
import { BriefSchema } from './console.schema.ts'
import { LeadSchema, SuggestionSchema } from './leads.schema.ts'

const signature = z.strictObject({ timestamp: z.int(), nonceStr: z.string(), signature: z.string() })

export const JsSdkSchema = z
  .strictObject({ corpId: z.string(), agentId: z.int(), corp: signature, agent: signature })
  .meta({ id: 'JsSdk' })

export const PromiseSchema = z
  .strictObject({
    id: z.uuid(),
    why: z.string(),
    words: z.string(),
    userid: z.string().nullable(),
    account: z.string().nullable().meta({ description: '他在哪个客服账号里等；null：不在客服里' }),
    madeAt: time,
    dueAt: time,
  })
  .meta({ id: 'Promise', description: '答应过客户、还没有回的' })

export const ContactSchema = z
  .strictObject({
    lead: LeadSchema,
    brief: BriefSchema,
    reading: z
      .array(
        z.strictObject({
          contentId: z.string(),
          title: z.string(),
          openedAt: time,
          seconds: z.int(),
          depth: z.int().meta({ description: '读到百分之几' }),
          part: z.int().nullable().meta({ description: '最远看到第几页，或第几秒' }),
          parts: z.int().nullable().meta({ description: '一共几页，或几秒；没有页的是 null' }),
          unit: z.enum(['page', 'second']).nullable().meta({ description: '数的是页，还是秒' }),
          read: z.boolean(),
          times: z.int(),
          forwardedTo: z.int(),
        }),
      )
      .meta({ description: '最近读了什么，每份一行，新的在前' }),
    suggestions: z.array(SuggestionSchema),
    clock: z
      .strictObject({
        kind: z.enum(['promise', 'accept', 'first-contact', 'review', 'follow-up']),
        from: time,
        dueAt: time,
      })
      .nullable()
      .meta({ description: '什么快到时限了' }),
    promise: PromiseSchema.nullable(),
    next: z
      .strictObject({
        kind: z.enum([
          'answer',
          'accept',
          'review',
          'contact',
          'answer-only',
          'strike',
          'follow-up',
          'send',
          'introduce',
          'record',
        ]),
        words: z.string(),
        why: z.string(),
        contentId: z.string().nullable(),
        dueAt: time.nullable(),
      })
      .meta({ description: '现在最该做的一件事' }),
  })
  .meta({ id: 'Contact' })
