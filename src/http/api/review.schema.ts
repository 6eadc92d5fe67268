import { z } from 'zod'
import { givenTime, line, paragraph, time } from './common.schema.ts'
import { LeadSchema } from './leads.schema.ts'

export const QueueItemSchema = z
  .strictObject({
    ...LeadSchema.shape,
    queuedAt: time,
    dueAt: time,
    why: z.array(z.strictObject({ rule: z.string(), text: z.string() })),
    playbookVersion: z.int().meta({ description: '进队列时的业务规则版本' }),
    handRaised: z.boolean(),
    claimedBy: z.string().nullable(),
    claimedUntil: time.nullable(),
  })
  .meta({ id: 'QueueItem' })

export const ClaimedSchema = z
  .strictObject({ leadId: z.uuid(), claimedBy: z.string(), claimedUntil: time })
  .meta({ id: 'Claimed' })

const verdict = {
  verdict: z.string().min(1).max(64).meta({ description: '业务规则里的结论：mql、nurture、disqualified' }),
  reason: paragraph(500).min(1).meta({ description: '原因的 id，或自己的话' }),
  note: paragraph(2000).optional(),
  qualification: z
    .record(line(60).min(1), z.union([line(500), z.number(), z.boolean(), z.null()]))
    .refine((fields) => Object.keys(fields).length <= 40, { error: '最多 40 项' })
    .optional(),
  journey: z.string().max(100).optional(),
  remindAt: givenTime.optional(),
  undoSeconds: z.int().min(0).max(600).optional().meta({ description: '这段时间内可以撤销，期间不对外发出任何东西' }),
}

export const VerdictSchema = z.strictObject({ ...verdict, version: z.int().optional() }).meta({ id: 'Verdict' })

export const BulkVerdictSchema = z
  .strictObject({ ...verdict, leadIds: z.array(z.uuid()).min(1).max(200) })
  .meta({ id: 'BulkVerdict' })
