import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NominationFacts, reasonsToReview } from '../../../src/scoring/nominate.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook({ review: { channels: ['live_code', '展会A'] } })
const at = new Date('2026-11-22T04:00:00Z')
const nobody: NominationFacts = {
  handRaised: false,
  sourceKind: 'wecom',
  sourceChannel: null,
  intent: 0,
  fit: 50,
  fitKnown: false,
  coolUntil: null,
  at,
}
const rules = (facts: Partial<NominationFacts>) =>
  reasonsToReview({ ...nobody, ...facts }, playbook).map(({ rule }) => rule)
const later = new Date(+at + 1)

describe('who goes to review', () => {
  it.each<[string, Partial<NominationFacts>, string[]]>([
    ['nobody without a reason', {}, []],
    ['whoever raised a hand', { handRaised: true }, ['hand-raise']],
    ['whoever raised a hand while cooling', { handRaised: true, coolUntil: later }, ['hand-raise']],
    ['a listed kind of source', { sourceKind: 'live_code' }, ['source']],
    ['a listed channel', { sourceChannel: '展会A' }, ['source']],
    ['no listed source while cooling', { sourceKind: 'live_code', coolUntil: later }, []],
    ['a listed source once the cool-down is over', { sourceKind: 'live_code', coolUntil: at }, ['source']],
    ['enough intent', { intent: 30 }, ['intent']],
    ['not just under it', { intent: 29.999 }, []],
    ['enough intent with a fit nobody knows', { intent: 30, fit: 10 }, ['intent']],
    ['not with a fit known to be bad', { intent: 90, fit: 10, fitKnown: true }, []],
    ['not while cooling', { intent: 90, coolUntil: later }, []],
  ])('%s', (_, facts, expected) => {
    expect(rules(facts)).toEqual(expected)
  })

  it('never loses a reason by more intent, a better fit, or time', () => {
    const facts = fc.record({
      handRaised: fc.boolean(),
      sourceKind: fc.constantFrom('wecom', 'live_code'),
      sourceChannel: fc.constantFrom(null, '展会A'),
      intent: fc.integer({ min: -20, max: 120 }),
      fit: fc.integer({ min: 0, max: 99 }),
      fitKnown: fc.boolean(),
      coolUntil: fc.constantFrom(null, later),
      at: fc.constant(at),
    })
    fc.assert(
      fc.property(facts, (before) => {
        const after = { ...before, intent: before.intent + 1, fit: before.fit + 1, at: later }
        const had = reasonsToReview(before, playbook).map(({ rule }) => rule)
        expect(reasonsToReview(after, playbook).map(({ rule }) => rule)).toEqual(expect.arrayContaining(had))
      }),
    )
  })

  it('is told in Chinese', () => {
    for (const { text } of reasonsToReview(
      { ...nobody, handRaised: true, sourceChannel: '展会A', intent: 64.2 },
      playbook,
    ))
      expect(text).toMatch(/[\u4e00-\u9fff]/)
  })
})
