import { z } from 'zod'
import { DurationSchema, PositiveDurationSchema } from './duration.ts'

/** How the bot holds a conversation. */
export const BotSchema = z.strictObject({
  /** What a customer writes within this long is one thing said; 0: each line by itself. */
  quiet: DurationSchema.default('1s'),
  /** Nobody who goes on writing waits longer than this for an answer. */
  longest: PositiveDurationSchema.default('6s'),
  /** After this many answers to one person within `per` a person is called instead: two bots would talk for ever. */
  mostAnswers: z.int().min(1).max(100).default(8),
  per: PositiveDurationSchema.default('10m'),
})
