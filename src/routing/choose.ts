import { type ConditionFacts, questionOf } from '../playbook/condition.ts'
import type { Routing } from '../playbook/routing-schema.ts'
import { type Candidate, whyNot, whyOutside } from './eligible.ts'

export type { Candidate } from './eligible.ts'

export interface ChoiceFacts {
  /** Fields that rules may ask about; what is not here is missing. */
  lead: { industry?: string | null; region?: string | null; [field: string]: unknown }
  tags: readonly { group: string; name: string }[]
  eventCount?: ConditionFacts['eventCount']
  candidates: readonly Candidate[]
  routing: Routing
  at: Date
  /** Who was offered this lead already. */
  tried: readonly string[]
  /** Breaks the last ties, differently for each lead and always the same for one. */
  seed: string
}

export interface Why {
  userid: string
  fits: boolean
  /** Chinese. */
  note: string
}

type Rule = Routing['rules'][number]

/** `why` is put together when it is read: before the facts change. */
export type Choice =
  | { userid: string; rule: string; why: Why[]; credits: { userid: string; credit: number }[] }
  | { userid: null; rule: string; why: Why[] }

/** How a record of a choice says that it was none: he knows the customer already. */
export const friendNote = '已是客户的微信好友'

const offShiftNote = '现在不在班上'

/** Whom to offer a lead next; when as many as the rules let be asked would not have it, nobody. */
export function nextRep(facts: ChoiceFacts, maxOffers: number): Choice {
  const times = facts.tried.length
  if (times < maxOffers) return chooseRep(facts)
  return { userid: null, rule: 'max-offers', why: [{ userid: '', fits: false, note: `已派 ${times} 次都没有人接` }] }
}

/**
 * Whom to offer a lead: the first rule whose condition holds and in whose pool somebody may receive. A WeCom friend of the
 * customer comes first, by the first rule he fits; he does not count against the rotation, being no choice of ours.
 *
 * The rotation is smooth and weighted: everybody who may receive gains his weight in credit, the one with most pays all of
 * theirs. His credit stays above −Σw, so that with a stable pool nobody has more than his weight after Σw picks, hence
 * everybody exactly that. Ties go to who waited longest, then by a hash of the seed. `credits` must be kept by the caller.
 */
export function chooseRep(facts: ChoiceFacts): Choice {
  const { candidates, routing, lead } = facts
  const rules = rulesFor(facts)
  const free = candidates.filter((person) => whyNot(person, facts) === null)
  const outside = (person: Candidate, { pool }: Rule) => whyOutside(person, pool, lead, routing.areas)
  const fitting = (rule: Rule): Candidate[] => free.filter((person) => outside(person, rule) === null)
  const reasons = (rule: Rule, fit?: readonly Candidate[]): Why[] =>
    candidates.map((person): Why => {
      const note =
        whyNot(person, facts) ?? outside(person, rule) ?? (fit && !fit.includes(person) ? offShiftNote : null)
      return { userid: person.userid, fits: note === null, note: note ?? '可以接' }
    })
  const waiting = byWaiting(facts.seed)

  if (routing.friendFirst && candidates.some(({ friend }) => friend)) {
    for (const rule of rules) {
      const friend = first(
        fitting(rule).filter((person) => person.friend),
        waiting,
      )
      if (friend) return chosen(friend, rule.id, () => reasons(rule), friendNote, [])
    }
  }
  for (const rule of rules) {
    const fit = atWork(fitting(rule))
    const total = fit.reduce((sum, { weight }) => sum + weight, 0)
    const gained = fit.map((person) => ({ person, credit: person.credit + person.weight }))
    const next = first(gained, (a, b) => b.credit - a.credit || waiting(a.person, b.person))
    if (!next) continue
    const credits = gained.map(({ person: { userid }, credit }) => ({
      userid,
      credit: userid === next.person.userid ? credit - total : credit,
    }))
    const note = fit.length > 1 ? `轮到他（权重 ${next.person.weight}/${total}）` : '唯一可接的人'
    return chosen(next.person, rule.id, () => reasons(rule, fit), note, credits)
  }
  const last = rules.at(-1)
  if (!last) return { userid: null, rule: 'none', why: [{ userid: '', fits: false, note: '没有适用的派单规则' }] }
  return {
    userid: null,
    rule: last.id,
    get why() {
      const why = reasons(last)
      return why.length > 0 ? why : [{ userid: '', fits: false, note: '没有可派的成员' }]
    },
  }
}

/** Who comes first of an unsorted number. */
function first<One>(of: readonly One[], before: (a: One, b: One) => number): One | undefined {
  return of.reduce<One | undefined>(
    (best, one) => (best === undefined || before(one, best) < 0 ? one : best),
    undefined,
  )
}

/** Rules whose condition holds for this lead, in order. */
const rulesFor = (facts: ChoiceFacts): Routing['rules'] =>
  facts.routing.rules.filter((rule) => !rule.when || questionOf(rule.when)(conditionFacts(facts)))

/** Those on shift; everybody while nobody is. */
function atWork(fit: readonly Candidate[]): readonly Candidate[] {
  const onShift = fit.filter((person) => person.onShift)
  return onShift.length > 0 ? onShift : fit
}

/** What routing has against giving this lead to each candidate, by userid; null: nothing, by one rule at least. */
export function objectionsTo(facts: ChoiceFacts): Map<string, string | null> {
  const { candidates, routing, lead } = facts
  const rules = rulesFor(facts)
  return new Map(
    candidates.map((person) => {
      const outside = rules.map((rule) => whyOutside(person, rule.pool, lead, routing.areas))
      const fits = outside.some((note) => note === null)
      const objection = whyNot(person, facts) ?? (fits ? null : (outside[0] ?? '没有适用的派单规则'))
      return [person.userid, objection ?? (person.onShift ? null : offShiftNote)]
    }),
  )
}

function chosen(
  { userid }: Candidate,
  rule: string,
  reasons: () => Why[],
  note: string,
  credits: { userid: string; credit: number }[],
): Choice {
  return {
    userid,
    rule,
    credits,
    get why() {
      return reasons().map((line) => (line.userid === userid ? { ...line, note } : line))
    },
  }
}

/** Who waited longest, then a coin that falls the same way every time. */
function byWaiting(seed: string): (a: Candidate, b: Candidate) => number {
  return (a, b) =>
    (a.lastOfferedAt?.getTime() ?? Number.NEGATIVE_INFINITY) -
      (b.lastOfferedAt?.getTime() ?? Number.NEGATIVE_INFINITY) ||
    hash(`${seed}\0${a.userid}`) - hash(`${seed}\0${b.userid}`) ||
    (a.userid < b.userid ? -1 : 1)
}

/** A number of 32 bits that is always the same for a text. FNV-1a, stirred at the end so that names alike in all but one letter fall apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

const conditionFacts = ({ lead, tags, eventCount = () => 0 }: ChoiceFacts): ConditionFacts => ({
  fields: lead,
  tags,
  eventCount,
})
