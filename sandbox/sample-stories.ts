import { pick, type Random, weighted } from './random.ts'
import { pieces } from './sample-words.ts'

export interface SampleStep {
  at: Date
  daysAgo: number
  /** Edge id of the default playbook. */
  edge: string
  stage: string
  desk: string
  /** A userid, or `system`. */
  by: string
  /** Reason id of the default playbook. */
  reason: string | null
  note: string | null
}

export interface SampleBehaviour {
  at: Date
  daysAgo: number
  /** Event type of the default playbook's score. */
  type: string
  /** What it was about, in words. */
  about: string | null
}

/** How a lead's year went, and how many such there are. */
export const storyKinds = [
  ['fresh', 60],
  ['put-back', 42],
  ['recycled', 18],
  ['recycled-twice', 6],
  ['reactivated', 4],
  ['review', 30],
  ['mql', 24],
  ['sql', 24],
  ['opportunity', 16],
  ['customer', 6],
  ['onboarding', 9],
  ['growth', 14],
  ['renewal', 7],
  ['at-risk', 5],
  ['churned', 7],
  ['disqualified', 34],
] as const
export type StoryKind = (typeof storyKinds)[number][0]

type Channel = 'live_code' | 'form' | 'event' | 'content' | 'referral' | 'import'

export interface Story {
  channel: Channel
  createdAt: Date
  acceptedAt: Date | null
  wonAt: Date | null
  owner: string | null
  history: SampleStep[]
  behaviours: SampleBehaviour[]
}

const day = 86_400_000
const mild = ['price_view', 'content_forward', 'kf_message'] as const
const mqlReasons = ['hand-raise', 'clear-need', 'budget-timing', 'right-person', 'good-fit', 'referral'] as const
const notYetReasons = ['no-budget', 'no-need', 'wrong-time', 'just-looking', 'not-decider', 'unreachable'] as const
const returnReasons = [
  'no-budget',
  'no-need',
  'lost-to-competitor',
  'unreachable',
  'project-paused',
  'not-decider',
] as const
const disqualifiedReasons = ['not-target', 'competitor', 'student', 'vendor', 'fake'] as const
const notes: Record<string, readonly string[]> = {
  'no-budget': ['今年预算已经用完，明年一季度再看', '老板说先不投'],
  'no-need': ['现有系统刚上线半年', '目前手工排产还够用'],
  'wrong-time': ['年后再联系', '新厂房搬完再说'],
  'just-looking': ['只是下载资料看看'],
  'not-decider': ['要先和厂长汇报'],
  unreachable: ['电话三次无人接听'],
  'lost-to-competitor': ['选了本地一家集成商'],
  'project-paused': ['集团统一选型，项目暂停'],
  'clear-need': ['想先做车间数据采集', '交期经常拖，想看排产'],
  'budget-timing': ['明年春节前要定，预算 30 万左右'],
  'hand-raise': ['主动要求看演示'],
  referral: ['由老客户介绍，信任度高'],
}

