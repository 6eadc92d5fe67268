import { z } from 'zod'
import type { Period } from '../../reports/ask.ts'
import { models } from '../../reports/channels.ts'
import { deeds } from '../../reports/content.ts'
import { breakdowns } from '../../reports/funnel.ts'
import { outcomes, promises } from '../../reports/sla.ts'
import { chores } from '../../reports/today.ts'
import { periodQuery } from '../period.ts'
import { line, pageQuery, time } from './common.schema.ts'

/** Address of the leads behind a number. */
export const link = z.string().meta({ description: '这个数字背后的线索：GET 它' })

/** `-` stands for what is not known. */
export const behind = ({ from, to }: Period, of: Record<string, string | null | undefined>): string => {
  const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() })
  for (const [name, value] of Object.entries(of)) if (value != null) query.set(name, value)
  return `/api/reports/leads?${query}`
}

const interval = z.strictObject({ low: z.number(), high: z.number() }).nullable().meta({ description: '95% 置信区间' })
const rate = z.number().nullable()
const fen = z.int().nullable().meta({ description: '分' })
const asOf = time.meta({ description: '按这一刻的数据；算得久的报表会留一会儿' })
const period = { from: time, to: time, asOf }
const verdict = z.enum(['better', 'worse', 'unclear', 'tooFew']).meta({
  description: 'tooFew：样本太少，说不准；unclear：看不出差别。better、worse 已按同时比较的份数收紧（Bonferroni）',
})

export const ContentReportQuery = z.strictObject({
  ...periodQuery,
  horizon: z.coerce.number().int().min(1).max(180).default(30).meta({ description: '收到之后多少天内往后走了才算' }),
})
export const ContentReportSchema = z
  .strictObject({
    ...period,
    horizon: z.int(),
    items: z.array(
      z.strictObject({
        contentId: z.string(),
        title: z.string(),
        stages: z.array(z.string()),
        sent: z.int(),
        opened: z.int(),
        read: z.int(),
        forwarded: z.int(),
        pending: z.int().meta({ description: '刚收到，还没到能下结论的时候' }),
        lift: z.strictObject({
          matched: z.int().meta({ description: '收到它、并且找得到对照的线索' }),
          unmatched: z.int(),
          controls: z
            .int()
            .meta({ description: '同阶段、同契合档、同活跃档、同来源、同一周，没有收到它的线索（人·周）' }),
          rate,
          controlRate: rate,
          lift: rate,
          interval,
          verdict,
        }),
        leads: z.strictObject({ sent: link, opened: link, read: link, forwarded: link }),
      }),
    ),
  })
  .meta({ id: 'ContentReport' })

/** One way of a split beside the first. */
export const ArmSchema = z.strictObject({
  arm: z.int(),
  name: z.string(),
  entered: z.int(),
  ended: z.int(),
  goal: z.int(),
  rate,
  interval,
  difference: rate.meta({ description: '比第一支高多少' }),
  differenceInterval: interval,
  verdict: z.enum(['first', ...verdict.options]),
})

export const JourneyReportSchema = z
  .strictObject({
    ...period,
    items: z.array(
      z.strictObject({
        journey: z.string(),
        name: z.string(),
        entered: z.int(),
        running: z.int(),
        ended: z.int(),
        goal: z.int(),
        rate: rate.meta({ description: '走完的人里有多少达到目标' }),
        interval,
        states: z.record(z.string(), z.int()),
        splits: z.array(
          z.strictObject({
            step: z.string(),
            version: z.int(),
            arms: z.array(ArmSchema.extend({ leads: link })),
          }),
        ),
        leads: z.strictObject({ entered: link, goal: link }),
      }),
    ),
  })
  .meta({ id: 'JourneyReport' })

export const ChannelReportQuery = z.strictObject({
  ...periodQuery,
  model: z.enum(models).default('first').meta({ description: '功劳记给：首次触点、末次触点，或每个触点平分' }),
  by: z.enum(['channel', 'campaign']).default('channel'),
})
export const ChannelReportSchema = z
  .strictObject({
    ...period,
    model: z.enum(models),
    items: z.array(
      z.strictObject({
        channel: z.string().nullable(),
        campaign: z.string().nullable(),
        leads: z.number(),
        reached: z.array(
          z.strictObject({
            ...{ stage: z.string(), name: z.string(), leads: z.number(), rate, interval },
            link,
          }),
        ),
        customers: z.number().meta({ description: '这段时间里成交的，不论何时来的' }),
        cost: fen,
        costPerLead: fen,
        cac: fen,
        links: z.strictObject({ leads: link, customers: link }),
      }),
    ),
  })
  .meta({ id: 'ChannelReport' })

