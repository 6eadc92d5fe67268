import { z } from 'zod'
import { PositiveDurationSchema } from './duration.ts'
import { wordId } from './stages-schema.ts'

const points = z.int().min(0).max(25)

const FitValueSchema = z
  .strictObject({
    name: z.string().max(40).optional(),
    /** Any of these words inside the field, without case. */
    match: z.array(z.string().min(1).max(60)).min(1).optional(),
    /** The first number inside the field (`500-1000人` is 500) is at least this. */
    atLeast: z.number().optional(),
    points,
  })
  .refine(({ match, atLeast }) => (match === undefined) !== (atLeast === undefined), {
    error: '请写 match（词表）或 atLeast（数字），二选一',
  })

const DimensionSchema = z.strictObject({
  field: z.enum(['industry', 'title', 'region', 'size', 'company']),
  name: z.string().min(1).max(20),
  /** Nobody told us: neither good nor bad. */
  unknown: points,
  /** Told, and none of the values. */
  otherwise: points,
  /** The first that matches counts. */
  values: z.array(FitValueSchema).max(100),
})

const ladder = z
  .array(z.strictObject({ id: z.string().regex(/^[A-Z0-9]$/), from: z.number() }))
  .min(1)
  .max(9)

export const ScoreSchema = z.strictObject({
  /** After this long without anything new, intent is half of what it was. */
  halfLife: PositiveDurationSchema,
  /** What a lead can do. `cap` bounds one type on one day, up or down; it never cuts a single event. */
  events: z.record(
    wordId,
    z.strictObject({
      /** Left out: the id speaks for itself. */
      name: z.string().max(40).default(''),
      weight: z.int().min(-1000).max(1000),
      cap: z.int().min(0).max(10_000).optional(),
      handRaise: z.boolean().default(false),
      alert: z.boolean().default(false),
    }),
  ),
  /** At most four dimensions of 25 points make 100. */
  fit: z.array(DimensionSchema).max(4),
  /** From the top down: the first rung that is reached. `rest` is what remains below the last. */
  grades: z.strictObject({
    fit: ladder,
    fitRest: z.string().regex(/^[A-Z0-9]$/),
    intent: ladder,
    intentRest: z.string().regex(/^[A-Z0-9]$/),
  }),
})

export type Score = z.infer<typeof ScoreSchema>
