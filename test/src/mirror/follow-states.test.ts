import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, end, type Standing } from '../../../src/mirror/follow-states.ts'

const at = (seconds: number) => new Date(seconds * 1000)

describe('a relation', () => {
  it('is half until the member adds back, and never half again while it lives', () => {
    const half = begin(null, { half: true, at: at(1) })
    expect(half.state).toBe('half')
    const full = begin(half, { half: false, at: at(2) })
    expect(full).toMatchObject({ state: 'full', startedAt: at(2), anew: false })
    expect(begin(full, { half: true, at: at(1) }).state).toBe('full')
  })

  it('is not revived by an add from before its end', () => {
    const ended = end(begin(null, { half: false, at: at(1) }), 'deleted_by_customer', at(10))
    expect(begin(ended, { half: false, at: at(5) })).toMatchObject({ state: 'deleted_by_customer', anew: false })
    expect(begin(ended, { half: false, at: at(11) })).toMatchObject({ state: 'full', startedAt: at(11), anew: true })
  })

  it('is not ended by a deletion from before its beginning', () => {
    const anew = begin(end(begin(null, { half: false, at: at(1) }), 'deleted_by_us', at(10)), {
      half: false,
      at: at(20),
    })
    expect(end(anew, 'deleted_by_us', at(15))).toMatchObject({ state: 'full' })
  })

  it('stays deleted by us when the customer deletes too', () => {
    const ours = end(begin(null, { half: false, at: at(1) }), 'transferred', at(2))
    expect(end(ours, 'deleted_by_customer', at(3)).state).toBe('deleted_by_us')
  })

  it('stands the same whatever the order and repetition of its events', () => {
    // The last event in time decides, whichever way they arrive; two events never share a moment here.
    const story = fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 1000 }), add: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
      selector: (event) => event.at,
    })
    const run = (events: readonly { at: number; add: boolean }[]) =>
      events.reduce<Standing>(
        (before, event) =>
          event.add
            ? begin(before, { half: false, at: at(event.at) })
            : end(before, 'deleted_by_customer', at(event.at)),
        { state: 'full', startedAt: at(0), endedAt: null },
      ).state
    fc.assert(
      fc.property(story, fc.infiniteStream(fc.nat()), (events, random) => {
        const inTime = [...events].sort((a, b) => a.at - b.at)
        const twice = [...events, ...events]
        const shuffled = twice
          .map((event) => ({ event, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
        expect(run(shuffled.map(({ event }) => event))).toBe(run(inTime))
      }),
    )
  })
})
