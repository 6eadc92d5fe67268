import type { z } from 'zod'
import type { BriefSchema, WordsSchema } from '../../../src/http/api/console.schema.ts'
import type { JobReportSchema, JobSchema } from '../../../src/http/api/jobs.schema.ts'
import type {
  LeadSchema,
  MessageSchema,
  ScoreLinesSchema,
  SuggestionSchema,
  TimelineItemSchema,
} from '../../../src/http/api/leads.schema.ts'
import type { QueueItemSchema } from '../../../src/http/api/review.schema.ts'
import type {
  ChoicesSchema,
  EstimateSchema,
  SegmentCondition,
  SegmentListSchema,
  SegmentSchema,
} from '../../../src/http/api/segments.schema.ts'

// What the API answers, from its own schemas; nothing of them reaches the browser but the types.
export type Lead = z.infer<typeof LeadSchema>
export type QueueItem = z.infer<typeof QueueItemSchema>
export type Brief = z.infer<typeof BriefSchema>
export type Words = z.infer<typeof WordsSchema>
export type Message = z.infer<typeof MessageSchema>
export type TimelineItem = z.infer<typeof TimelineItemSchema>
export type ScoreLines = z.infer<typeof ScoreLinesSchema>
export type Suggestion = z.infer<typeof SuggestionSchema>
export type Job = z.infer<typeof JobSchema>
export type JobReport = z.infer<typeof JobReportSchema>

export type Condition = SegmentCondition
export type Segment = Omit<z.infer<typeof SegmentSchema>, 'condition'> & { condition: Condition | null }
export type SegmentList = Omit<z.infer<typeof SegmentListSchema>, 'items'> & { items: Segment[] }
export type SegmentFields = z.infer<typeof ChoicesSchema>
export type SegmentEstimate = Omit<z.infer<typeof EstimateSchema>, 'leads'> & { leads: Lead[] }

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

export interface Me {
  userid: string | null
  roles: string[]
  reach: 'all' | 'team' | 'own'
  team: string | null
}

/** What the door offers: people to choose from (sandbox, or the first admin's link), and the way through WeCom. */
export interface SignInWays {
  people: { userid: string; name: string; roles: string[] }[]
  firstAdmin: boolean
  wecom: string
}

export interface InboxItem {
  id: number
  path: string
  lane: string
  subject: string
  state: 'received' | 'working' | 'done' | 'failed' | 'ignored'
  attempts: number
  reason: string | null
  receivedAt: string
  doneAt: string | null
}
