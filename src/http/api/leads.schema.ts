import { z } from 'zod'
import { identityKinds } from '../../leads/identities.ts'
import { WideConditionSchema } from '../../playbook/condition.ts'
import { DealSchema } from './accounts.schema.ts'
import { givenTime, line, pageQuery, paragraph, tag, time } from './common.schema.ts'

export const SourceSchema = z
  .strictObject({
    kind: z.string(),
    channel: z.string().nullable(),
    campaign: z.string().nullable(),
    state: z.string().nullable(),
    at: z.string(),
  })
  .meta({ id: 'Source' })

export const LeadSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    company: z.string().nullable(),
    title: z.string().nullable(),
    industry: z.string().nullable(),
    region: z.string().nullable(),
    size: z.string().nullable(),
    stage: z.string(),
    desk: z.string(),
    owner: z.string().nullable(),
    score: z.strictObject({ fit: z.number(), intent: z.number(), total: z.number(), grade: z.string() }),
    source: z.strictObject({ first: SourceSchema.nullable(), last: SourceSchema.nullable() }),
    tags: z.array(z.strictObject({ group: z.string(), name: z.string() })),
    identities: z
      .array(z.strictObject({ kind: z.string(), value: z.string() }))
      .meta({ description: '手机号和邮箱只显示掩码' }),
    marketing: z.enum(['default', 'granted', 'denied']),
    recycleCount: z.int(),
    coolUntil: time.nullable(),
    createdAt: time,
    updatedAt: time,
    version: z.int(),
  })
  .meta({ id: 'Lead' })

/** A condition in an address: the JSON of it. */
export const conditionText = z
  .string()
  .max(8000)
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      ctx.addIssue({ code: 'custom', message: '条件不是 JSON' })
      return z.NEVER
    }
  })
  .pipe(WideConditionSchema)

export const LeadListQuery = z.strictObject({
  externalUserId: z.string().max(128).optional(),
  stage: z.string().max(64).optional(),
  desk: z.string().max(64).optional(),
  owner: z.string().max(64).optional(),
  segment: z.uuid({ error: '不是人群的 id' }).optional(),
  tag: z.string().max(130).optional().meta({ description: '标签组:标签名，或只写标签名' }),
  q: line(100).optional().meta({ description: '姓名、公司、职位里的词；或完整的手机号、邮箱' }),
  condition: conditionText
    .optional()
    .meta({ description: '还要合一个条件，JSON；写法同人群。一页可能不满，看 nextCursor' }),
  ...pageQuery,
})

const identity = z.strictObject({ kind: z.enum(identityKinds), value: z.string().trim().min(1).max(512) })

export const NewLeadSchema = z
  .strictObject({
    name: line(100).min(1),
    company: line(200).optional(),
    title: line(100).optional(),
    industry: line(100).optional(),
    region: line(100).optional(),
    size: line(60).optional(),
    mobile: line(40).optional(),
    email: line(254).optional(),
    identities: z
      .array(identity)
      .max(20)
      .optional()
      .meta({ description: '其他身份：unionid、openid、自有系统的编号等' }),
    attributes: z
      .record(line(60).min(1), z.union([paragraph(2000), z.number(), z.boolean()]))
      .refine((fields) => Object.keys(fields).length <= 50, { error: '最多 50 项' })
      .optional(),
    source: z.strictObject({ channel: line(60).optional(), campaign: line(60).optional() }).optional(),
    tags: z.array(tag).max(50).optional(),
    consent: z
      .union([
        z.boolean(),
        z.strictObject({
          purpose: z.literal('marketing').optional(),
          granted: z.boolean(),
          source: line(100).optional(),
        }),
      ])
      .optional()
      .meta({ description: '是否同意接收营销内容' }),
  })
  .meta({ id: 'NewLead' })

export const LeadWithJoinSchema = z
  .strictObject({
    ...LeadSchema.shape,
    joinUrl: z.url().nullable().meta({
      description: '给客户的页面：通过上面的二维码加我们的人，就认作这条线索。还没有可以加的成员时为 null',
    }),
  })
  .meta({ id: 'LeadWithJoin' })

export const TimelineItemSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid(),
    at: time,
    kind: z.string(),
    actor: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    name: z.string().nullable(),
    words: z.string().nullable(),
    about: z.string().nullable().meta({ description: '标签、内容或消息的名字' }),
  })
  .meta({ id: 'TimelineItem' })

const explained = z.strictObject({
  points: z.number(),
  lines: z.array(z.strictObject({ text: z.string(), points: z.number(), day: z.string().optional() })),
})
export const ScoreLinesSchema = z
  .strictObject({ fit: explained, intent: explained, total: explained, grade: z.string() })
  .meta({ id: 'ScoreLines' })

export const SuggestionSchema = z
  .strictObject({ contentId: z.string(), title: z.string(), reason: z.string() })
  .meta({ id: 'Suggestion' })

export const ConsentSchema = z.strictObject({
  purpose: z.literal('marketing'),
  granted: z.boolean(),
  source: line(100).min(1),
})

