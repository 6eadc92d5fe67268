import { z } from 'zod'
import { descriptionChars, remarkWords, unknownWords } from '../../codes/remark.ts'
import { SpanSchema } from '../../playbook/hours-schema.ts'
import { line, paragraph, tag, time, userid } from './common.schema.ts'

export const source = z.strictObject({ channel: line(60).optional(), campaign: line(60).optional() })

const people = (most: number) => z.array(userid).max(most)

/** A span of the week with what holds in it; refined fields stand beside the span's own. */
const spanWith = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .looseObject({ days: z.unknown(), from: z.unknown(), to: z.unknown(), ...shape })
    .transform(({ days, from, to, ...rest }, ctx) => {
      const span = SpanSchema.safeParse({ ...(days === undefined ? {} : { days }), from, to })
      if (span.success) return { ...span.data, ...(rest as z.output<z.ZodObject<Shape>>) }
      for (const { path, message } of span.error.issues)
        ctx.addIssue({ code: 'custom', path: path as string[], message })
      return z.NEVER
    })

const pattern = (most: number) =>
  line(most)
    .min(1)
    .refine((text) => unknownWords(text).length === 0, {
      error: `只能用 ${remarkWords.map((word) => `{{${word}}}`).join(' ')}`,
    })

const limit = z.int().min(1).max(10_000)

/** What a code does; each part is optional, and `null` takes it away. */
const planShape = {
  slots: z
    .array(spanWith({ staff: people(100).min(1) }))
    .max(60)
    .optional()
    .meta({ description: '排班：每周的时段和当班的人；几段重叠时一起当班；都不在时由 staff 当班' }),
  dailyLimit: limit.nullable().optional().meta({ description: '每人每天最多加多少位' }),
  limits: z.record(userid, limit).optional().meta({ description: '个别成员自己的每日上限' }),
  backup: people(100).optional().meta({ description: '当班的人都满了或不在时，由他们顶上' }),
  greetings: z
    .array(spanWith({ text: paragraph(1000).min(1) }))
    .max(30)
    .optional()
    .meta({ description: '分时段的欢迎语，先对上的算；都不在时用 welcome' }),
  remark: pattern(60)
    .nullable()
    .optional()
    .meta({ description: '备注的写法，例如 {{name}}-{{channel}}-{{MMDD}}；写出来不超过 20 个字' }),
  description: pattern(descriptionChars).nullable().optional().meta({ description: '描述的写法，不超过 150 个字' }),
  verify: z.boolean().optional().meta({ description: '添加时要成员确认' }),
  sameStaff: z
    .boolean()
    .optional()
    .meta({ description: '活码：同一家外部企业的客户归同一位成员；链接：优先给已经认识的成员。默认是' }),
}

const base = {
  name: line(60).min(1),
  staff: people(100).min(1),
  tags: z.array(tag).max(20),
  source,
  welcome: paragraph(1000).min(1),
}

export const NewLiveCodeSchema = z
  .strictObject({
    name: base.name,
    staff: base.staff,
    tags: base.tags.optional(),
    source: base.source.optional(),
    welcome: base.welcome.optional(),
    ...planShape,
  })
  .meta({ id: 'NewLiveCode' })

export const LiveCodeChangesSchema = z
  .strictObject({
    name: base.name.optional(),
    staff: base.staff.optional(),
    tags: base.tags.optional(),
    source: base.source.nullable().optional(),
    welcome: base.welcome.nullable().optional(),
    ...planShape,
    version: z.int().optional().meta({ description: '看到的版本；已被别人改过时答 409' }),
  })
  .meta({ id: 'LiveCodeChanges', description: '没写的保持不变' })

const days = z.union([z.string(), z.array(z.string())])
const counts = { today: z.int(), total: z.int() }

export const made = {
  id: z.uuid(),
  state: z.string(),
  configId: z.string().nullable(),
  qrCode: z
    .string()
    .nullable()
    .meta({ description: '二维码图片地址，或链接；企业微信暂时不可达时为 null，稍后自动生成' }),
}

export const LiveCodeMadeSchema = z.strictObject(made).meta({ id: 'LiveCodeMade' })

export const LiveCodeSchema = z
  .strictObject({
    ...made,
    name: z.string(),
    staff: z.array(z.string()),
    tags: z.array(tag),
    source: source.nullable(),
    welcome: z.string().nullable(),
    slots: z.array(z.strictObject({ days, from: z.string(), to: z.string(), staff: z.array(z.string()) })),
    dailyLimit: z.int().nullable(),
    limits: z.record(z.string(), z.int()),
    backup: z.array(z.string()),
    greetings: z.array(z.strictObject({ days, from: z.string(), to: z.string(), text: z.string() })),
    remark: z.string().nullable(),
    description: z.string().nullable(),
    verify: z.boolean(),
    sameStaff: z.boolean(),
    made: z.enum(['wanted', 'made', 'failed', 'unknown']),
    problem: z.string().nullable(),
    onDuty: z
      .strictObject({
        userids: z.array(z.string()).nullable().meta({ description: '企业微信里现在的人；null 表示正在更新' }),
        why: z
          .string()
          .nullable()
          .meta({ description: 'slot 当班、staff 默认、backup 备用、default 兜底、nobody 没有人' }),
        nextAt: time.nullable().meta({ description: '下一次可能换班的时间' }),
      })
      .meta({ description: '现在谁在接客户' }),
    counts: z.strictObject({
      ...counts,
      requests: z.int().meta({ description: '链接：收到的好友申请' }),
      leads: z.int(),
      qualified: z.int().meta({ description: '其中被判为 MQL 的线索' }),
      staff: z.array(z.strictObject({ userid: z.string(), ...counts, limit: z.int().nullable() })),
    }),
    figures: z
      .strictObject({ clicks: z.int(), customers: z.int(), at: time })
      .nullable()
      .meta({ description: '链接：企业微信统计的近 29 天点击和新客户' }),
    version: z.int(),
    createdBy: z.string(),
    createdAt: time,
    archivedAt: time.nullable(),
  })
  .meta({ id: 'LiveCode' })

export const PreviewSchema = z.strictObject({
  name: line(60).default(''),
  source: source.nullable().optional(),
  staff: people(100).default([]),
  ...planShape,
  customer: line(40).default('陈晓芸').meta({ description: '拿谁的昵称来试' }),
})

export const PreviewedSchema = z.strictObject({
  remark: z.string().nullable(),
  description: z.string().nullable(),
  duty: z
    .array(z.strictObject({ from: time, userids: z.array(z.string()), why: z.string() }))
    .meta({ description: '从现在起 7 天里每次换班' }),
})

export const QrQuery = z.strictObject({
  format: z.enum(['svg', 'png']).default('svg').meta({ description: 'svg 下面带名字；png 是二维码本身' }),
  size: z.coerce.number().int().min(120).max(2000).default(600).meta({ description: '边长（像素）' }),
})
