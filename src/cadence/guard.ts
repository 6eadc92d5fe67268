import type { Calendar } from '../playbook/hours.ts'
import { type Caps, capFault, type Occupied } from './caps.ts'
import { type Crossed, redLineWord } from './red-line.ts'

export interface GuardFacts {
  purpose: 'welcome' | 'answer' | 'marketing' | 'handover' | 'notice'
  /** A person's own send: quiet hours and caps do not hold it. */
  personal: boolean
  /** One of us sends it by his own hand, now: quiet hours do not hold him, caps do. */
  byHand?: boolean | undefined
  /** When it would leave. */
  at: Date
  marketing: 'default' | 'granted' | 'denied'
  consentDefault: 'granted' | 'ask'
  /** The person asked for a rest until then. */
  pausedUntil?: Date | null | undefined
  reachable: boolean
  /** Chinese. */
  notReachableWhy?: string | undefined
  /** The same piece is on its way to this person, or was. */
  seenBefore: boolean
  text: string
  redLine: readonly string[]
  /** Red-line rules that speak about this message. */
  crossed?: readonly Crossed[] | undefined
  /** Rules a manager has said yes to. */
  approved?: readonly string[] | undefined
  /** On the clock of the person it goes to. */
  calendar: Pick<Calendar, 'isQuiet' | 'quietEnds' | 'isNoticeQuiet' | 'noticeQuietEnds'>
  /** A notice about somebody who asked for us. */
  urgent?: boolean | undefined
  /** Marketing that reached, or still may reach, the person and everybody of his company; planned times included. */
  sentToPerson: readonly (Occupied & { channel?: string })[]
  sentToAccount: readonly Occupied[]
  caps: { person: Caps; account: Caps; channels?: Readonly<Record<string, Caps>> }
  /** The channel it would go by. */
  channel?: string | undefined
  priority: number
  /** Others that want a slot; those nearer than `slotMs` want this one. */
  competing?: readonly { priority: number; at: Date }[] | undefined
  slotMs?: number | undefined
}

export type RefusalId =
  | 'opted_out'
  | 'not_reachable'
  | 'seen_before'
  | 'red_line'
  | 'quiet_hours'
  | 'cap'
  | 'lower_priority'

export type Judgement =
  /** `ask`: rules a manager must say yes to first. `warnings`: rules it touches and may pass. */
  | { allowed: true; ask: readonly Crossed[]; warnings: readonly Crossed[] }
  | {
      allowed: false
      /** `message` is Chinese. */
      reason: { id: RefusalId; message: string }
      /** The first moment worth asking again; null: waiting does not help, or nobody can say. */
      until: Date | null
    }

/**
 * May these words leave? The first reason against it, in the order of the contract. Consent, repetition, quiet hours and caps
 * are for marketing; an answer, a welcome or a hand-over is what the customer is waiting for.
 */
export function judge(facts: GuardFacts): Judgement {
  const { purpose, at } = facts
  const isMarketing = purpose === 'marketing'
  if (isMarketing && facts.marketing === 'denied') return refuse('opted_out', '客户已退订营销消息')
  if (isMarketing && facts.marketing === 'default' && facts.consentDefault === 'ask')
    return refuse('opted_out', '客户还没有同意接收营销消息')
  if (isMarketing && facts.pausedUntil && at < facts.pausedUntil)
    return refuse('opted_out', '客户请我们先歇一歇', facts.pausedUntil)
  if (!facts.reachable) return refuse('not_reachable', facts.notReachableWhy || '现在没有通道能联系到他')
  if (isMarketing && facts.seenBefore) return refuse('seen_before', '这份内容已经给他发过')
  const word = purpose === 'notice' ? undefined : redLineWord(facts.text, facts.redLine)
  if (word !== undefined) return refuse('red_line', `含有不能发给客户的词「${word}」`)
  const { crossed = [], approved = [] } = facts
  const blocked = crossed.find(({ effect }) => effect === 'block')
  if (blocked) return refuse('red_line', `客户高压线：${blocked.name}`)
  return (
    heldByTime(facts, at) ??
    outranked(facts, at) ?? {
      allowed: true,
      ask: crossed.filter(({ id, effect }) => effect === 'ask' && !approved.includes(id)),
      warnings: crossed.filter(({ effect }) => effect === 'warn'),
    }
  )
}

function heldByTime(facts: GuardFacts, at: Date): Judgement | null {
  const { purpose, calendar, urgent } = facts
  if (purpose === 'notice')
    return calendar.isNoticeQuiet(at, urgent)
      ? refuse('quiet_hours', '同事的免打扰时间', calendar.noticeQuietEnds(at, urgent))
      : null
  if (purpose !== 'marketing' || facts.personal) return null
  if (!facts.byHand && calendar.isQuiet(at))
    return refuse('quiet_hours', '客户的免打扰时间', freeFrom(facts, calendar.quietEnds(at)))
  const broken = capAt(facts, at)
  return broken ? refuse('cap', broken.words, freeFrom(facts, broken.until)) : null
}

function capAt(
  { sentToPerson, sentToAccount, caps, channel = '' }: GuardFacts,
  at: Date,
): { words: string; until: Date | null } | null {
  const person = capFault(at, sentToPerson, caps.person)
  if (person) return { words: `发给他的营销消息已到上限：${person.words}`, until: person.until }
  const byChannel = sentToPerson.filter((sent) => sent.channel === channel)
  const own = capFault(at, byChannel, caps.channels?.[channel] ?? {})
  if (own) return { words: `这条通道发给他的营销消息已到上限：${own.words}`, until: own.until }
  const account = capFault(at, sentToAccount, caps.account)
  return account && { words: `发给他公司的营销消息已到上限：${account.words}`, until: account.until }
}

/** From `from` on, the first moment that is neither quiet nor over a cap, and that nobody more urgent wants. */
function freeFrom(facts: GuardFacts, from: Date | null): Date | null {
  let at = from
  for (let step = 0; at !== null && step < mostSteps; step++) {
    const awake = facts.calendar.quietEnds(at)
    if (awake === null) return null
    const broken = capAt(facts, awake)
    const rival = slotTaken(facts, awake)
    if (!broken && !rival) return awake
    at = broken ? broken.until : rival
  }
  return null
}

const mostSteps = 50
const day = 86_400_000

function outranked(facts: GuardFacts, at: Date): Judgement | null {
  if (facts.purpose === 'notice' || facts.personal) return null
  const until = slotTaken(facts, at)
  if (until === null) return null
  return refuse(
    'lower_priority',
    '同一时段有更要紧的消息要发给他',
    facts.purpose === 'marketing' ? freeFrom(facts, until) : until,
  )
}

/** When the slot around `at` is free of what goes before us; null: it is ours. */
function slotTaken({ priority, competing = [], slotMs = day }: GuardFacts, at: Date): Date | null {
  const ends = competing
    .filter((other) => other.priority > priority && Math.abs(other.at.getTime() - at.getTime()) < slotMs)
    .map((other) => other.at.getTime() + slotMs)
  return ends.length === 0 ? null : new Date(Math.max(...ends))
}

const refuse = (id: RefusalId, message: string, until: Date | null = null): Judgement => ({
  allowed: false,
  reason: { id, message },
  until,
})
