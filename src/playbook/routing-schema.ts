import { z } from 'zod'
import { ConditionSchema } from './condition.ts'
import { roles, wordId } from './stages-schema.ts'

const names = z.array(z.string().min(1).max(60)).min(1).max(500)

const RuleSchema = z.strictObject({
  id: wordId,
  name: z.string().min(1).max(60),
  /** Left out: every lead. */
  when: ConditionSchema.optional(),
  /** Who may receive; each member narrows. Without `roles` and `staff`: sales. */
  pool: z
    .strictObject({
      roles: z.array(z.enum(roles)).min(1).optional(),
      teams: names.optional(),
      staff: names.optional(),
      /** All of them. */
      skills: names.optional(),
      matchRegion: z.boolean().default(false),
      matchIndustry: z.boolean().default(false),
    })
    .prefault({}),
  strategy: z.literal('weighted-round-robin').default('weighted-round-robin'),
})

export const RoutingSchema = z.strictObject({
  /** Whoever is already the customer's WeCom friend and fits a rule comes before the rotation. */
  friendFirst: z.boolean().default(true),
  /** Open leads one person holds, and new ones a day, unless his own say otherwise. */
  capacity: z.int().min(0).max(100_000).default(40),
  newPerDay: z.int().min(0).max(100_000).default(8),
  /** Words for several regions at once: 华东 → 上海, 江苏, 浙江 … */
  areas: z.record(z.string().min(1).max(20), names).default({}),
  rules: z.array(RuleSchema).min(1).max(200),
  /** Who is told when nobody can take the lead. */
  fallback: z.enum(roles).default('manager'),
})

export type Routing = z.infer<typeof RoutingSchema>
