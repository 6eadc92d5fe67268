import { z } from 'zod'
import { AccountsSchema } from './accounts-schema.ts'
import { BotSchema } from './bot-schema.ts'
import { CodesSchema } from './codes-schema.ts'
import { checkPlaybook } from './cross-checks.ts'
import { DurationSchema, PositiveDurationSchema } from './duration.ts'
import {
  ApprovalSchema,
  CapsSchema,
  channelId,
  GroupSendSchema,
  OneTapSchema,
  RedLineRuleSchema,
  TimeZonesSchema,
} from './guard-schema.ts'
import { HoursSchema } from './hours-schema.ts'
import { PagesSchema } from './pages-schema.ts'
import { RoutingSchema } from './routing-schema.ts'
import { ScoreSchema } from './score-schema.ts'
import { DesksSchema, EdgeSchema, ReasonListSchema, StagesSchema, VerdictSchema, wordId } from './stages-schema.ts'

// Faults are read by the marketer who wrote the rule.
z.config(z.locales.zhCN())

const words = z.string().trim().min(1).max(60)
const SlaSchema = z.strictObject({
  handRaise: DurationSchema,
  review: DurationSchema,
  accept: PositiveDurationSchema,
  firstContact: DurationSchema,
  followUp: z.strictObject({
    remind: PositiveDurationSchema,
    manager: PositiveDurationSchema,
    recycle: PositiveDurationSchema,
  }),
  maxOffers: z.int().min(1).max(100),
})

const TagGroupSchema = z.strictObject({
  id: wordId,
  name: z.string().min(1).max(30),
  kind: z.enum(['source', 'title', 'industry', 'stage', 'need', 'custom']),
  exclusive: z.boolean().default(false),
  /** Profile field that a tag of this group fills when it is empty. */
  feeds: z.enum(['industry', 'title', 'region', 'size']).optional(),
  /** Tags that are made in WeCom from the start. */
  tags: z.array(z.string().min(1).max(30)).max(500).default([]),
})

const QualificationSchema = z.strictObject({
  id: wordId,
  label: words,
  /** Parts of 100 this answer is worth. */
  weight: z.int().min(0).max(100),
  options: z
    .array(z.strictObject({ id: wordId, name: words, points: z.int().min(0).max(100) }))
    .min(2)
    .max(12),
})

/** The rules of the house: everything that has a name. Strict at every level; references between parts are checked. */
export const PlaybookSchema = z
  .strictObject({
    company: z.strictObject({ name: words, short: z.string().trim().min(1).max(20) }),
    stageTagGroup: z.string().min(1).max(30),
    stages: StagesSchema,
    desks: DesksSchema,
    edges: z.array(EdgeSchema).min(1).max(300),
    verdicts: z.record(wordId, VerdictSchema),
    reasons: z.record(wordId, ReasonListSchema),
    hours: HoursSchema,
    caps: CapsSchema,
    groupSend: GroupSendSchema,
    oneTap: OneTapSchema,
    timeZones: TimeZonesSchema,
    consent: z.strictObject({ default: z.enum(['granted', 'ask']) }),
    review: z.strictObject({
      /** Kinds or channels of sources that go to review at once. */
      channels: z.array(z.string().min(1).max(60)).max(500).default([]),
      threshold: z.number().min(0),
      /** Fit grades from this one down are not worth a look, when the fit is known. */
      badFit: z.string(),
      lease: PositiveDurationSchema.default('10m'),
      /** How long the console lets a verdict be taken back. */
      undo: DurationSchema.default('10s'),
    }),
    sla: SlaSchema,
    score: ScoreSchema,
    routing: RoutingSchema,
    transfer: z
      .strictObject({ max: z.int().min(0).max(2).default(2), within: PositiveDurationSchema.default('90d') })
      .prefault({}),
    /** Channels by purpose, in the order they are tried. */
    channels: z.strictObject({
      welcome: z.array(channelId),
      answer: z.array(channelId),
      marketing: z.array(channelId),
      handover: z.array(channelId),
      notice: z.array(channelId),
    }),
    codes: CodesSchema.prefault({}),
    /** What customers do on our pages, and what they can ask for there. */
    pages: PagesSchema.prefault({}),
    alerts: z
      .strictObject({
        /** A colleague hears of the same lead's reading at most this often; 0: every time. */
        reading: z.strictObject({ every: DurationSchema.default('30m') }).prefault({}),
      })
      .prefault({}),
    /** Of two messages that want one slot, the higher number goes. */
    priorities: z.strictObject({
      welcome: z.int(),
      answer: z.int(),
      handover: z.int(),
      notice: z.int(),
      marketing: z.int(),
      /** Marketing to many at once yields to what a journey says to one. */
      broadcast: z.int().default(5),
    }),
    /** Companies, their people, and how deals with them are won. */
    accounts: AccountsSchema,
    /** Words that never reach a customer. */
    redLine: z.array(z.string().trim().min(1).max(40)).max(2000).default([]),
    bot: BotSchema.prefault({}),
    redLineRules: z.array(RedLineRuleSchema).max(200).default([]),
    approval: ApprovalSchema,
    qualification: z.array(QualificationSchema).max(20).default([]),
    tagGroups: z.array(TagGroupSchema).max(50).default([]),
  })
  .superRefine(checkPlaybook)

export type Playbook = z.infer<typeof PlaybookSchema>
