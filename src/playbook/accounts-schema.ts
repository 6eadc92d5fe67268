import { z } from 'zod'
import { PositiveDurationSchema } from './duration.ts'
import { roles, wordId } from './stages-schema.ts'

const words = z.string().trim().min(1).max(60)

const ChecklistItemSchema = z.strictObject({
  id: wordId,
  name: words,
  /** The gate stays shut until it is ticked. */
  required: z.boolean().default(true),
})

const StepSchema = z.strictObject({
  id: wordId,
  name: words,
  /** What this step is for, in one line. */
  goal: z.string().trim().max(200).default(''),
  /** What must be known or done before the deal goes on to the next step. */
  checklist: z.array(ChecklistItemSchema).max(20).default([]),
})

/** Companies: the roles of their people, how their score adds up, when several of them at once are news, how deals are won. */
export const AccountsSchema = z
  .strictObject({
    /** What somebody is in his company's decision. `titles` suggests it; a person says it. */
    roles: z
      .array(
        z.strictObject({
          id: wordId,
          name: words,
          titles: z.array(z.string().min(1).max(40)).max(60).default([]),
        }),
      )
      .max(20)
      .default([]),
    /** Beside its best person an account counts how many are active: `each` for everybody after the first, `most` at most. */
    breadth: z
      .strictObject({
        within: PositiveDurationSchema.default('30d'),
        each: z.int().min(0).max(100).default(5),
        most: z.int().min(0).max(100).default(20),
      })
      .prefault({}),
    /** Several people of one company active within days. */
    surge: z
      .strictObject({
        people: z.int().min(2).max(1000).default(3),
        within: PositiveDurationSchema.default('7d'),
        /** Besides the account's owner. */
        tell: z.array(z.enum(roles)).max(6).default(['mdr']),
        /** Whether the best of them who waits for nobody yet goes to review. */
        nominate: z.boolean().default(true),
      })
      .prefault({}),
    opportunity: z
      .strictObject({
        /** The stage of a lead that a deal is made of; left out: leads need none. */
        stage: z.string().max(30).optional(),
        /** The stage a won deal asks for. */
        won: z.string().max(30).optional(),
        /** The list of reasons a deal is lost for; the same as giving a lead back. */
        lost: wordId.optional(),
        /** Nothing happened for this long: its owner is told, and his manager after twice as long. */
        stale: PositiveDurationSchema.default('14d'),
        /** The steps to winning, in order. */
        steps: z.array(StepSchema).max(20).default([]),
      })
      .prefault({}),
  })
  .prefault({})

export type AccountRules = z.infer<typeof AccountsSchema>
