import type { Playbook } from '../playbook/schema.ts'
import { fitGrade } from './grade.ts'

/** What a nomination by the machine names as its rule. */
export const nominationRules: readonly string[] = ['hand-raise', 'source', 'intent']

export interface NominationFacts {
  /** Asked for us since he came to where he is. */
  handRaised: boolean
  /** The source he came by since then, or null. */
  sourceKind: string | null
  sourceChannel: string | null
  intent: number
  fit: number
  fitKnown: boolean
  coolUntil: Date | null
  at: Date
}

/**
 * Why a lead should be looked at by a person now; empty: it should not. A raised hand ends a cool-down; a listed source, or
 * enough intent with a fit that is not known to be bad, waits for its end.
 */
export function reasonsToReview(
  facts: NominationFacts,
  playbook: Pick<Playbook, 'review' | 'score'>,
): { rule: string; text: string }[] {
  const { review, score } = playbook
  const why: { rule: string; text: string }[] = []
  if (facts.handRaised) why.push({ rule: 'hand-raise', text: '主动举手，要求联系' })
  const cooling = facts.coolUntil !== null && facts.coolUntil > facts.at
  if (cooling && !facts.handRaised) return why

  const source = [facts.sourceChannel, facts.sourceKind].find((word) => word && review.channels.includes(word))
  if (source) why.push({ rule: 'source', text: `来源「${facts.sourceChannel || source}」直接进审核` })

  const ladder = [...score.grades.fit.map(({ id }) => id), score.grades.fitRest]
  const bad = facts.fitKnown && ladder.indexOf(fitGrade(facts.fit, playbook)) >= ladder.indexOf(review.badFit)
  if (facts.intent >= review.threshold && !bad)
    why.push({ rule: 'intent', text: `意向 ${Math.round(facts.intent)} 分，达到 ${review.threshold} 分` })
  return why
}
