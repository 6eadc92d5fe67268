import { describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { createBreaker } from '../../../src/wecom/breaker.ts'

describe('a breaker', () => {
  it('opens only after failures in a row', () => {
    const breaker = createBreaker(movableClock('2026-01-01'), { failures: 3 })
    for (const ends of [breaker.failed, breaker.failed, breaker.succeeded, breaker.failed, breaker.failed]) ends()
    expect(breaker.ask()).toBe(0)
    breaker.failed()
    expect(breaker.ask()).toBeGreaterThan(0)
    expect(breaker.open).toBe(true)
  })

  it('lets one call through after a while; its end decides', () => {
    const clock = movableClock('2026-01-01')
    const breaker = createBreaker(clock, { failures: 1, openMs: 5_000 })
    breaker.failed()
    expect(breaker.ask()).toBe(5_000)
    clock.advance(5_000)
    expect(breaker.ask()).toBe(0)
    expect(breaker.ask()).toBeGreaterThan(0)
    breaker.failed()
    expect(breaker.ask()).toBe(5_000)
    clock.advance(5_000)
    expect(breaker.ask()).toBe(0)
    breaker.succeeded()
    expect(breaker.ask()).toBe(0)
    expect(breaker.ask()).toBe(0)
  })
})
