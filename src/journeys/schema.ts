import { z } from 'zod'
import { type Condition, ConditionSchema } from '../playbook/condition.ts'
import { PositiveDurationSchema } from '../playbook/duration.ts'

// Faults are read by the marketer who wrote the journey.
z.config(z.locales.zhCN())

const words = (max: number) =>
  z
    .string({ error: '请写文字' })
    .trim()
    .min(1, { error: '不能为空' })
    .max(max, { error: `最多 ${max} 个字` })
const tag = z.strictObject({ group: words(60), name: words(60) })
const eventType = z
  .string({ error: '请写行为类型，例如 content_read' })
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, { error: '行为类型由 1–64 个字母、数字和 _.- 组成' })
const clock = z
  .string({ error: '请写时刻，例如 "09:30"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: '不是时刻，请写 "00:00" 到 "23:59"，并加引号' })
const moments = new Set(['createdAt', 'stageAt', 'updatedAt', 'coolUntil'])
const dateField = z
  .string({ error: '请写日期字段' })
  .refine((name) => moments.has(name) || /^attributes\.[\p{L}\p{N}_-]{1,60}$/u.test(name), {
    error: `请写 ${[...moments].join('、')} 或 attributes.某个字段`,
  })
const role = z.enum(['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'])
const id = z
  .string({ error: '请写 id' })
  .regex(/^[a-z][a-z0-9-]{0,59}$/, { error: 'id 用小写字母、数字和 -，以字母开头，例如 not-yet-rewarm' })
/** Segments are another room's; only what may be an id is asked here. */
const segment = z
  .string({ error: '请写人群的 id' })
  .trim()
  .min(1, { error: '请写人群的 id' })
  .max(100, { error: '人群的 id 最多 100 个字符' })
const yes = z.literal(true, { error: '请写 true' })
/** Steps carry a name for people; the machine goes by their place. */
const name = words(60).optional()
const days = PositiveDurationSchema.refine((length) => /^\d+[dw]$/.test(length), { error: '请写整天，例如 7d、2w' })
const offset = { before: days.optional(), after: days.optional() }
const oneSide = ({ before, after }: { before?: unknown; after?: unknown }) =>
  before === undefined || after === undefined
const oneSideError = { error: 'before 和 after 只写一个' }

export type Tag = { group: string; name: string }
export type Offset = { before?: string | undefined; after?: string | undefined }
export type Trigger =
  | { stage?: string | undefined; desk?: string | undefined; via?: string[] | undefined }
  | { event: string }
  | { tag: { group: string; name: string | string[] } }
  | ({ date: string; at: string } & Offset)
  | { segment: string }
  | { manual: true }
/** What ends a journey: a condition that holds, or a segment the lead leaves. */
export type Exit = Condition | { leftSegment: string }
export type Wait =
  | string
  | { until: string }
  | ({ date: string; at: string } & Offset)
  | { event: string; timeout: string }
export type Send = { pick: 'best'; need?: string | undefined; kind?: string | undefined } | { content: string }
export type Step = { name?: string | undefined } & (
  | { wait: Wait }
  | { send: Send }
  | { branch: Branch }
  | { tag: { put: Tag } | { take: Tag } }
  | { score: { event: string } }
  | { task: string }
  | { notify: { roles?: z.infer<typeof role>[] | undefined; owner?: true | undefined; words: string } }
  | { stage: { on: string; to?: string | undefined; reason?: string | undefined } }
  | { webhook: string }
  | { exit: true | string }
)
export type Branch =
  | { if: Condition; then: Step[]; else: Step[] }
  | { split: { name?: string | undefined; share: number; steps: Step[] }[] }

const steps: z.ZodType<Step[]> = z.lazy(() => z.array(StepSchema).max(60, { error: '一层最多 60 步' }))

const WaitSchema = z.union(
  [
    PositiveDurationSchema,
    z.strictObject({ until: clock }),
    z.strictObject({ date: dateField, ...offset, at: clock.default('09:30') }).refine(oneSide, oneSideError),
    z.strictObject({ event: eventType, timeout: PositiveDurationSchema }),
  ],
  { error: '请写时长（3d）、{until: "09:30"}、{date: 日期字段, before/after?, at?} 或 {event: 行为, timeout: 时长}' },
)

const SendSchema = z.union(
  [
    z.strictObject({ pick: z.literal('best'), need: words(60).optional(), kind: words(30).optional() }),
    z.strictObject({ content: words(100) }),
  ],
  { error: '请写 {pick: best, need?, kind?} 或 {content: 内容 id}' },
)

// biome-ignore lint/suspicious/noThenProperty: the contract's word
const IfSchema = z.strictObject({ if: ConditionSchema, then: steps, else: steps.default([]) })
const SplitSchema = z.strictObject({
  split: z
    .array(z.strictObject({ name, share: z.int().min(1).max(100), steps }))
    .min(2, { error: '至少分两组' })
    .max(10)
    .refine((parts) => parts.reduce((sum, { share }) => sum + share, 0) === 100, {
      error: '各组的 share 合计要等于 100',
    }),
})
const BranchSchema: z.ZodType<Branch> = z.unknown().transform((value, ctx) => {
  if (typeof value !== 'object' || value === null || !('if' in value || 'split' in value)) {
    ctx.addIssue('请写 {if: 条件, then: [...], else: [...]} 或 {split: [{share: 50, steps: [...]}, …]}')
    return z.NEVER
  }
  return readAs<Branch>('split' in value ? SplitSchema : IfSchema, value, ctx)
})

/** The kinds of step by their word. One word a step, beside its name. */
const kinds = {
  wait: WaitSchema,
  send: SendSchema,
  branch: BranchSchema,
  tag: z.union([z.strictObject({ put: tag }), z.strictObject({ take: tag })], {
    error: '请写 {put: {group, name}} 或 {take: {group, name}}',
  }),
  score: z.strictObject({ event: eventType }),
  task: words(200),
  notify: z
    .strictObject({ roles: z.array(role).min(1).optional(), owner: yes.optional(), words: words(300) })
    .refine(({ roles, owner }) => roles !== undefined || owner !== undefined, {
      error: '写明告诉谁：roles 或 owner: true',
    }),
  stage: z.strictObject({ on: words(60), to: words(60).optional(), reason: words(200).optional() }),
  webhook: id,
  exit: z.union([yes, words(100)], { error: '请写 true 或离开的原因' }),
} as const
export type StepKind = keyof typeof kinds
const kindNames = Object.keys(kinds) as StepKind[]

const StepSchema: z.ZodType<Step> = z.unknown().transform((value, ctx) => {
  const fault = (message: string, path: PropertyKey[] = []) => {
    ctx.addIssue({ code: 'custom', message, path })
    return z.NEVER
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('一步请写成「做什么: 怎么做」')
  const keys = Object.keys(value)
  const found = kindNames.filter((kind) => keys.includes(kind))
  const strange = keys.filter((key) => key !== 'name' && !kindNames.includes(key as StepKind))
  if (strange.length > 0) return fault(`不认识的步骤 ${strange.join('、')}，可用 ${kindNames.join('、')}`)
  const [kind] = found
  if (kind === undefined || found.length > 1) return fault(`一步只做一件事，可用 ${kindNames.join('、')}`)
  return readAs<Step>(z.object({ name, [kind]: kinds[kind] }), value, ctx)
})

/** Reads a value by the one schema it must mean; faults are named where they stand, where a union would only say that nothing matched. */
function readAs<T>(schema: z.ZodType, value: unknown, ctx: z.RefinementCtx): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data as T
  for (const { path, message } of parsed.error.issues) ctx.addIssue({ code: 'custom', path: [...path], message })
  return z.NEVER
}

const place = z.strictObject({
  stage: words(60).optional(),
  desk: words(30).optional(),
  via: z.array(words(60)).min(1).optional(),
})
/** The kinds of trigger by the word that tells them apart. */
const triggers = {
  manual: z.strictObject({ manual: yes }),
  event: z.strictObject({ event: eventType }),
  tag: z.strictObject({
    tag: z.strictObject({ group: words(60), name: z.union([words(60), z.array(words(60)).min(1).max(20)]) }),
  }),
  segment: z.strictObject({ segment }),
  date: z.strictObject({ date: dateField, ...offset, at: clock.default('09:30') }).refine(oneSide, oneSideError),
  stage: place,
  desk: place,
} as const
const TriggerSchema: z.ZodType<Trigger> = z.unknown().transform((value, ctx) => {
  const given = typeof value === 'object' && value !== null ? value : {}
  const kind = (Object.keys(triggers) as (keyof typeof triggers)[]).find((word) => word in given)
  if (kind) return readAs<Trigger>(triggers[kind], value, ctx)
  ctx.addIssue(
    '请写 {stage, desk, via?}、{event}、{tag: {group, name 或 [name, …]}}、{segment}、{date, before/after?, at?} 或 {manual: true}',
  )
  return z.NEVER
})

const ExitSchema: z.ZodType<Exit> = z.unknown().transform((value, ctx) => {
  const leaves = typeof value === 'object' && value !== null && 'leftSegment' in value
  return readAs<Exit>(leaves ? z.strictObject({ leftSegment: segment }) : ConditionSchema, value, ctx)
})

const mostSteps = 300

/** A journey as people write it; the contract's format and what it leaves open. Parsing its own output gives the same value. */
export const JourneySchema = z
  .strictObject({
    id,
    name: words(60).optional(),
    about: words(500).optional(),
    trigger: TriggerSchema,
    entry: ConditionSchema.optional(),
    reentry: z
      .union([z.enum(['never', 'always']), z.strictObject({ after: PositiveDurationSchema })], {
        error: '请写 never、always 或 {after: 90d}',
      })
      .default('never'),
    /** Whether one lead may be in it several times at once. */
    concurrent: z.boolean().default(false),
    goal: ConditionSchema.optional(),
    /** Any of these ends it. */
    exits: z.array(ExitSchema).max(20).default([]),
    steps: steps.refine((list) => list.length > 0, { error: '至少要有一步' }),
  })
  .superRefine(({ steps: list }, ctx) => {
    if (count(list) > mostSteps) ctx.addIssue({ code: 'custom', path: ['steps'], message: `最多 ${mostSteps} 步` })
  })

export type Journey = z.infer<typeof JourneySchema>

const count = (list: readonly Step[]): number =>
  list.reduce((sum, step) => sum + 1 + childrenOf(step).reduce((inner, child) => inner + count(child.steps), 0), 0)

/** The lists of steps below a step, each with the word that leads there. */
export function childrenOf(step: Step): { word: string; steps: Step[] }[] {
  if (!('branch' in step)) return []
  const { branch } = step
  if ('split' in branch) return branch.split.map((part, index) => ({ word: String(index), steps: part.steps }))
  return [
    { word: 'then', steps: branch.then },
    { word: 'else', steps: branch.else },
  ]
}
