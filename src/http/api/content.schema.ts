import { z } from 'zod'
import { givenTime, line, pageOf, paragraph, time, userid } from './common.schema.ts'
import { JobSchema } from './jobs.schema.ts'

export const kinds = ['article', 'text', 'link', 'pdf', 'image', 'video', 'miniprogram', 'script'] as const
const words = z.array(line(60).min(1)).max(50)
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: '写 zh-CN、en 这样的语言代码' })

/** What a piece must have to be one of its kind, and how it is said when it has not. */
const needed: Record<(typeof kinds)[number], readonly ['body' | 'url' | 'file' | 'miniProgram', string] | null> = {
  article: null,
  text: ['body', '请写下要发的话'],
  script: ['body', '请写下这句话术'],
  link: ['url', '请填网址'],
  pdf: ['file', '请上传 PDF'],
  image: ['file', '请上传图片'],
  video: ['file', '请上传视频'],
  miniprogram: ['miniProgram', '请填小程序的 appId 和页面'],
}

const fields = {
  kind: z.enum(kinds),
  title: line(120).min(1),
  body: paragraph(100_000).optional().meta({ description: 'LiquidJS 模板；文章是 Markdown' }),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  stages: z.array(z.string().min(1).max(64)).min(1).max(50),
  audiences: words.optional(),
  industries: words.optional(),
  needs: words.optional(),
  plain: paragraph(2000).optional().meta({ description: '正文渲染不出来时发这一句，不含变量' }),
  say: paragraph(1000).optional().meta({ description: '随链接一起发的话' }),
  counts: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .or(z.literal(''))
    .optional()
    .meta({ description: '打开它同时算作哪种行为，例如 price_view' }),
  language: language.optional().meta({ description: '默认 zh-CN' }),
  validFrom: givenTime.optional().meta({ description: '这之前不推荐、不发送，链接里礼貌说明' }),
  validUntil: givenTime.optional().meta({ description: '从这一刻起同上' }),
  owner: userid.optional().meta({ description: '谁负责它不过时' }),
  file: z.uuid().optional().meta({ description: '上传好的文件，见 POST /api/content/files' }),
  cover: z.uuid().optional().meta({ description: '卡片上的图；不填时 PDF 用第一页' }),
  miniProgram: z.strictObject({ appId: line(64).min(1), page: line(1024).min(1) }).optional(),
  asFile: z.boolean().optional().meta({ description: '直接发文件而不是页面链接；这样就不知道他读没读' }),
}

export const ContentInputSchema = z
  .strictObject(fields)
  .superRefine((input, ctx) => {
    const say = (field: string, message: string) => ctx.addIssue({ code: 'custom', path: [field], message })
    const need = needed[input.kind]
    if (need && !input[need[0]]) say(need[0], need[1])
    if (input.kind === 'article' && !input.body && !input.url) say('body', '请写正文')
    if (input.kind === 'miniprogram' && !input.cover) say('cover', '小程序卡片要有封面图')
    if (input.validFrom && input.validUntil && input.validFrom >= input.validUntil)
      say('validUntil', '失效要在生效之后')
  })
  .meta({ id: 'ContentInput' })

export const ContentSchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    kind: z.string(),
    title: z.string(),
    body: z.string(),
    url: z.string().nullable(),
    stages: z.array(z.string()),
    audiences: z.array(z.string()),
    industries: z.array(z.string()),
    needs: z.array(z.string()),
    plain: z.string(),
    say: z.string(),
    counts: z.string(),
    language: z.string(),
    validFrom: time.nullable(),
    validUntil: time.nullable(),
    owner: z.string().nullable(),
    retiredAt: time.nullable(),
    file: z.string().nullable(),
    cover: z.string().nullable(),
    miniProgram: z.strictObject({ appId: z.string(), page: z.string() }).nullable(),
    asFile: z.boolean(),
    origin: z.enum(['file', 'database']),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'Content' })

export const ListedSchema = ContentSchema.extend({
  lapsed: z.string().nullable().meta({ description: '现在为什么不能发；null 是能发' }),
  effect: z.strictObject({
    received: z.int(),
    opened: z.int(),
    read: z.int(),
    moved: z.int().meta({ description: '收到后 14 天内往前走了一步的人' }),
    known: z.int().meta({ description: '14 天已过、算得出结果的人' }),
  }),
}).meta({ id: 'ContentListed' })

export const VersionSchema = ContentSchema.extend({ current: z.boolean() }).meta({ id: 'ContentVersion' })
export const ContentPage = pageOf(ListedSchema)
export const SavedSchema = z.strictObject({ id: z.string(), version: z.int() }).meta({ id: 'ContentSaved' })

export const MatrixSchema = z
  .strictObject({
    audiences: z.array(z.string()),
    stages: z.array(
      z.strictObject({
        stage: z.string(),
        name: z.string(),
        everybody: z.int().meta({ description: '没写给谁看的，谁都合适' }),
        counts: z.array(z.int()).meta({ description: '和 audiences 一一对应' }),
      }),
    ),
  })
  .meta({ id: 'ContentMatrix' })

export const FileSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    size: z.int(),
    state: z.enum(['working', 'ready', 'refused']),
    problem: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    durationMs: z.int().nullable(),
    pages: z.int().nullable(),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'ContentFile' })

export const UploadedSchema = z
  .strictObject({ file: FileSchema, job: JobSchema.nullable() })
  .meta({ id: 'ContentUploaded' })

/** A draft is whatever somebody has got so far: an address half typed is no fault yet. */
export const DraftInputSchema = z
  .strictObject({
    ...fields,
    title: line(120),
    url: line(2000),
    stages: z.array(z.string().max(64)).max(50),
    owner: line(64),
    file: z.string().max(64),
    cover: z.string().max(64),
    language: line(20),
    miniProgram: z.strictObject({ appId: line(64), page: line(1024) }),
  })
  .partial()
  .meta({ id: 'ContentDraftInput' })
export const DraftSchema = z
  .strictObject({ piece: z.string(), input: z.record(z.string(), z.unknown()), at: time })
  .meta({ id: 'ContentDraft' })
