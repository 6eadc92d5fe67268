import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffPlaybooks } from '../../../src/playbook/diff.ts'

const rule = (id: string, name = id) => ({ id, name })
const list = (...ids: string[]) => ({ routing: { rules: ids.map((id) => rule(id)) } })

describe('the difference of two playbooks', () => {
  it('is nothing between equals, whatever the order of their keys', () => {
    expect(diffPlaybooks({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toEqual([])
  })

  it('says where in the words of the house, with old and new', () => {
    const from = { score: { events: { price_view: { name: '看价格页', weight: 12 } } }, review: { threshold: 30 } }
    const to = { score: { events: { price_view: { name: '看价格页', weight: 20 } } }, review: { threshold: 40 } }
    expect(diffPlaybooks(from, to)).toEqual([
      {
        path: 'score.events.price_view.weight',
        label: '评分 › 行为 › 看价格页 › 分值',
        kind: 'changed',
        old: 12,
        new: 20,
      },
      { path: 'review.threshold', label: '审核门槛 › 意向达到', kind: 'changed', old: 30, new: 40 },
    ])
  })

  it('calls a rule that went to another place a move, and nothing else', () => {
    expect(diffPlaybooks(list('a', 'b', 'c', 'd'), list('d', 'a', 'b', 'c'))).toEqual([
      { path: 'routing.rules.d', label: '派单 › 规则 › d', kind: 'moved', old: 4, new: 1 },
    ])
  })

  it('matches the members of a list by their ids', () => {
    const from = { routing: { rules: [rule('a', '华东'), rule('b', '华南')] } }
    const to = { routing: { rules: [rule('b', '华南大区'), rule('c', '西北')] } }
    expect(diffPlaybooks(from, to).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'removed routing.rules.a',
      'changed routing.rules.b.name',
      'added routing.rules.c',
    ])
  })

  it('moves no more members than needed, and the rest explains the new order', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 })
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const changes = diffPlaybooks(list(...before), list(...after))
        const carried = new Set(changes.filter(({ kind }) => kind !== 'removed').map(({ path }) => path.split('.')[2]))
        const stayed = after.filter((id) => !carried.has(id))
        expect(before.filter((id) => stayed.includes(id))).toEqual(stayed)
        expect(changes.length === 0).toBe(before.join() === after.join())
      }),
    )
  })
})