export const AcceptSchema = z.strictObject({ reason: paragraph(500).optional() })
export const DeclineSchema = z.strictObject({ reason: paragraph(500).min(1) })
export const ReturnSchema = z.strictObject({
  reason: paragraph(500).min(1),
  note: paragraph(2000).optional(),
  until: givenTime.optional().meta({ description: '客户约定的时间；到那时之前不打扰' }),
  version: z.int().optional(),
})
export const AdvanceSchema = z.strictObject({
  to: z.string().min(1).max(64),
  reason: paragraph(500).optional(),
  version: z.int().optional(),
  opportunity: DealSchema.optional().meta({
    description: '走到商机阶段时：归到哪个商机，或新商机的金额等；不填按默认',
  }),
})
export const ReopenSchema = z.strictObject({
  reason: paragraph(500).optional(),
  version: z.int().optional(),
})
export const MergeSchema = z.strictObject({
  leadId: z.uuid().meta({ description: '并入这条线索的另一条；之后读到的都是这条' }),
})
export const MergedSchema = z.strictObject({ ...LeadSchema.shape, mergeId: z.uuid() }).meta({ id: 'MergedLead' })

const sum = z.int()
export const MergePreviewSchema = z
  .strictObject({
    keep: LeadSchema,
    other: LeadSchema,
    learns: z
      .array(
        z.strictObject({
          field: z.enum(['name', 'company', 'title', 'industry', 'region', 'size']),
          value: z.string(),
        }),
      )
      .meta({ description: '这条没有、从另一条补上的资料' }),
    brings: z
      .strictObject({ identities: sum, tags: sum, timeline: sum, messages: sum, visits: sum, aliases: sum })
      .meta({ description: '以后在这条里读到的，另一条的东西' }),
    cancels: z.strictObject({ offers: sum, messages: sum }).meta({ description: '另一条的派单和没发出的消息会取消' }),
    optsOut: z.boolean().meta({ description: '另一条退订过，合并后两条都算退订' }),
    waits: z.boolean().meta({ description: '另一条在等审核，合并后由这条接着等' }),
  })
  .meta({ id: 'MergePreview' })
export const MergedIntoSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid().meta({ description: '被并入的线索；给它 split 就拆开' }),
    name: z.string(),
    company: z.string().nullable(),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'MergedInto' })

export const MergeSuggestionSchema = z
  .strictObject({
    id: z.uuid(),
    a: LeadSchema,
    b: LeadSchema,
    why: z.array(z.strictObject({ kind: z.string(), hint: z.string() })),
    createdAt: time,
  })
  .meta({ id: 'MergeSuggestion' })

export const WaitsForSchema = z.union([
  z.strictObject({ kind: z.enum(['time', 'slot']), until: z.string(), words: z.string() }),
  z.strictObject({
    kind: z.literal('staff'),
    staff: z.string(),
    task: z.string().nullable(),
    until: z.string().nullable(),
    for: z.literal('approval').optional().meta({ description: '等他批准；不写就是等他发送或确认' }),
    words: z.string().meta({ description: '给人看的：等李明在企业微信里确认群发' }),
  }),
])

export const MessageSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid().nullable(),
    contentId: z.string().nullable(),
    channel: z.string(),
    state: z.enum(['planned', 'waiting', 'sending', 'sent', 'failed', 'refused', 'expired', 'cancelled', 'unknown']),
    waitsFor: WaitsForSchema.nullable(),
    reason: z.strictObject({ id: z.string(), message: z.string() }).nullable(),
    playbookVersion: z.int().meta({ description: '照哪一版业务规则安排或拒绝的' }),
    warnings: z.array(z.string()).meta({ description: '触到、但可以发的高压线规则' }),
    tried: z
      .array(
        z.strictObject({
          channel: z.string(),
          reason: z.strictObject({ id: z.string(), message: z.string() }).nullable(),
        }),
      )
      .meta({ description: '先前走不通的通道和原因' }),
    purpose: z.string(),
    text: z.string(),
    sender: z.string().nullable(),
    dueAt: time,
    createdAt: time,
    sentAt: time.nullable(),
  })
  .meta({ id: 'Message' })

export const NewMessageSchema = z
  .strictObject({
    contentId: z.string().min(1).max(100).optional(),
    text: z.string().trim().min(1).max(4000).optional(),
    channel: z.string().min(1).max(40).optional(),
    mayWait: z.boolean().optional().meta({ description: 'true：遇上免打扰、上限或更要紧的消息就往后排，不答 409' }),
  })
  .refine(({ contentId, text }) => (contentId === undefined) !== (text === undefined), {
    error: 'contentId 和 text 给且只给一个',
    path: ['contentId'],
  })
  .meta({ id: 'NewMessage' })

export const MessageListQuery = z.strictObject({
  leadId: z.uuid().optional(),
  state: MessageSchema.shape.state.optional(),
  waits: z.enum(['approval']).optional().meta({ description: 'approval：等主管批准的' }),
  ...pageQuery,
})