/** One lead's path, walked forward in time along the default playbook's edges. */
export function story(
  random: Random,
  now: Date,
  kind: StoryKind,
  index: number,
  who: { mdr: string; rep: string },
): Story {
  const walk = walker(random, now)
  const between = (low: number, high: number) => low + random() * (high - low)
  const wonAgo = {
    customer: between(1, 9),
    onboarding: between(12, 85),
    growth: between(95, 260),
    renewal: between(275, 330),
    'at-risk': between(120, 300),
    churned: between(220, 330),
    reactivated: between(240, 300),
  }
  const won = kind in wonAgo ? wonAgo[kind as keyof typeof wonAgo] : undefined
  const ages: Partial<Record<StoryKind, number>> = {
    fresh: between(4, 340),
    'put-back': between(25, 330),
    recycled: between(120, 340),
    'recycled-twice': between(260, 350),
    review: index < 12 ? between(0.15, 1.2) : between(8, 200),
    mql: between(2, 40),
    sql: between(14, 90),
    opportunity: between(35, 160),
    disqualified: between(5, 330),
  }
  const age = won === undefined ? (ages[kind] ?? 100) : Math.min(won + between(18, 34), 363)
  const silent = kind === 'fresh'
  const channel: Channel = silent
    ? weighted(random, [
        ['content', 40],
        ['import', 40],
        ['referral', 8],
        ['form', 12],
      ] as const)
    : weighted(random, [
        ['live_code', 40],
        ['form', 24],
        ['event', 22],
        ['referral', 8],
        ['content', 6],
      ] as const)

  walk.to(age, 'intake', 'MAL', 'nurture', 'system')
  if (silent) return done(null)

  walk.act(['content_open', 'content_read', pick(random, kind === 'review' ? mild : [...mild, 'demo_request'])])
  if (kind === 'review') {
    // Twelve came in today, the others grew warm again. Eight raised their hands minutes ago; three have waited too long.
    const raised = index % 4 === 0
    const ago = raised ? between(0.003, 0.009) : index % 10 === 9 ? between(0.3, 0.9) : between(0.01, 0.12)
    walk.act(raised ? ['demo_request'] : ['content_read', 'price_view'], ago + 0.004)
    walk.to(ago, 'nominate', 'MAL', 'review', 'system')
    return done(null)
  }
  walk.step(0.02, 0.2, 'nominate', 'MAL', 'review', 'system')
  if (kind === 'put-back') {
    walk.step(0.1, 0.9, 'verdict-nurture', 'MAL', 'nurture', who.mdr, pick(random, notYetReasons))
    walk.act(['content_open', 'content_read'])
    return done(null)
  }
  if (kind === 'disqualified') {
    walk.step(0.1, 0.9, 'verdict-disqualified', 'DISQUALIFIED', 'closed', who.mdr, pick(random, disqualifiedReasons))
    return done(null)
  }
  const toSales = () => walk.step(0.05, 0.5, 'verdict-mql', 'MQL', 'sales', who.mdr, pick(random, mqlReasons))
  const backAgain = () => {
    walk.step(4, 20, 'to-sql', 'SQL', 'sales', who.rep)
    walk.step(10, 30, 'return', 'MAL', 'nurture', who.rep, pick(random, returnReasons))
    walk.act(['content_open', 'content_read', 'price_view'])
  }
  toSales()
  if (kind === 'mql') return done(index % 5 === 4 ? null : who.rep)
  if (kind === 'recycled' || kind === 'recycled-twice') {
    backAgain()
    if (kind === 'recycled-twice') {
      walk.step(35, 60, 'nominate', 'MAL', 'review', 'system')
      toSales()
      backAgain()
    }
    return done(null)
  }
  walk.act(['reply', 'content_read'])
  walk.within(won, 'to-sql', 'SQL', 'sales', who.rep, [1, 9])
  if (kind === 'sql') return done(who.rep)
  walk.act(['price_view', 'quote_request', 'content_forward'])
  walk.within(won, 'to-opportunity', 'OPPORTUNITY', 'sales', who.rep, [3, 18])
  if (kind === 'opportunity') return done(who.rep)
  walk.act(['trial_start', 'reply'])
  walk.to(won ?? 30, 'to-customer', 'CUSTOMER', 'success', who.rep)
  if (kind === 'customer') return done(who.rep)
  walk.step(0.5, 2.5, 'to-onboarding', 'ONBOARDING', 'success', 'ZhouTao')
  walk.act(['feature_used', 'feature_used'])
  if (kind === 'onboarding') return done(who.rep)
  const late = won ?? 100
  if (late > 95) walk.to(late - 91, 'to-growth', 'GROWTH', 'success', 'system')
  walk.act(['feature_used', 'content_read', 'feature_used'])
  if (kind === 'growth') return done(who.rep)
  if (kind === 'renewal') walk.to(Math.max(late - 272, 1), 'to-renewal', 'RENEWAL', 'success', 'system')
  else {
    walk.act(['negative_feedback'])
    if (kind === 'at-risk') walk.to(Math.min(late - 95, between(3, 40)), 'to-at-risk', 'AT_RISK', 'success', 'system')
    else walk.step(20, 60, 'to-at-risk', 'AT_RISK', 'success', 'system')
    if (kind === 'churned' || kind === 'reactivated') walk.step(10, 25, 'to-churned', 'CHURNED', 'closed', 'ZhouTao')
  }
  if (kind === 'reactivated') walk.to(between(2, 20), 'reactivate', 'MAL', 'nurture', 'system')
  return done(['churned', 'reactivated'].includes(kind) ? null : who.rep)

  function done(owner: string | null): Story {
    const waits = kind === 'mql' && owner === null
    const accepted = walk.history.findLast(({ edge }) => edge === 'verdict-mql')
    const won = walk.history.find(({ edge }) => edge === 'to-customer')
    return {
      channel,
      createdAt: walk.history[0]?.at ?? now,
      acceptedAt: waits ? null : (accepted?.at ?? null),
      wonAt: won?.at ?? null,
      owner,
      history: walk.history,
      behaviours: walk.behaviours.sort((a, b) => a.at.getTime() - b.at.getTime()),
    }
  }
}

