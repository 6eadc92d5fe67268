import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEdge, legalMoves, mayUse, type Place, readReason, target } from '../../../src/stages/edges.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

const playbook = defaultPlaybook()
const at = (text: string): Place => {
  const [stage = '', desk = ''] = text.split('@')
  return { stage, desk }
}
const go = (on: string, from: string | null, toStage?: string) => {
  const place = from === null ? null : at(from)
  const edge = findEdge(playbook, on, place, toStage)
  return edge ? `${target(edge, place).stage}@${target(edge, place).desk}` : undefined
}
const everyPlace = fc
  .tuple(fc.constantFrom(...Object.keys(playbook.stages)), fc.constantFrom(...Object.keys(playbook.desks)))
  .map(([stage, desk]) => ({ stage, desk }))
const everyVerb = fc.constantFrom(...new Set(playbook.edges.map((edge) => edge.on)))

describe('the default stage graph', () => {
  it.each([
    ['intake', null, undefined, 'MAL@nurture'],
    ['nominate', 'MAL@nurture', undefined, 'MAL@review'],
    ['withdraw', 'MAL@review', undefined, 'MAL@nurture'],
    ['verdict.mql', 'MAL@review', undefined, 'MQL@sales'],
    ['verdict.mql', 'MAL@nurture', undefined, 'MQL@sales'],
    ['verdict.mql', 'MQL@review', undefined, 'MQL@sales'],
    ['verdict.nurture', 'MAL@review', undefined, 'MAL@nurture'],
    ['verdict.disqualified', 'MQL@review', undefined, 'DISQUALIFIED@closed'],
    ['unplaced', 'MQL@sales', undefined, 'MQL@review'],
    ['withdraw', 'MQL@sales', 'MAL', 'MAL@review'],
    ['withdraw', 'MQL@sales', 'MQL', 'MQL@review'],
    ['advance', 'MQL@sales', 'SQL', 'SQL@sales'],
    ['advance', 'SQL@sales', 'OPPORTUNITY', 'OPPORTUNITY@sales'],
    ['advance', 'OPPORTUNITY@sales', 'CUSTOMER', 'CUSTOMER@success'],
    ['advance', 'RENEWAL@success', 'GROWTH', 'GROWTH@success'],
    ['advance', 'AT_RISK@success', 'RENEWAL', 'RENEWAL@success'],
    ['advance', 'CHURNED@closed', 'ONBOARDING', 'ONBOARDING@success'],
    ['return', 'OPPORTUNITY@sales', undefined, 'MAL@nurture'],
    ['stale', 'SQL@sales', undefined, 'MAL@nurture'],
    ['reactivate', 'CHURNED@closed', undefined, 'MAL@nurture'],
    ['reopen', 'DISQUALIFIED@closed', undefined, 'MAL@review'],
  ])('%s leads from %s (to %s) to %s', (on, from, toStage, result) => {
    expect(go(on, from, toStage)).toBe(result)
  })

  it.each([
    ['intake', 'MAL@nurture', undefined],
    ['nominate', 'MQL@sales', undefined],
    ['verdict.mql', 'SQL@sales', undefined],
    ['advance', 'MAL@nurture', 'MQL'],
    ['advance', 'MQL@sales', 'CUSTOMER'],
    ['advance', 'SQL@sales', 'MQL'],
    ['return', 'MAL@nurture', undefined],
    ['return', 'CUSTOMER@success', undefined],
    ['reactivate', 'MAL@nurture', undefined],
    ['advance', null, 'MAL'],
  ])('%s from %s (to %s) is illegal', (on, from, toStage) => {
    expect(go(on, from, toStage)).toBeUndefined()
  })

  it('lets nobody but the system call a follow-up stale, and no rep give a verdict', () => {
    const stale = findEdge(playbook, 'stale', at('MQL@sales'))
    const verdict = findEdge(playbook, 'verdict.mql', at('MAL@review'))
    expect(stale && mayUse(stale, 'system')).toBe(true)
    expect(stale && mayUse(stale, { roles: ['admin', 'manager', 'sales'] })).toBe(false)
    expect(verdict && mayUse(verdict, { roles: ['sales', 'csm'] })).toBe(false)
    expect(verdict && mayUse(verdict, { roles: ['sales', 'mdr'] })).toBe(true)
    expect(verdict && mayUse(verdict, 'system')).toBe(false)
  })

  it('asks a reason of every verdict and every return', () => {
    for (const edge of playbook.edges)
      if (edge.on.startsWith('verdict.') || edge.on === 'return') expect(edge.reasons).toBeDefined()
  })

  it('leads from every legal move to a stage and a desk that exist, and to the left half again from every end', () => {
    const seen = new Set<string>()
    const open: Place[] = [at('MAL@nurture')]
    for (let place = open.pop(); place; place = open.pop()) {
      const key = `${place.stage}@${place.desk}`
      if (seen.has(key)) continue
      seen.add(key)
      const moves = legalMoves(playbook, place, ['system', 'admin', 'sales', 'mdr', 'csm'])
      expect(moves.length).toBeGreaterThan(0)
      for (const move of moves) {
        expect(playbook.stages[move.to.stage]).toBeDefined()
        open.push(move.to)
      }
    }
    expect([...seen].map((key) => key.split('@')[0])).toEqual(expect.arrayContaining(Object.keys(playbook.stages)))
  })

  it('shows as legal exactly what it would let pass', () => {
    fc.assert(
      fc.property(
        everyPlace,
        everyVerb,
        fc.subarray(['system', 'admin', 'manager', 'mdr', 'sdr', 'sales', 'csm']),
        (place, on, roles) => {
          for (const move of legalMoves(playbook, place, roles).filter((item) => item.on === on)) {
            const edge = findEdge(playbook, on, place, move.to.stage)
            expect(edge && mayUse(edge, { roles }) && target(edge, place)).toEqual(move.to)
          }
          const edge = findEdge(playbook, on, place)
          if (edge && mayUse(edge, { roles }))
            expect(legalMoves(playbook, place, roles).map((move) => move.edge)).toContain(edge.id)
        },
      ),
    )
  })

  it('keeps a part that is written =', () => {
    const edge = {
      id: 'x',
      name: 'x',
      on: 'advance',
      from: ['*@sales'],
      to: '=@success',
      by: ['admin' as const],
      coolDown: false,
      recycle: false,
      keepOwner: false,
    }
    expect(findEdge({ edges: [edge] }, 'advance', at('SQL@sales'), 'SQL')).toBe(edge)
    expect(target(edge, at('SQL@sales'))).toEqual(at('SQL@success'))
  })
})

describe('a reason', () => {
  const day = 86_400_000
  it('is read by its id or by its name', () => {
    for (const words of ['no-budget', '没有预算', ' 没有预算 '])
      expect(readReason(playbook, 'return', words)).toEqual({
        id: 'no-budget',
        words: null,
        coolDownMs: 90 * day,
        asksDate: false,
      })
  })

  it('that nobody listed is other, with the words kept and the cool-down of the list', () => {
    expect(readReason(playbook, 'return', '老板换人了')).toEqual({
      id: 'other',
      words: '老板换人了',
      coolDownMs: 30 * day,
      asksDate: false,
    })
    expect(readReason(playbook, 'decline', '家里有事')).toEqual({
      id: 'other',
      words: '家里有事',
      coolDownMs: null,
      asksDate: false,
    })
  })

  it('that names a time asks for the date', () => {
    expect(readReason(playbook, 'notYet', 'wrong-time')?.asksDate).toBe(true)
  })

  it('that was not given is none', () => {
    for (const words of ['', '  ', null, undefined]) expect(readReason(playbook, 'return', words)).toBeNull()
  })

  it('from a list called like a member of every object is other', () => {
    expect(readReason(playbook, 'constructor', 'x')?.id).toBe('other')
  })
})
