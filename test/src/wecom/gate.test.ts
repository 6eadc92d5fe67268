import { describe, expect, it } from 'vitest'
import { createGate } from '../../../src/wecom/gate.ts'

const patience = 60_000

describe('a gate', () => {
  it('lets in as many as it is wide, and the next one when somebody leaves', async () => {
    const gate = createGate(2)
    const first = await gate.enter('normal', patience)
    await gate.enter('normal', patience)
    let third = false
    const waiting = gate.enter('normal', patience).then(() => {
      third = true
    })
    await Promise.resolve()
    expect(third).toBe(false)
    first?.()
    await waiting
    expect(third).toBe(true)
  })

  it('lets the urgent in first and the background last', async () => {
    const gate = createGate(1)
    const leave = await gate.enter('normal', patience)
    const order: string[] = []
    const come = async (priority: 'urgent' | 'normal' | 'background') => {
      const out = await gate.enter(priority, patience)
      order.push(priority)
      out?.()
    }
    const all = [come('background'), come('normal'), come('urgent')]
    leave?.()
    await Promise.all(all)
    expect(order).toEqual(['urgent', 'normal', 'background'])
  })

  it('turns away whoever lost patience, and forgets him', async () => {
    const gate = createGate(1)
    const leave = await gate.enter('normal', patience)
    expect(await gate.enter('normal', 1)).toBeUndefined()
    leave?.()
    expect(await gate.enter('normal', 1)).toBeTypeOf('function')
  })

  it('counts a leave once, however often it is called', async () => {
    const gate = createGate(1)
    const leave = await gate.enter('normal', patience)
    leave?.()
    leave?.()
    await gate.enter('normal', patience)
    expect(await gate.enter('normal', 1)).toBeUndefined()
  })

  it('is half as wide after a complaint, never closed, and grows back', async () => {
    const gate = createGate(4)
    gate.halve()
    expect(gate.width).toBe(2)
    gate.halve()
    gate.halve()
    expect(gate.width).toBe(1)
    for (let calls = 0; calls < 150; calls++) (await gate.enter('normal', patience))?.()
    expect(gate.width).toBe(4)
    for (let calls = 0; calls < 150; calls++) (await gate.enter('normal', patience))?.()
    expect(gate.width).toBe(4)
  })
})