/** Steps forward in days; never beyond now, never back. */
function walker(random: Random, now: Date) {
  const history: SampleStep[] = []
  const behaviours: SampleBehaviour[] = []
  let ago = 365
  const at = (daysAgo: number) => officeTime(new Date(now.getTime() - daysAgo * day), now)
  function to(
    daysAgo: number,
    edge: string,
    stage: string,
    desk: string,
    by: string,
    reason: string | null = null,
  ): Date {
    ago = Math.max(Math.min(daysAgo, history.length ? ago - 0.003 : 365), 0.002)
    const before = history[history.length - 1]?.at.getTime() ?? 0
    const time = new Date(Math.min(Math.max(at(ago).getTime(), before + 120_000), now.getTime() - 30_000))
    const words = reason ? (notes[reason] ?? []) : []
    history.push({
      at: time,
      daysAgo: round(ago),
      edge,
      stage,
      desk,
      by,
      reason,
      note: words.length ? pick(random, words) : null,
    })
    return time
  }
  return {
    history,
    behaviours,
    to,
    /** Some days later, as far as there is time. */
    step(
      low: number,
      high: number,
      edge: string,
      stage: string,
      desk: string,
      by: string,
      reason: string | null = null,
    ) {
      const days = low + random() * (high - low)
      return to(ago - Math.min(days, ago * 0.8), edge, stage, desk, by, reason)
    },
    /** Like `step`, and before the deal was won. */
    within(
      wonAgo: number | undefined,
      edge: string,
      stage: string,
      desk: string,
      by: string,
      [low, high]: [number, number],
    ) {
      const room = ago - (wonAgo ?? 0)
      const days = Math.min(low + random() * (high - low), room * 0.45)
      return to(ago - days, edge, stage, desk, by)
    },
    /** What the person did since, spread a little. */
    act(types: readonly string[], daysAgo?: number) {
      for (const type of types) {
        const when = daysAgo ?? ago - Math.min(random() * 6, ago * 0.6)
        const earliest = (history[0]?.at.getTime() ?? 0) + 30_000
        const then = Math.max(at(when).getTime() + random() * 3_000_000, earliest)
        const time = new Date(Math.min(then, now.getTime() - 20_000))
        const reads = type.startsWith('content') ? pick(random, pieces) : null
        behaviours.push({ at: time, daysAgo: round(when), type, about: reads })
      }
    },
  }
}

const round = (days: number) => Math.round(days * 100) / 100

/** Older moments fall between 9 and 18 o'clock in China; the last two days are left as they are. */
function officeTime(time: Date, now: Date): Date {
  if (now.getTime() - time.getTime() < 2 * day) return time
  const shift = 8 * 3600_000
  const local = time.getTime() + shift
  const midnight = Math.floor(local / day) * day
  const share = (local - midnight) / day
  return new Date(midnight + 9 * 3600_000 + share * 9 * 3600_000 - shift)
}
