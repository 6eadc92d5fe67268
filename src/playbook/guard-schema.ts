import { z } from 'zod'
import { ConditionSchema } from './condition.ts'
import { DurationSchema, PositiveDurationSchema } from './duration.ts'
import { wordId } from './stages-schema.ts'

const cap = z.int().min(0).max(100_000).optional()
export const channelId = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, { error: '通道 id 用小写字母、数字和 -' })
const words = z.array(z.string().trim().min(1).max(40))

/** Most messages in any 24 hours, 7 days and 30 days; left out: no limit. */
const WindowsSchema = z.strictObject({ day: cap, week: cap, month: cap })

/** Marketing that one person, and all people of one company, may get. */
export const CapsSchema = z
  .strictObject({
    person: WindowsSchema.prefault({}),
    account: WindowsSchema.prefault({}),
    /** One person by one channel, besides the total. */
    channels: z.record(channelId, WindowsSchema).default({}),
    /** Two messages this close want the same slot: the one with the higher priority goes, the other yields. */
    slot: DurationSchema.default('24h'),
  })
  .prefault({})

export const GroupSendSchema = z
  .strictObject({
    /** How long messages of one sender and one content gather into one task; 0: each goes at once. */
    window: DurationSchema.default('10m'),
    /** A task nobody confirmed is cancelled after this. */
    expires: PositiveDurationSchema.default('3d'),
    remindAfter: PositiveDurationSchema.default('4h'),
    /** WeCom allows three reminders a task in 24 hours. */
    maxReminders: z.int().min(0).max(3).default(3),
    /** When the member's manager hears that nobody confirms. */
    escalateAfter: PositiveDurationSchema.default('1d'),
  })
  .prefault({})

/** What a member sends himself, in the chat, with one tap. */
export const OneTapSchema = z
  .strictObject({
    /** New to-dos of this long are told in one notice. */
    gather: DurationSchema.default('10m'),
    /** What still waits is listed once a working day from this moment on. */
    morning: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: '请写 "09:00" 这样的时刻' })
      .default('09:00'),
    expires: PositiveDurationSchema.default('3d'),
    escalateAfter: PositiveDurationSchema.default('1d'),
  })
  .prefault({})

/** A red line that is more than a word: who it protects, from what, and what follows (客户高压线). */
export const RedLineRuleSchema = z.strictObject({
  id: wordId,
  /** What people read: 签约三天内不发促销. */
  name: z.string().trim().min(1).max(60),
  /** Whom it is about. */
  when: ConditionSchema.default({ all: [] }),
  /** Only this long after the lead came to its stage. */
  sinceStage: PositiveDurationSchema.optional(),
  purposes: z
    .array(z.enum(['welcome', 'answer', 'marketing', 'handover']))
    .min(1)
    .default(['marketing']),
  /** Only where the words hold one of these; neither width, case nor spaces hide it. */
  words: words.max(500).optional(),
  /** `block` refuses, `ask` waits for a manager's yes, `warn` lets it go and says so. */
  effect: z.enum(['block', 'ask', 'warn']),
})

export type RedLineRule = z.infer<typeof RedLineRuleSchema>

/** How long a manager has to answer what a red line asks him. */
export const ApprovalSchema = z.strictObject({ expires: PositiveDurationSchema.default('2d') }).prefault({})

/** Whose clock is another than the house's: a region's name holds one of `regions`. First match wins. */
export const TimeZonesSchema = z
  .array(
    z.strictObject({
      regions: words.min(1).max(200),
      zone: z.string().refine(isTimeZone, { error: '不是时区名，请写 Asia/Urumqi 这样的 IANA 名称' }),
    }),
  )
  .max(100)
  .default([])

/** Whether the runtime knows this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
