import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type ChoiceFacts, chooseRep } from '../../../src/routing/choose.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const { routing } = defaultPlaybook()
const at = new Date('2026-11-23T02:00:00Z')
const rep = (userid: string, own: Partial<Candidate> = {}): Candidate => ({
  userid,
  roles: ['sales'],
  team: null,
  weight: 1,
  capacity: null,
  open: 0,
  newToday: 0,
  active: true,
  inScope: true,
  absentUntil: null,
  regions: [],
  industries: [],
  skills: [],
  onShift: true,
  friend: false,
  credit: 0,
  lastOfferedAt: null,
  ...own,
})
const ask = (facts: Partial<ChoiceFacts>) =>
  chooseRep({ lead: {}, tags: [], candidates: [], routing, at, tried: [], seed: 'lead-1', ...facts })

/** Offers leads one after the other, keeping credits and times as the table does. */
function bulk(
  candidates: readonly Candidate[],
  leads: number,
  more: (lead: number) => Partial<ChoiceFacts> = () => ({}),
) {
  const people = candidates.map((person) => ({ ...person }))
  const got = new Map(people.map(({ userid }) => [userid, 0]))
  for (let lead = 0; lead < leads; lead++) {
    const now = new Date(+at + lead * 1000)
    const choice = ask({ candidates: people, at: now, seed: `lead-${lead}`, ...more(lead) })
    if (choice.userid === null) continue
    got.set(choice.userid, (got.get(choice.userid) ?? 0) + 1)
    for (const { userid, credit } of choice.credits) {
      const person = people.find((one) => one.userid === userid) as { credit: number }
      person.credit = credit
    }
    const taker = people.find((one) => one.userid === choice.userid) as { lastOfferedAt: Date | null }
    taker.lastOfferedAt = now
  }
  return { got, people }
}

const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 })
const team = weights.map((all) => all.map((weight, index) => rep(`rep${index}`, { weight })))

