import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Condition, ConditionSchema, compile } from '../../../src/playbook/condition.ts'

const facts = {
  fields: {
    company: '宁波精工',
    industry: '装备制造',
    title: '采购总监',
    size: '500',
    'score.total': 42,
    'source.channel': '展会A',
    createdAt: new Date('2026-11-01T00:00:00Z'),
    region: null,
  },
  tags: [{ group: '需求', name: '降本' }],
  eventCount: (type: string, withinMs: number | undefined) =>
    type === 'content_open' ? (withinMs === undefined ? 5 : withinMs >= 86_400_000 ? 2 : 0) : 0,
}
const holds = (condition: unknown) => compile(ConditionSchema.parse(condition))(facts)

describe('a condition', () => {
  it.each<[unknown, boolean]>([
    [{ field: 'industry', op: '=', value: '装备制造' }, true],
    [{ field: 'industry', op: '!=', value: '装备制造' }, false],
    [{ field: 'industry', op: 'contains', value: '制造' }, true],
    [{ field: 'industry', op: 'in', value: ['纺织', '装备制造'] }, true],
    [{ field: 'industry', op: 'notIn', value: ['纺织'] }, true],
    [{ field: 'score.total', op: '>=', value: 42 }, true],
    [{ field: 'score.total', op: '>', value: '42' }, false],
    [{ field: 'size', op: '>=', value: 100 }, true],
    [{ field: 'size', op: '=', value: 500 }, true],
    [{ field: 'title', op: '>', value: 3 }, false],
    [{ field: 'title', op: '<=', value: 3 }, false],
    [{ field: 'createdAt', op: '<', value: '2026-11-02' }, true],
    [{ field: 'region', op: 'exists' }, false],
    [{ field: 'region', op: 'exists', value: false }, true],
    [{ field: 'region', op: '=', value: '' }, false],
    [{ field: 'region', op: '!=', value: '华东' }, true],
    [{ field: 'region', op: 'contains', value: '东' }, false],
    [{ field: 'attributes.预算', op: 'exists', value: true }, false],
    [{ tag: { group: '需求', name: '降本' } }, true],
    [{ tag: { group: '行业', name: '降本' } }, false],
    [{ event: 'content_open' }, true],
    [{ event: 'content_open', atLeast: 3, within: '1d' }, false],
    [{ event: 'content_open', atLeast: 2, within: '30d' }, true],
    [{ event: 'price_view' }, false],
    [{ all: [] }, true],
    [{ any: [] }, false],
    [{ not: { tag: { group: '需求', name: '降本' } } }, false],
    [
      {
        all: [
          { field: 'score.total', op: '>=', value: 5 },
          { event: 'content_open', atLeast: 1, within: '30d' },
        ],
      },
      true,
    ],
    [{ any: [{ event: 'price_view' }, { not: { event: 'price_view' } }] }, true],
  ])('%j is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected)
  })

  it.each<[string, unknown, RegExp]>([
    ['a field outside the allow-list', { field: 'constructor', op: '=', value: 1 }, /不认识的字段/],
    ['a column nobody may read', { field: "id') OR 1=1 --", op: '=', value: 1 }, /不认识的字段/],
    ['what only segments ask of a company', { field: 'account.score', op: '>', value: 1 }, /不认识的字段/],
    ['an attribute with a hostile name', { field: 'attributes.__proto__.x', op: '=', value: 1 }, /不认识的字段/],
    ['an operator of its own', { field: 'name', op: 'like', value: 1 }, /不认识的运算/],
    ['an operator of the prototype', { field: 'name', op: 'toString', value: 1 }, /不认识的运算/],
    ['a list where one value belongs', { field: 'name', op: '=', value: ['a'] }, /值与运算不相配/],
    ['an object as value', { field: 'name', op: '=', value: { $gt: '' } }, /值与运算不相配/],
    ['more than it should say', { all: [], any: [] }, /条件写法不对/],
    ['nothing', {}, /条件写法不对/],
    ['a within that is no duration', { event: 'x', within: 'ever' }, /不是时长/],
  ])('with %s is refused', (_, condition, message) => {
    const parsed = ConditionSchema.safeParse(condition)
    expect(parsed.success).toBe(false)
    expect(parsed.error?.issues[0]?.message).toMatch(message)
  })

  it('names the place of a fault deep inside', () => {
    const parsed = ConditionSchema.safeParse({ all: [{ event: 'x' }, { any: [{ field: 'nope', op: '=', value: 1 }] }] })
    expect(parsed.error?.issues[0]?.path).toEqual(['all', 1, 'any', 0, 'field'])
  })

  it('nested a hundred thousand deep, or a thousand wide, is refused and does not crash', () => {
    let deep: unknown = { event: 'x' }
    for (let i = 0; i < 100_000; i++) deep = { not: deep }
    expect(ConditionSchema.safeParse(deep).error?.issues[0]?.message).toMatch(/嵌套太深/)
    const wide = { any: Array.from({ length: 1000 }, () => ({ event: 'x' })) }
    expect(ConditionSchema.safeParse(wide).error?.issues[0]?.message).toMatch(/太大/)
  })

  it('obeys De Morgan and double negation', () => {
    const leaf = fc.constantFrom<Condition>(
      { event: 'content_open' },
      { event: 'price_view' },
      { field: 'score.total', op: '>=', value: 50 },
      { tag: { group: '需求', name: '降本' } },
    )
    const tree = fc.letrec<{ node: Condition }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })),
        tie('node').map((not) => ({ not })),
      ),
    })).node
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const ask = (condition: Condition) => compile(condition)(facts)
        expect(ask({ not: { all: [a, b] } })).toBe(ask({ any: [{ not: a }, { not: b }] }))
        expect(ask({ not: { not: a } })).toBe(ask(a))
      }),
    )
  })
})
