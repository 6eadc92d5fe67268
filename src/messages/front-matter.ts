import { parse } from 'yaml'
import { z } from 'zod'

// Faults are read by the marketer who wrote the file.
z.config(z.locales.zhCN())

const templateId = z
  .string({ error: '缺少 id' })
  .regex(/^[a-z0-9][a-z0-9-]{1,79}$/, { error: 'id 用小写字母、数字和 -，2–80 个字符' })
const title = z.string({ error: '缺少 title' }).trim().min(1).max(64)
const names = z.array(z.string().trim().min(1).max(30)).max(30).default([])

/** What is sent when the body cannot render; so it must not need rendering itself. */
const plain = z
  .string({ error: '缺少 plain：正文渲染失败时原样发出的一句话' })
  .trim()
  .min(1)
  .max(500)
  .refine((line) => !/\{\{|\{%/.test(line), { error: 'plain 里不能有变量' })

/** A day is that day in China; a moment is a moment. */
const moment = z
  .union(
    [
      z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/)
        .transform((day) => new Date(`${day}T00:00:00+08:00`)),
      z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
    ],
    { error: '请写 2026-12-31 这样的日期' },
  )
  .refine((at) => !Number.isNaN(at.getTime()), { error: '没有这一天' })
  .optional()

/** A notice that is a card: where a tap leads (absent: to the lead), and its buttons, by the name of the handler of a press. */
const card = z
  .strictObject({
    opens: z
      .string()
      .regex(/^\/[\w/?=&-]*$/, { error: 'opens 写控制台里的路径，例如 /console/review' })
      .optional(),
    presses: z
      .record(z.string().regex(/^[a-z][a-z_]*$/), z.string().trim().min(1).max(10))
      .refine((presses) => Object.keys(presses).length > 0 && Object.keys(presses).length <= 3, {
        error: 'presses 写 1–3 个按钮',
      }),
  })
  .optional()

const WordsSchema = z.strictObject({
  id: templateId,
  title,
  kind: z.literal('words'),
  plain,
  card,
  /** What the customer can tap on below the words; a tap is as if he had written it. */
  menu: z.array(z.string().trim().min(1).max(40)).max(10).default([]),
})

const ContentSchema = z.strictObject({
  id: templateId,
  title,
  kind: z.enum(['article', 'text', 'link', 'pdf', 'image', 'video', 'miniprogram', 'script']),
  stages: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]*$/, { error: '阶段 id 用大写字母' }))
    .min(1, { error: '至少写一个阶段' }),
  audiences: names,
  industries: names,
  needs: names,
  plain: plain.default(''),
  /** The short message that goes with the link. */
  say: z.string().trim().max(120, { error: 'say 不超过 120 个字' }).default(''),
  /** An event of the playbook's that opening it is, besides being opened. */
  counts: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'counts 写业务规则里的事件，例如 price_view' })
    .optional(),
  url: z.url({ protocol: /^https?$/, error: '不是 http(s) 网址' }).optional(),
  /** BCP 47; absent: Chinese. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: 'language 写 zh-CN、en 这样的语言代码' })
    .optional(),
  validFrom: moment,
  validUntil: moment,
  /** Staff who keeps it true. */
  owner: z.string().trim().min(1).max(64).optional(),
})

const MetaSchema = z.discriminatedUnion('kind', [WordsSchema, ContentSchema], {
  error: 'kind 请写 words、script、article、text、link、pdf、image、video 或 miniprogram',
})

export type WordsMeta = z.infer<typeof WordsSchema>
export type ContentMeta = z.infer<typeof ContentSchema>

export interface TemplateFile {
  meta: WordsMeta | ContentMeta
  /** A LiquidJS template. */
  body: string
}

/**
 * Reads a template: YAML between two lines of `---`, then the body.
 * @throws Error naming the file and every field at fault
 */
export function readTemplate(text: string, file: string): TemplateFile {
  const fault = (message: string): Error => new Error(`${file}：${message}`)
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text)
  if (!match) throw fault('开头要有一段 --- 之间的说明（front matter）')
  let head: unknown
  try {
    head = parse(match[1] as string)
  } catch (error) {
    throw fault(`说明不是合法的 YAML：${(error as Error).message.split('\n')[0]}`)
  }
  const meta = MetaSchema.safeParse(head)
  if (!meta.success)
    throw fault(
      meta.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' ')).join('；'),
    )
  const body = (match[2] ?? '').replaceAll('\r\n', '\n').trim()
  if (body === '' && !('url' in meta.data && meta.data.url)) throw fault('没有正文')
  return { meta: meta.data, body }
}