export const StageReportSchema = z
  .strictObject({
    ...period,
    stages: z.array(
      z.strictObject({
        stage: z.string(),
        name: z.string(),
        half: z.enum(['left', 'knot', 'right']),
        closed: z.boolean(),
        now: z.int(),
        left: z.int(),
        medianDays: z.number().nullable(),
        slowDays: z.number().nullable().meta({ description: '十个里有九个不超过这么久' }),
        leads: link,
      }),
    ),
    reasons: z.array(
      z.strictObject({
        kind: z.enum(['lost', 'returned', 'kept']),
        fromStage: z.string(),
        reason: z.string(),
        name: z.string(),
        count: z.int(),
        leads: link,
      }),
    ),
  })
  .meta({ id: 'StageReport' })

export const FlowReportSchema = z
  .strictObject({
    ...period,
    items: z.array(
      z.strictObject({
        from: z.string().nullable(),
        to: z.string(),
        moves: z.int(),
        count: z.int().meta({ description: '线索数；同一条线索走两次算一条' }),
        kind: z.enum(['begun', 'onward', 'back', 'closed', 'reopened']),
        leads: link,
      }),
    ),
  })
  .meta({ id: 'FlowReport' })

export const CohortQuery = z.strictObject({
  ...periodQuery,
  by: z.enum(['week', 'month']).default('month'),
  stage: z.string().max(64).optional().meta({ description: '按年龄看多少到了这个阶段；默认成交' }),
})
export const CohortReportSchema = z
  .strictObject({
    ...period,
    by: z.enum(['week', 'month']),
    stage: z.string(),
    way: z.array(z.string()),
    items: z.array(
      z.strictObject({
        key: z.string(),
        leads: z.int(),
        link,
        reached: z.array(z.int()).meta({ description: '按 way 的次序：走到这里或更远的' }),
        byAge: z.array(z.int()).meta({ description: '第几周（月，按 30 天）末，累计到了 stage 的' }),
      }),
    ),
  })
  .meta({ id: 'CohortReport' })

export const SlaReportSchema = z
  .strictObject({
    ...period,
    items: z.array(
      z.strictObject({
        promise: z.enum(promises).meta({ description: 'review 审核 · accept 接单 · contact 首次联系' }),
        who: z.string().nullable().meta({ description: '谁该做的；null 是合计' }),
        met: z.int(),
        late: z.int(),
        running: z.int().meta({ description: '还没到时限' }),
        rate: rate.meta({ description: '按时的比例' }),
        medianMinutes: z.number().nullable(),
        leads: z.strictObject({ met: link, late: link, running: link }),
      }),
    ),
  })
  .meta({ id: 'SlaReport' })

export const TodaySchema = z
  .strictObject({ items: z.array(z.strictObject({ chore: z.enum(chores), count: z.int() })) })
  .meta({ id: 'Today' })

const id = z.string().max(128)
/** Which number. `-` is what is not known. */
export const BehindQuery = z.strictObject({
  ...periodQuery,
  what: z.enum(['stage', 'now', 'flow', 'reason', 'sla', 'cohort', 'content', 'journey', 'channel']),
  stage: id.optional(),
  by: z.enum(breakdowns).optional(),
  promise: z.enum(promises).optional(),
  outcome: z.enum(outcomes).optional(),
  who: id.optional(),
  key: line(200).optional(),
  converted: z.enum(['true', 'false']).optional(),
  start: id.optional(),
  kind: z.enum(['lost', 'returned', 'kept']).optional(),
  reason: id.optional(),
  content: id.optional(),
  did: z.enum(deeds).optional(),
  journey: id.optional(),
  state: id.optional(),
  step: id.optional(),
  arm: z.coerce.number().int().min(0).max(99).optional(),
  channel: line(200).optional(),
  campaign: line(200).optional(),
  model: z.enum(models).default('first'),
  won: z.enum(['true', 'false']).optional(),
  ...pageQuery,
})
