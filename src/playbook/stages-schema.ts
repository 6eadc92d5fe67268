import { z } from 'zod'
import { PositiveDurationSchema } from './duration.ts'

export const roles = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const

const stageId = z.string().regex(/^[A-Z][A-Z0-9_]{1,29}$/, { error: '阶段 id 用大写字母、数字和下划线，例如 MQL' })
export const wordId = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/, { error: 'id 用字母、数字、- 和 _，以字母开头' })
const words = z.string().trim().min(1).max(60)

export const StagesSchema = z.record(
  stageId,
  z.strictObject({
    name: words,
    /** Which side of the bow-tie. */
    half: z.enum(['left', 'knot', 'right']),
    closed: z.boolean().default(false),
    /** The stage's tag in WeCom; holds the id, so that people and machines read the same. Left out: `ID · name`. */
    tag: z.string().max(30).optional(),
  }),
)

export const DesksSchema = z.strictObject({
  nurture: words,
  review: words,
  sales: words,
  success: words,
  closed: words,
})

const place = z
  .string()
  .regex(/^([A-Z][A-Z0-9_]*|\*)@([a-z]+|\*)$/, { error: '请写 阶段@工位，例如 MQL@sales、*@review' })
const goal = z
  .string()
  .regex(/^([A-Z][A-Z0-9_]*|=)@([a-z]+|=)$/, { error: '请写 阶段@工位，例如 MQL@sales；= 表示不变' })

/** What the engine can do with a lead. A verdict is `verdict.<its id>`. */
const verbs = [
  'intake',
  'nominate',
  'unplaced',
  'return',
  'stale',
  'advance',
  'reactivate',
  'reopen',
  'withdraw',
  'block',
]

export const EdgeSchema = z.strictObject({
  id: wordId,
  name: words,
  on: z.string().refine((on) => verbs.includes(on) || /^verdict\.[a-z][a-zA-Z0-9_]*$/.test(on), {
    error: `请写 ${verbs.join('、')} 或 verdict.<结论>`,
  }),
  /** Left out or empty: the lead is nowhere yet. */
  from: z.array(place).default([]),
  to: goal,
  by: z.array(z.enum(['system', ...roles])).min(1),
  /** A list of reasons; whoever uses the edge must give one. */
  reasons: wordId.optional(),
  /** The lead rests for the reason's cool-down. */
  coolDown: z.boolean().default(false),
  /** Counts as one more round of nurturing. */
  recycle: z.boolean().default(false),
  /** Whoever takes it has come further, which is what content is measured by. Left out: an advance or a verdict to another open stage. */
  progress: z.boolean().optional(),
  /** The owner goes with the lead; left out, the lead is nobody's afterwards. */
  keepOwner: z.boolean().default(false),
})

export const VerdictSchema = z.strictObject({ name: words, reasons: wordId })

export const ReasonListSchema = z.strictObject({
  name: words,
  /** How long a lead rests when its reason does not say. */
  coolDown: PositiveDurationSchema.optional(),
  options: z
    .array(
      z.strictObject({
        id: wordId,
        name: words,
        coolDown: PositiveDurationSchema.optional(),
        /** The customer named a time; the lead rests until then. */
        asksDate: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(30),
})

export type Edge = z.infer<typeof EdgeSchema>
