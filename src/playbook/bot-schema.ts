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
  /** How near a question must be to one of the library's, 0 … 1. */
  answers: z
    .strictObject({
      /** From here on it is answered … */
      sure: z.number().min(0.3).max(1).default(0.7),
      /** … unless another is less than this behind. */
      apart: z.number().min(0).max(1).default(0.08),
      /** From here on it is offered as what may be meant. */
      near: z.number().min(0.2).max(1).default(0.38),
      /** Offered at most. */
      most: z.int().min(1).max(9).default(4),
    })
    .refine(({ sure, near }) => near <= sure, { error: 'near 不能大于 sure', path: ['near'] })
    .prefault({}),
  /** A person was promised. */
  human: z
    .strictObject({
      /** Working time until he answers … */
      within: PositiveDurationSchema.default('15m'),
      /** … and where nobody works now, from when somebody does. */
      afterOpening: PositiveDurationSchema.default('30m'),
      /** This long before, he is reminded; late, whoever leads him hears. */
      warn: DurationSchema.default('5m'),
    })
    .prefault({}),
  /** Times a customer can choose from. */
  meeting: z
    .strictObject({
      length: PositiveDurationSchema.default('1h'),
      /** Not sooner than this from now. */
      ahead: DurationSchema.default('2h'),
      /** Of the next working days. */
      days: z.int().min(1).max(20).default(5),
      /** Offered at once. */
      offer: z.int().min(2).max(7).default(4),
      /** Both are reminded this long before. */
      remind: PositiveDurationSchema.default('1h'),
    })
    .prefault({}),
  /** A language model may help where the library is not sure; it needs MODEL_URL too. */
  model: z
    .strictObject({
      /** `draft`: words for whoever answers. `reply`: it may also choose one of the library's answers to be given as it stands. */
      mode: z.enum(['off', 'draft', 'reply']).default('off'),
      /** Longer it is not waited for. */
      within: PositiveDurationSchema.default('8s'),
      /** Calls a day. */
      perDay: z.int().min(0).max(1_000_000).default(500),
      /** What a customer may be up to, for a summary to choose from. */
      intents: z
        .array(z.string().trim().min(1).max(20))
        .max(30)
        .default(['要报价', '要演示', '要试用', '在比较几家', '先了解', '售后问题']),
    })
    .prefault({}),
})
