import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GuardFacts, judge } from '../../../src/cadence/guard.ts'
import { calendar } from '../../../src/playbook/hours.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()
const house = calendar(playbook.hours, 'Asia/Shanghai')
const awake = calendar(defaultPlaybook({ hours: { quiet: 'never' } }).hours, 'Asia/Shanghai')
const shanghai = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`)
const hour = 3_600_000
const noon = shanghai('2026-11-24 12:00')
const night = shanghai('2026-11-24 23:00')

const facts = (own: Partial<GuardFacts> = {}): GuardFacts => ({
  purpose: 'marketing',
  personal: false,
  at: noon,
  marketing: 'default',
  consentDefault: 'granted',
  reachable: true,
  seenBefore: false,
  text: '您好，附上交付周期对比',
  redLine: playbook.redLine,
  calendar: house,
  sentToPerson: [],
  sentToAccount: [],
  caps: playbook.caps,
  priority: 10,
  ...own,
})
const sends = (...times: Date[]) => times.map((at) => ({ at }))
const verdict = (own: Partial<GuardFacts>) => {
  const judged = judge(facts(own))
  return judged.allowed ? 'allowed' : judged.reason.id
}
const until = (own: Partial<GuardFacts>) => {
  const judged = judge(facts(own))
  return judged.allowed ? undefined : judged.until
}

/** One fault of each kind, in the order of the contract. */
const faults: [string, Partial<GuardFacts>][] = [
  ['opted_out', { marketing: 'denied' }],
  ['not_reachable', { reachable: false }],
  ['seen_before', { seenBefore: true }],
  ['red_line', { text: '我们是行业第一' }],
  ['quiet_hours', { at: night }],
  ['cap', { sentToPerson: sends(new Date(+noon - hour), new Date(+night - hour)) }],
  ['lower_priority', { competing: [{ priority: 11, at: noon }] }],
]

describe('the guard', () => {
  it('lets a decent message pass', () => {
    expect(verdict({})).toBe('allowed')
  })

  it.each(faults)('says %s', (id, fault) => {
    expect(verdict(fault)).toBe(id)
  })

  it('names the first reason that applies, in the order of the contract', () => {
    fc.assert(
      fc.property(fc.subarray(faults, { minLength: 1 }), (some) => {
        expect(verdict(Object.assign({}, ...some.map(([, fault]) => fault)))).toBe(some[0]?.[0])
      }),
    )
  })

  it('explains every refusal in Chinese', () => {
    for (const [, fault] of faults) {
      const judged = judge(facts(fault))
      expect(judged.allowed || judged.reason.message).toMatch(/[\u4e00-\u9fff]/)
    }
  })

  it('asks for consent where the house asks', () => {
    expect(verdict({ consentDefault: 'ask' })).toBe('opted_out')
    expect(verdict({ consentDefault: 'ask', marketing: 'granted' })).toBe('allowed')
  })

  it('lets an opt-out stop marketing, a rep’s own included, and nothing else', () => {
    expect(verdict({ marketing: 'denied', personal: true })).toBe('opted_out')
    for (const purpose of ['answer', 'handover', 'welcome', 'notice'] as const)
      expect(verdict({ purpose, marketing: 'denied' })).toBe('allowed')
  })

  it('lets welcomes, answers, hand-overs and a rep’s own send pass at night and over every cap', () => {
    const late = {
      at: night,
      sentToPerson: sends(new Date(+night - 1)),
      sentToAccount: sends(new Date(+night - 1)),
      caps: { person: { day: 0 }, account: { day: 0 } },
    }
    for (const purpose of ['welcome', 'answer', 'handover'] as const)
      expect(verdict({ ...late, purpose })).toBe('allowed')
    expect(verdict({ ...late, personal: true })).toBe('allowed')
    expect(verdict(late)).toBe('quiet_hours')
  })

  it('keeps notices to staff quiet, except about somebody who asked for us until 22:00', () => {
    const evening = shanghai('2026-11-24 21:30')
    expect(verdict({ purpose: 'notice', at: evening })).toBe('quiet_hours')
    expect(until({ purpose: 'notice', at: evening })).toEqual(shanghai('2026-11-25 08:30'))
    expect(verdict({ purpose: 'notice', at: evening, urgent: true })).toBe('allowed')
    expect(verdict({ purpose: 'notice', at: night, urgent: true })).toBe('quiet_hours')
  })

  it('holds no notice by red lines or caps', () => {
    expect(verdict({ purpose: 'notice', text: '客户问有没有回扣', sentToPerson: sends(noon, noon, noon) })).toBe(
      'allowed',
    )
  })

  it('finds a red-line word behind spaces, width and case', () => {
    expect(verdict({ text: '保证 最 低 价' })).toBe('red_line')
    expect(verdict({ text: '１００％有效' })).toBe('red_line')
    expect(verdict({ text: 'VIP专享', redLine: ['vip专享'] })).toBe('red_line')
  })

  it('says when quiet ends, or that it never does', () => {
    expect(until({ at: night })).toEqual(shanghai('2026-11-25 08:30'))
    const never = calendar(defaultPlaybook({ hours: { quiet: 'always' } }).hours, 'Asia/Shanghai')
    expect(until({ calendar: never })).toBeNull()
  })

  it('counts caps in sliding windows, not in calendar days', () => {
    const evening = shanghai('2026-11-24 20:00')
    expect(verdict({ at: shanghai('2026-11-25 09:00'), sentToPerson: sends(evening) })).toBe('cap')
    expect(verdict({ at: shanghai('2026-11-25 20:00'), sentToPerson: sends(evening) })).toBe('allowed')
    expect(until({ at: shanghai('2026-11-25 09:00'), sentToPerson: sends(evening) })).toEqual(
      shanghai('2026-11-25 20:00'),
    )
  })

  it('puts off to a moment that is neither over a cap nor quiet', () => {
    const friday = shanghai('2026-11-20 20:30')
    expect(until({ at: shanghai('2026-11-20 20:45'), sentToPerson: sends(friday) })).toEqual(
      shanghai('2026-11-22 10:00'),
    )
  })

  it('counts a company’s people together', () => {
    const five = Array.from({ length: 5 }, (_, i) => new Date(+noon - (i + 1) * 24 * hour))
    expect(verdict({ sentToAccount: sends(...five) })).toBe('cap')
    expect(verdict({ sentToAccount: sends(...five.slice(1)) })).toBe('allowed')
  })

  it('knows no moment when the cap is nothing', () => {
    expect(until({ caps: { person: { month: 0 }, account: {} } })).toBeNull()
  })

  it('lets an equal pass and a higher one go first', () => {
    expect(
      verdict({
        competing: [
          { priority: 10, at: noon },
          { priority: 3, at: noon },
        ],
      }),
    ).toBe('allowed')
  })

  it('counts each channel by itself besides the total', () => {
    const caps = { person: { week: 3 }, account: {}, channels: { post: { week: 1 } } }
    const sentToPerson = [{ at: new Date(+noon - 48 * hour), channel: 'post' }]
    expect(verdict({ caps, sentToPerson, channel: 'post' })).toBe('cap')
    expect(verdict({ caps, sentToPerson, channel: 'phone' })).toBe('allowed')
  })

  it('counts what a member may confirm at any moment at the worst moment of all', () => {
    const waits = { at: new Date(+noon - 48 * hour), until: new Date(+noon + 24 * hour) }
    expect(verdict({ sentToPerson: [waits] })).toBe('cap')
    expect(until({ sentToPerson: [waits] })).toEqual(new Date(+noon + 48 * hour))
  })

  it('yields to what goes first in the same slot, and says when the slot is free', () => {
    const handover = { priority: 80, at: new Date(+noon + 2 * hour) }
    expect(verdict({ competing: [handover] })).toBe('lower_priority')
    expect(until({ competing: [handover] })).toEqual(new Date(+noon + 26 * hour))
    expect(verdict({ competing: [handover], slotMs: hour })).toBe('allowed')
  })

  it('blocks, asks or warns as a red-line rule says, and a manager’s yes answers only what asks', () => {
    const rule = (effect: 'block' | 'ask' | 'warn') => ({ id: effect, name: '签约三天内不发促销', effect })
    expect(verdict({ crossed: [rule('block')] })).toBe('red_line')
    expect(verdict({ crossed: [rule('block')], approved: ['block'] })).toBe('red_line')
    const asks = judge(facts({ crossed: [rule('ask'), rule('warn')] }))
    expect(asks).toMatchObject({ allowed: true, ask: [{ id: 'ask' }], warnings: [{ id: 'warn' }] })
    expect(judge(facts({ crossed: [rule('ask')], approved: ['ask'] }))).toMatchObject({ allowed: true, ask: [] })
  })

  it('never lets any sliding window exceed its cap, however sends and plans are asked for', () => {
    const windows = { day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour }
    const caps = fc.record({
      day: fc.integer({ min: 1, max: 3 }),
      week: fc.integer({ min: 1, max: 6 }),
      month: fc.integer({ min: 1, max: 12 }),
    })
    const minutes = fc.array(fc.integer({ min: 0, max: 60 * 24 * 60 }), { maxLength: 120 })
    fc.assert(
      fc.property(caps, minutes, fc.boolean(), (person, asked, mayWait) => {
        const sent: Date[] = []
        for (const minute of asked) {
          const at = new Date(+noon + minute * 60_000)
          const judged = judge(
            facts({ at, calendar: awake, sentToPerson: sends(...sent), caps: { person, account: {} } }),
          )
          if (judged.allowed) sent.push(at)
          else if (mayWait && judged.until) {
            expect(+judged.until).toBeGreaterThan(+at)
            expect(
              verdict({
                at: judged.until,
                calendar: awake,
                sentToPerson: sends(...sent),
                caps: { person, account: {} },
              }),
            ).toBe('allowed')
            sent.push(judged.until)
          }
        }
        const times = sent.map(Number).sort((a, b) => a - b)
        for (const [name, ms] of Object.entries(windows))
          for (const start of times) {
            const within = times.filter((time) => time >= start && time < start + ms)
            expect(within.length).toBeLessThanOrEqual(person[name as keyof typeof windows])
          }
      }),
    )
  })
})
