import { expect, it } from 'vitest'
import { type ActionFacts, nextAction } from '../../../src/sidebar/next-action.ts'

const now = new Date('2026-11-26T02:00:00Z')
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const calm: ActionFacts = {
  now,
  promise: null,
  offer: null,
  review: null,
  firstContactDue: null,
  why: '',
  optedOut: false,
  lastRead: null,
  suggestion: { contentId: 'piece', title: '交期自查表', reason: '适合「市场认可」阶段' },
  followUp: null,
  friend: true,
  atDesk: false,
}
const kindOf = (facts: Partial<ActionFacts>) => nextAction({ ...calm, ...facts }).kind

it('asks first for what somebody waits for, then strikes while it is warm, then reminds, then suggests', () => {
  const offer = { dueAt: now }
  const lastRead = { title: '八项成本', at: ago(2), depth: 80, reached: '' }
  const followUp = { touchedAt: ago(96), longFrom: ago(24) }
  const promise = { why: '要人工', words: '在吗\n多少钱', account: '产品咨询', dueAt: now }
  expect(kindOf({ promise, offer, friend: false, firstContactDue: now, optedOut: true })).toBe('answer')
  expect(kindOf({ offer, friend: false, firstContactDue: now, optedOut: true })).toBe('accept')
  expect(kindOf({ friend: false, firstContactDue: now, optedOut: true })).toBe('introduce')
  expect(kindOf({ firstContactDue: now, optedOut: true, lastRead })).toBe('contact')
  expect(kindOf({ optedOut: true, lastRead, followUp })).toBe('answer-only')
  expect(kindOf({ lastRead, followUp })).toBe('strike')
  expect(kindOf({ lastRead: { ...lastRead, at: ago(30) }, followUp })).toBe('follow-up')
  expect(kindOf({ followUp: { touchedAt: ago(1), longFrom: now } })).toBe('follow-up')
  expect(kindOf({})).toBe('send')
  expect(kindOf({ suggestion: null })).toBe('record')
})

it('never suggests a piece to somebody who opted out, and says why in every case', () => {
  const out = nextAction({ ...calm, optedOut: true, lastRead: { title: 'x', at: ago(1), depth: 10, reached: '' } })
  expect(out).toMatchObject({ kind: 'answer-only', contentId: null })
  expect(nextAction({ ...calm, lastRead: { title: '八项成本', at: ago(1), depth: 80, reached: '' } })).toMatchObject({
    contentId: 'piece',
    why: expect.stringContaining('《八项成本》，读到 80%'),
  })
  const lastRead = { title: '降本白皮书', at: ago(1), depth: 45, reached: '读到第 4 页，共 9 页' }
  expect(nextAction({ ...calm, lastRead }).why).toContain('《降本白皮书》，读到第 4 页，共 9 页')
  expect(nextAction({ ...calm, followUp: { touchedAt: ago(96), longFrom: ago(24) } }).why).toBe('已经 4 天没有跟进')
})
