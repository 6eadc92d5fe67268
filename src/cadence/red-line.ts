import { milliseconds } from '../clock.ts'
import { type Condition, type ConditionFacts, compile } from '../playbook/condition.ts'
import type { RedLineRule } from '../playbook/guard-schema.ts'

/** What a red-line rule says about one message. */
export interface Crossed {
  id: string
  name: string
  effect: RedLineRule['effect']
}

/** One lead and one message, as rules see them. */
export interface RedLineFacts {
  purpose: string
  text: string
  at: Date
  stageAt: Date
  lead: ConditionFacts
}

/** Neither width, case nor spaces hide a word. */
export function redLineWord(text: string, words: readonly string[]): string | undefined {
  const bare = plain(text)
  return words.find((word) => plain(word) !== '' && bare.includes(plain(word)))
}

/** The rules that speak about this message, strictest effect first, in the playbook's order. */
export function crossedRules(rules: readonly RedLineRule[], facts: RedLineFacts): Crossed[] {
  const met = rules.filter(
    ({ purposes, words, sinceStage, when }) =>
      (purposes as readonly string[]).includes(facts.purpose) &&
      (words === undefined || redLineWord(facts.text, words) !== undefined) &&
      (sinceStage === undefined || facts.at.getTime() - facts.stageAt.getTime() < milliseconds(sinceStage)) &&
      compile(when)(facts.lead),
  )
  return effects.flatMap((effect) =>
    met.filter((rule) => rule.effect === effect).map(({ id, name }) => ({ id, name, effect })),
  )
}

const effects = ['block', 'ask', 'warn'] as const

/** The events rules ask about. */
export const eventsOf = (rules: readonly RedLineRule[]): string[] => [
  ...new Set(rules.flatMap(({ when }) => eventsIn(when))),
]

function eventsIn(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(eventsIn)
  if ('any' in condition) return condition.any.flatMap(eventsIn)
  if ('not' in condition) return eventsIn(condition.not)
  return 'event' in condition ? [condition.event] : []
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}]+/gu, '')
