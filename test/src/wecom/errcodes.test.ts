import { describe, expect, it } from 'vitest'
import { explainErrcode, knownErrcodes } from '../../../src/wecom/errcodes.ts'

describe('errcodes', () => {
  it.each([
    [-1, 'retry'],
    [40014, 'refresh-token'],
    [42001, 'refresh-token'],
    [45009, 'wait-window'],
    [45033, 'slow-down'],
    [45035, 'retry'],
    [60020, 'wait-operator'],
    [84061, 'gone'],
    [95001, 'wait-customer'],
    [95033, 'already-done'],
    [41051, 'give-up'],
    [41063, 'later'],
    [40068, 'resync'],
    [50100, 'start-over'],
  ])('%i is answered by %s', (errcode, what) => expect(explainErrcode(errcode).what).toBe(what))

  it('every code says in Chinese what it means and what to do', () => {
    expect(knownErrcodes.length).toBeGreaterThan(140)
    for (const errcode of knownErrcodes) {
      const { meaning, operator } = explainErrcode(errcode)
      expect(meaning).toMatch(/\p{Script=Han}/u)
      expect(operator).toMatch(/\p{Script=Han}.*[。）]$/u)
    }
  })

  it('60020 says where to click', () => {
    expect(explainErrcode(60020).operator).toContain('企业可信IP')
    expect(explainErrcode(60020).operator).toContain('from ip')
  })

  it('a code nobody knows is unknown and says where to look it up', () => {
    expect(explainErrcode(987654)).toMatchObject({ what: 'unknown', operator: expect.stringContaining('e=987654') })
  })
})