describe('the rotation', () => {
  it('gives everybody exactly k times his weight over k rounds', () => {
    fc.assert(
      fc.property(team, fc.integer({ min: 1, max: 4 }), (people, k) => {
        const total = people.reduce((sum, { weight }) => sum + weight, 0)
        const { got, people: after } = bulk(people, k * total)
        for (const { userid, weight } of people) expect(got.get(userid)).toBe(k * weight)
        for (const { credit } of after) expect(credit).toBe(0)
      }),
    )
  })

  it('is never off by a whole turn in between', () => {
    fc.assert(
      fc.property(team, fc.integer({ min: 1, max: 60 }), (people, leads) => {
        const total = people.reduce((sum, { weight }) => sum + weight, 0)
        const { got } = bulk(people, leads)
        for (const { userid, weight } of people)
          expect((got.get(userid) ?? 0) - (leads * weight) / total).toBeLessThan(1)
      }),
    )
  })

  it('spreads a bulk intake of equals within one lead of each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 100 }), (size, leads) => {
        const { got } = bulk(
          Array.from({ length: size }, (_, index) => rep(`rep${index}`)),
          leads,
        )
        const counts = [...got.values()]
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('does not depend on the order in which candidates are read', () => {
    fc.assert(
      fc.property(
        team.chain((people) =>
          fc.tuple(fc.constant(people), fc.shuffledSubarray(people, { minLength: people.length })),
        ),
        fc.string(),
        ([people, shuffled], seed) => {
          expect(ask({ candidates: shuffled, seed }).userid).toBe(ask({ candidates: people, seed }).userid)
        },
      ),
    )
  })

  it('does not drown somebody who comes back from leave', () => {
    const people = [rep('a'), rep('b'), rep('c')]
    const { people: without } = bulk(people, 90, () => ({ tried: ['c'] }))
    const { got } = bulk(without, 9)
    expect([...got.values()]).toEqual([3, 3, 3])
  })

  it('breaks a tie by who waited longest, then differently for each lead', () => {
    const earlier = rep('late-in-the-alphabet', { lastOfferedAt: new Date(+at - 2) })
    expect(ask({ candidates: [rep('a', { lastOfferedAt: new Date(+at - 1) }), earlier] }).userid).toBe(earlier.userid)
    const first = Array.from(
      { length: 300 },
      (_, lead) => ask({ candidates: [rep('a'), rep('b'), rep('c')], seed: `lead-${lead}` }).userid,
    )
    for (const userid of ['a', 'b', 'c']) expect(first.filter((one) => one === userid).length).toBeGreaterThan(60)
  })
})

describe('who never receives', () => {
  const barred: [string, Partial<Candidate>, string][] = [
    ['somebody inactive', { active: false }, '已停用'],
    ['somebody outside the app', { inScope: false }, '不在应用可见范围'],
    ['somebody on leave', { absentUntil: new Date(+at + 1) }, '休假中'],
    ['somebody full', { open: 40 }, '在手 40/40，已满'],
    ['somebody full by his own measure', { open: 3, capacity: 3 }, '在手 3/3，已满'],
    ['somebody who had his share today', { newToday: 8 }, '今天已接 8/8'],
    ['somebody without weight', { weight: 0 }, '权重为 0'],
    ['a MDR', { roles: ['mdr'] }, '角色不符'],
  ]
  it.each(barred)('%s, friend or not, and it says so', (_, own, note) => {
    for (const friend of [false, true]) {
      const choice = ask({ candidates: [rep('x', { ...own, friend })] })
      expect(choice).toMatchObject({ userid: null, why: [{ userid: 'x', fits: false, note }] })
    }
  })

  it('somebody who was offered this lead already', () => {
    expect(ask({ candidates: [rep('LiMing')], tried: ['liming'] }).userid).toBeNull()
  })

  it('is whoever back from leave a moment ago', () => {
    expect(ask({ candidates: [rep('x', { absentUntil: at })] }).userid).toBe('x')
  })

  it('whatever else holds', () => {
    const anyone = fc.record({
      roles: fc.subarray(['sales', 'mdr']),
      weight: fc.integer({ min: 0, max: 3 }),
      open: fc.integer({ min: 35, max: 45 }),
      newToday: fc.integer({ min: 0, max: 10 }),
      active: fc.boolean(),
      inScope: fc.boolean(),
      friend: fc.boolean(),
      absentUntil: fc.constantFrom(null, new Date(+at + 1), new Date(+at - 1)),
      credit: fc.integer({ min: -20, max: 20 }),
    })
    fc.assert(
      fc.property(fc.array(anyone, { maxLength: 8 }), (own) => {
        const candidates = own.map((part, index) => rep(`rep${index}`, part))
        const may = candidates.filter(
          (one) =>
            one.active &&
            one.inScope &&
            one.weight > 0 &&
            one.open < 40 &&
            one.newToday < 8 &&
            one.roles.includes('sales') &&
            !(one.absentUntil && one.absentUntil > at),
        )
        const { userid } = ask({ candidates })
        if (may.length === 0) expect(userid).toBeNull()
        else expect(may.map((one) => one.userid)).toContain(userid)
      }),
    )
  })
})

describe('the rules', () => {
  const east = rep('east', { regions: ['华东'], industries: ['制造'] })
  const south = rep('south', { regions: ['广东'], industries: ['纺织'] })
  const anybody = rep('anybody')

  it.each([
    [{ region: '浙江宁波', industry: '装备制造' }, 'east', 'region-and-industry'],
    [{ region: '广东东莞', industry: '纺织服装' }, 'south', 'region-and-industry'],
    [{ region: '北京', industry: '纺织' }, 'south', 'industry'],
    [{ region: '苏州', industry: '化工' }, 'east', 'region'],
  ])('send %j to %s by %s', (lead, userid, rule) => {
    expect(ask({ lead, candidates: [east, south, anybody] })).toMatchObject({ userid, rule })
  })

  it('fall through to the next when their pool is exhausted', () => {
    const lead = { region: '宁波', industry: '装备制造' }
    const full = { ...east, open: 40 }
    expect(ask({ lead, candidates: [full, { ...anybody, open: 39 }] })).toMatchObject({
      userid: 'anybody',
      rule: 'everyone',
    })
    expect(ask({ lead, candidates: [full] })).toMatchObject({ userid: null, rule: 'everyone' })
  })

  it('ask their condition first', () => {
    const ruled = defaultPlaybook({
      routing: {
        rules: [
          {
            id: 'big',
            name: '大客户',
            when: { all: [{ field: 'size', op: '>=', value: 500 }, { tag: { group: '需求', name: '降本' } }] },
            pool: { staff: ['VIP'] },
          },
          { id: 'rest', name: '其余', pool: { roles: ['sales'] } },
        ],
      },
    }).routing
    const candidates = [rep('vip', { roles: ['manager'] }), rep('a')]
    const tags = [{ group: '需求', name: '降本' }]
    expect(ask({ routing: ruled, candidates, lead: { size: '800' }, tags })).toMatchObject({
      userid: 'vip',
      rule: 'big',
    })
    expect(ask({ routing: ruled, candidates, lead: { size: '800' } })).toMatchObject({ userid: 'a', rule: 'rest' })
  })

  it('let a friend of the customer go first, by the first rule he fits, outside the rotation', () => {
    const friend = rep('friend', { friend: true, credit: -99, lastOfferedAt: at })
    const choice = ask({ lead: { region: '宁波', industry: '制造' }, candidates: [east, friend, anybody] })
    expect(choice).toMatchObject({ userid: 'friend', rule: 'everyone', credits: [] })
    expect(choice.why.find(({ userid }) => userid === 'friend')?.note).toBe('已是客户的微信好友')
  })

  it('do not, where the playbook says so', () => {
    const calm = { ...routing, friendFirst: false }
    expect(ask({ routing: calm, candidates: [rep('friend', { friend: true, credit: -9 }), anybody] }).userid).toBe(
      'anybody',
    )
  })

  it('say why for everybody, in Chinese', () => {
    const { why } = ask({ lead: { region: '宁波' }, candidates: [east, south, { ...anybody, active: false }] })
    expect(why).toHaveLength(3)
    for (const { note } of why) expect(note).toMatch(/[\u4e00-\u9fff]/)
    expect(ask({ candidates: [] })).toMatchObject({ userid: null, why: [{ note: '没有可派的成员' }] })
  })
})
